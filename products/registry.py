"""What apps above know about goods and the form of an article asks: classes of goods and tariff headings, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def _nothing() -> Sequence[tuple[str, Any]]:
    """Before any app above is loaded nobody knows a class or a heading."""
    return ()


#: ``fn() -> [(code, name)]`` in the reader's language: the classes of goods an article may be put into by hand.
goods_classes: Callable[[], Sequence[tuple[str, Any]]] = _nothing

#: ``fn() -> [(digits, name)]`` in the reader's language: tariff headings to be offered while one types.
tariff_headings: Callable[[], Sequence[tuple[str, Any]]] = _nothing


def goods_classes_in_words(text: str) -> str:
    """The classes of an article by their names."""
    names = dict(goods_classes())
    parts = [part.strip() for part in text.replace(",", ";").split(";") if part.strip()]
    return ", ".join(str(names.get(part, part)) for part in parts)
