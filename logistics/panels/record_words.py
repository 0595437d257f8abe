"""Codes that the record keeps, in words when it is read: services, countries, customs remarks, fields that were changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import timeline
from logistics.choices import SupplyRoute
from logistics.selectors.naming import by_code

#: What a customs remark is about, in a few words.
REMARKS: Mapping[str, Any] = {
    "GIFT_FOR_SALE": _("declared as a gift"), "DECL_ZERO": _("declared with nothing"),
    "DECL_BELOW_PAID": _("declared below the price paid"),
    "DESC_MISSING": _("no customs text"), "DESC_STOPWORD": _("a word that says nothing"), "DESC_SHORT": _("customs text too short"),
    "DESC_SAME": _("the same customs text twice"), "HS_DIGITS": _("HS code too short"), "NO_ORIGIN": _("no country of origin"),
    "NO_WEIGHT": _("weight not known"), "COUNTERFEIT": _("suspected imitation"), "LEGAL_THRESHOLD": _("value above a limit of the country"),
    "RATE_MISSING": _("no exchange rate"), "TAX_NUMBER": _("no tax number"), "RECIPIENT_ID": _("the country asks for the buyer's ID"),
    "CARRIER_ADVICE": _("service not advised there"), "VALUE_LIMIT_SERVICE": _("value above the limit of the service"),
    "VALUE_PER_KG": _("unusual value by weight"), "SPLIT_SUSPECT": _("several parcels to one address"), "SENSITIVE": _("sensitive goods"),
    "MANUAL_HIGH": _("above the figure of the manual"), "MANUAL_LOW": _("below the figure of the manual"),
}  # fmt: skip
#: What was changed on a note or a source.
FIELDS: Mapping[str, Any] = {
    "service": _("service"), "supply": _("way of supply"), "address": _("address"), "articles": _("articles"), "name": _("name"),
    "base_url": _("address"), "active": _("in use"), "whole_house": _("which shops it follows"), "key": _("key"),
}  # fmt: skip
SUPPLY = dict(SupplyRoute.choices)


def service(code: str) -> str:
    """A service by its name in the reader's language."""
    return gettext("all services") if code == "*" else by_code(code)


def countries(codes: str) -> str:
    """Countries by name."""
    return (
        gettext("everywhere") if codes == "*" else gettext(", ").join(f.country_name(c) for c in codes.split(";") if c)
    )


def remarks(codes: str) -> str:
    """Customs remarks, each in a few words."""
    return _each(codes, lambda code: str(REMARKS.get(code, code)))


def changes(told: str) -> str:
    """What was changed; a service by its name."""
    return _each(told, _change)


def _change(told: str) -> str:
    field, colon, value = told.partition(": ")
    shown = service(value) if field == "service" else str(SUPPLY.get(value, value)) if field == "supply" else value
    label = str(FIELDS.get(field, field))
    return f"{label}{colon}{shown}" if value not in ("", "order") else label


def _each(text: str, word: Callable[[str], str]) -> str:
    return gettext(", ").join(word(part) for part in text.split(", ") if part)


timeline.register_words("incident.open", "service", service)
timeline.register_words("incident.open", "countries", countries)
timeline.register_words("promiserule.make", "service", service)
timeline.register_words("promiserule.make", "country", countries)
timeline.register_words("note.customs_review", "codes", remarks)
timeline.register_words("note.edit", "what", changes)
timeline.register_words("source.change", "fields", changes)
