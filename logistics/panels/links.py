"""The public page on the page of a parcel."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import format as f
from core import panels
from core.audit import Actor
from core.clock import utcnow
from core.panels import Panel
from logistics.models import Parcel
from logistics.selectors import links


def _link(parcel: Parcel, actor: Actor) -> dict[str, Any]:
    now = utcnow()
    end = links.until(parcel, now)
    if parcel.link_ended_at is not None:
        return {
            "why": _("Somebody ended it on %(day)s; the timeline says who and why.")
            % {"day": f.day(parcel.link_ended_at)}
        }
    if end is None:
        return {
            "why": _(
                "This parcel has no public page: not handed over, over, switched off in this store, or the buyer's data were erased."
            )
        }
    return {"why": "", "path": links.path_of(parcel), "address": links.address_of(parcel, now), "until": end}


panels.register(
    "parcels.detail",
    Panel("link", gettext_lazy("Public page"), "logistics.view_parcel", "logistics/_link.html", _link, order=60),
)
