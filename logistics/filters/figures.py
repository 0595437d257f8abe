"""A figure of a lane as a filter, and what it says on its chip."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext as _

from logistics.models import Lane, LaneSeason
from logistics.rules.lanes import choosing
from logistics.selectors import lane_parcels
from logistics.selectors.naming import service_name


class FigureField(forms.CharField):
    """The name of a figure (:mod:`logistics.selectors.lane_parcels`)."""

    def in_words(self, value: str) -> str:
        """``7.lane.peak.arrived.28`` as people say it: lane, season or month, what became of the parcels."""
        asked = lane_parcels.figure(value)
        lane = Lane.objects.filter(pk=asked.lane_id).select_related("service").first() if asked else None
        if asked is None or lane is None:
            return value
        seasons: dict[str, Any] = dict(LaneSeason.choices)
        span = str(seasons.get(asked.span, asked.span)) if asked.span else ""
        return " · ".join(filter(None, [_where(asked.level, lane), span, _what(asked.kind, asked.day)]))


class FigureFilter(django_filters.CharFilter):
    """The parcels behind a figure."""

    field_class = FigureField


def _where(level: str, lane: Lane) -> str:
    name = str(lane.service.get_kind_display()) if level != choosing.LANE else service_name(lane.service)
    return name if level == choosing.FAMILY else f"{name} → {lane.country}"


def _what(kind: str, day: int | None) -> str:
    if day is not None and kind in ("arrived", "out"):
        said = _("arrived on day %(day)s") if kind == "arrived" else _("not arrived by day %(day)s")
        return said % {"day": day}
    return {
        "arrived": _("arrived"), "out": _("not arrived"), "lost": _("lost"), "returned": _("came back"), "open": _("under way"),
        "unsaid": _("nobody said how they ended"),
    }.get(kind, "")  # fmt: skip
