"""Facts inside sentences of any language. Pure."""

from __future__ import annotations

import re


def one_stop(text: str, values: object) -> str:
    """``text`` with a single full stop where a value that ends in one ("29 ноября 2026 г.") ends a sentence that has its own.
    An ellipsis stays. ``values``: what was filled in."""
    for value in values if isinstance(values, list | tuple | set) else [values]:
        if isinstance(value, str) and len(value) > 4 and value.endswith(".") and not value.endswith(".."):
            text = re.sub(f"({re.escape(value)})" + r"\.(?!\.)", r"\1", text)
    return text


def filled(sentence: str, **values: str) -> str:
    """A sentence of a table of words with its values."""
    return one_stop(sentence.format(**values), list(values.values()))
