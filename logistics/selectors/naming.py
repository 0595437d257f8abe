"""Carriers and their services as their readers call them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext, gettext_noop

from core.remembering import Remembered
from logistics.models import Service


def named(code: str, english: str, chinese: str) -> str:
    """The name of a service in the reader's language, else the other one, else its code."""
    own, other = (chinese, english) if (get_language() or "").startswith("zh") else (english, chinese)
    return own or other or code


#: The carriers of the reference list, whose names the catalogue has in Chinese; any other is called as staff wrote it.
CARRIERS = (
    gettext_noop("China Post"), gettext_noop("Cainiao"), gettext_noop("SF"), gettext_noop("YunExpress"), gettext_noop("Yanwen"),
    gettext_noop("4PX"), gettext_noop("CEL and twelve partners"), gettext_noop("local carrier"), gettext_noop("various"),
)  # fmt: skip


def carrier_said(carrier: str) -> str:
    """The name of a carrier in the reader's language."""
    return gettext(carrier) if carrier in CARRIERS else carrier


def signer_name(signature: Any) -> str:
    """Who signed: a person as he was called then, a rule by its name in the reader's language."""
    rule = signature.rule if signature.rule_id else None
    if rule is None:
        return str(signature.label)
    return (rule.name_zh if (get_language() or "").startswith("zh") else "") or str(signature.label)


def by_code(code: str) -> str:
    """The name of the service with this code; a code that is none stays. One read for a minute, however often it is asked."""
    known = _names().get(code)
    return named(code, *known) if known else code


_names: Remembered[dict[str, tuple[str, str]]] = Remembered(
    lambda: {code: (en, zh) for code, en, zh in Service.objects.values_list("code", "name_en", "name_zh")}, 60
)


def service_name(service: Any) -> str:
    """The name of a service, "" without one."""
    return named(service.code, service.name_en, service.name_zh) if service is not None else ""
