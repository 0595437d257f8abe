"""Classes of goods by name: what people read where programs keep a code."""

from __future__ import annotations

from django.utils.translation import get_language

from core.clock import utcnow
from logistics.selectors.customs import book as books


def class_names() -> dict[str, str]:
    """Every class of today's book by code, named in the reader's language, else in the other, else by its code."""
    chinese = (get_language() or "").startswith("zh")
    rows = books.book(utcnow().date()).classes.values()
    pairs = {
        row.code: (row.meaning_zh, row.meaning_en) if chinese else (row.meaning_en, row.meaning_zh) for row in rows
    }
    return {code: names[0] or names[1] or code for code, names in sorted(pairs.items())}
