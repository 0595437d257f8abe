"""Classes of goods and tariff headings by name: what people read where programs keep a code."""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from core.clock import utcnow
from core.format import in_own_language
from core.remembering import Remembered
from logistics.models import NationalCode
from logistics.selectors.customs import book as books


def class_names() -> dict[str, str]:
    """Every class of today's book by code, named in the reader's language, else in the other, else by its code."""
    chinese = (get_language() or "").startswith("zh")
    rows = books.book(utcnow().date()).classes.values()
    pairs = {
        row.code: (row.meaning_zh, row.meaning_en) if chinese else (row.meaning_en, row.meaning_zh) for row in rows
    }
    return {code: names[0] or names[1] or code for code, names in sorted(pairs.items())}


def class_choices() -> list[tuple[str, str]]:
    """The classes by name, to choose from."""
    return sorted(class_names().items(), key=lambda pair: pair[1])


def _lazily_named() -> list[tuple[str, Any]]:
    said = lazy(in_own_language, str)  # remembered for readers of both languages
    rows = books.book(utcnow().date()).classes.values()
    return [(row.code, said(row.meaning_zh, row.meaning_en)) for row in rows]


#: The same for pages below, which name classes on every row.
remembered_classes = Remembered(_lazily_named, 5.0)


def heading_choices() -> list[tuple[str, str]]:
    """Tariff headings somebody named: those of national codes, and the beginnings by which classes of goods are known."""
    names = class_names()
    book = books.book(utcnow().date())
    found = {digits: names[code] for code, row in book.classes.items() for digits in row.prefixes}
    for hs6, english, chinese in NationalCode.objects.values_list("hs6", "description", "description_zh"):
        found[hs6] = in_own_language(chinese, english) or found.get(hs6, "")
    return sorted(found.items())
