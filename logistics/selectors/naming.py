"""Carrier services as their readers call them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language


def named(code: str, english: str, chinese: str) -> str:
    """The name of a service in the reader's language, else the other one, else its code."""
    own, other = (chinese, english) if (get_language() or "").startswith("zh") else (english, chinese)
    return own or other or code


def service_name(service: Any) -> str:
    """The name of a service, "" without one."""
    return named(service.code, service.name_en, service.name_zh) if service is not None else ""
