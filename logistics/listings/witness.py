"""What one can do about parcels that look exchanged, and what the scale said of a parcel in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.audit import Actor
from core.listing import Action
from logistics.choices import ParcelState, WeightAnswer
from logistics.models import Parcel
from logistics.services import witness


class LabelsRight(Action):
    """Both parcels of a pair were opened, the labels are right."""

    name, label, permission = "labels_right", _("Both labels are right"), "logistics.pack_parcel"
    icon, order, bulk, done_text = "checks", 5, False, _("Both parcels may leave.")

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> None:
        """Confirm one pair."""
        witness.confirm_labels(parcel=obj, actor=actor, now=now)

    def shown_for(self, obj: Parcel) -> bool:
        """While a pair waits for somebody to look."""
        return obj.mirror_id is not None and obj.mirror_cleared_at is None and obj.state == ParcelState.PACKED


def said_of(parcel: Parcel) -> str:
    """Weight, what was expected, and what explained the difference: the proof for later claims."""
    if parcel.weight_g is None:
        return f.DASH
    if parcel.expected_g is None or parcel.weight_answer in ("", WeightAnswer.UNSURE):
        return f.weight(parcel.weight_g)
    words = [
        f.weight(parcel.weight_g),
        gettext("expected %(weight)s")
        % {"weight": f"{f.weight(parcel.expected_g)} ± {round(2 * float(parcel.spread_g or 0))} g"},
    ]
    if parcel.weight_answer != WeightAnswer.OK:
        words += [str(parcel.get_weight_answer_display()), *map(_cause, parcel.weight_causes[:2])]
        if looked := parcel.checks.get("weight"):
            words.append(gettext("%(who)s opened it and found it right") % {"who": looked.get("by", "")})
    return " · ".join(words)


def _cause(cause: dict[str, Any]) -> str:
    text = gettext("%(n)s of %(article)s missing") if cause["pieces"] < 0 else gettext("%(n)s of %(article)s too many")
    return text % {"n": abs(cause["pieces"]), "article": cause["article"]}
