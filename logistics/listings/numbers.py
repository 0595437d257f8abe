"""The words for what a number may be."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from core import format as f
from logistics.rules.numbers import Candidate

#: What the first letter of a postal number says.
SERVICES = {
    "ems": pgettext_lazy("postal number", "EMS"), "letter_tracked": pgettext_lazy("postal number", "tracked letter"),
    "registered": pgettext_lazy("postal number", "registered"), "insured": pgettext_lazy("postal number", "insured"),
    "parcel": pgettext_lazy("postal number", "parcel"), "ecommerce": pgettext_lazy("postal number", "e-commerce parcel"),
    "untracked": pgettext_lazy("postal number", "without tracking"), "mbag": pgettext_lazy("postal number", "M-bag"),
    "reply": pgettext_lazy("postal number", "reply service"),
}  # fmt: skip
#: Carriers of China, who have a name of their own in their country.
CARRIERS = {
    "China Post": pgettext_lazy("carrier", "China Post"), "China EMS": pgettext_lazy("carrier", "China EMS"),
    "Yanwen": pgettext_lazy("carrier", "Yanwen"), "YunExpress": pgettext_lazy("carrier", "YunExpress"),
    "Cainiao": pgettext_lazy("carrier", "Cainiao"), "SF Express": pgettext_lazy("carrier", "SF Express"),
    "4PX": pgettext_lazy("carrier", "4PX"), "SFC": pgettext_lazy("carrier", "SFC"), "Chukou1": pgettext_lazy("carrier", "Chukou1"),
    "AliExpress": pgettext_lazy("carrier", "AliExpress"),
}  # fmt: skip
TONES = {"check_fits": "leaf", "form": "neutral", "check_wrong": "lantern"}


def name_of(one: Candidate) -> str:
    """The carrier; the post of a country we have no name for by its country."""
    if one.carrier:
        return str(CARRIERS.get(one.carrier, one.carrier))
    return _("Post of %(country)s") % {"country": f.country_name(one.country)} if one.country else _("Any carrier")


def why_of(one: Candidate) -> str:
    """Why it may be that carrier's."""
    words = {
        "check_fits": _("check digit fits"), "form": _("form only, no check digit"),
        "check_wrong": _("check digit should be %(digit)s") % {"digit": one.expected},
    }[one.why]  # fmt: skip
    return f"{SERVICES[one.service]}, {words}" if one.service else words


def said_of(one: Candidate) -> dict[str, Any]:
    """A candidate as pages show it."""
    return {"name": name_of(one), "why": why_of(one), "tone": TONES[one.why]}
