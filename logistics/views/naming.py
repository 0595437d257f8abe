"""What a row of the house's tables is called where it stands alone: in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext

from core import format as f
from logistics.choices import ContentKind
from logistics.models import (
    ApprovalRule,
    ChoiceRule,
    CountryRule,
    NationalCode,
    NatureCode,
    RateTable,
    Service,
    ServiceDestination,
    ServiceTerms,
    Surcharge,
)
from logistics.rules.customs.book import ANYWHERE, LATIN
from logistics.selectors.naming import service_name


def place_name(code: str) -> str:
    """A country, or one of the two rows that stand for many."""
    many = {LATIN: gettext("Latin America"), ANYWHERE: gettext("All others")}
    return many.get(code) or f.country_name(code)


NAMES: dict[type, Callable[[Any], str]] = {
    Service: lambda row: f"{service_name(row)} · {row.code}",
    ServiceTerms: lambda row: f"{service_name(row.service)} · {f.day(row.valid_from)}",
    ServiceDestination: lambda row: f"{service_name(row.service)} · {place_name(row.country)}",
    Surcharge: lambda row: f"{service_name(row.service)} · {row.get_kind_display()}",
    RateTable: lambda row: f"{row.name} · {service_name(row.service)}",
    ChoiceRule: lambda row: f.in_own_language(row.name_zh, row.name),
    ApprovalRule: lambda row: f.in_own_language(row.name_zh, row.name),
    CountryRule: lambda row: place_name(row.country),
    NationalCode: lambda row: f"{place_name(row.country)} · {row.code}",
    NatureCode: lambda row: str(dict(ContentKind.choices).get(row.content_type, row.content_type)),
}


def row_name(row: Any) -> str:
    """The name of a row, "" of one that is not there yet."""
    if not row.pk:
        return ""
    return NAMES.get(type(row), str)(row)
