"""Carrier services by their name in the reader's language; the code stands in the title for those who know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core import format as f

#: What a column needs to name the service of its row.
NAMES = ("service__name_en", "service__name_zh")


def named(code: str, english: str, chinese: str) -> str:
    """The name of a service in the reader's language, else the other one, else its code."""
    own, other = (chinese, english) if (get_language() or "").startswith("zh") else (english, chinese)
    return own or other or code


def service_name(service: Any) -> str:
    """The name of a service, "" without one."""
    return named(service.code, service.name_en, service.name_zh) if service is not None else ""


def service_cell(row: Mapping[str, Any]) -> SafeString | str:
    """The cell of a list."""
    code = row["service"]
    if not code:
        return f.DASH
    name = named(code, row["service__name_en"] or "", row["service__name_zh"] or "")
    return format_html('<span class="clip" title="{} · {}">{}</span>', name, code, name)
