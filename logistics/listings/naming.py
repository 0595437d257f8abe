"""Carrier services by their name in the reader's language; the code stands in the title for those who know it. Texts that stand
in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import format as f
from core.listing import Column
from logistics.selectors.naming import by_code, named, service_name

__all__ = ["NAMES", "by_code", "named", "own_text", "service_cell", "service_name"]

#: What a column needs to name the service of its row.
NAMES = ("service__name_en", "service__name_zh")


def service_cell(row: Mapping[str, Any]) -> SafeString | str:
    """The cell of a list."""
    code = row["service"]
    if not code:
        return f.DASH
    name = named(code, row["service__name_en"] or "", row["service__name_zh"] or "")
    return format_html('<span class="clip" title="{} · {}">{}</span>', name, code, name)


def own_text(name: str, label: Any = None, width: str = "wide", english: str = "", **more: Any) -> Column:
    """A text in the reader's language."""

    def text(row: dict[str, Any]) -> str:
        return f.in_own_language(row[f"{name}_zh"], row[english or name])

    return Column(english or name, label=label, html=text, text=text, needs=(f"{name}_zh",), width=width, **more)
