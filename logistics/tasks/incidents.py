"""Long work of incidents: many receiving times, many notes."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import utcnow
from core.longwork import Work, runner
from logistics.models import Incident
from logistics.selectors import incidents as selectors
from logistics.services import incidents
from logistics.services.incidents import parcels, rerouting


@runner(
    incidents.EXTEND, gettext_lazy("Lengthen the receiving times of an incident"), permission="logistics.extend_parcel"
)
def extend(work: Work) -> None:
    """Piece by piece; what is extended leaves the question, so a new worker goes on where the last one stood."""
    row = Incident.objects.get(pk=work.payload["incident"])
    while ids := selectors.to_extend(row, work.actor)[: parcels.PIECE]:
        with transaction.atomic():
            done = incidents.extend_piece(
                incident=row, parcel_ids=ids, days=int(work.payload["days"]), actor=work.actor, now=utcnow()
            )
            work.step(len(ids), failed=len(ids) - done)
        if not done:
            break
    work.result(links=_links(row))


@runner(
    incidents.REROUTE, gettext_lazy("Send the notes of an incident another way"), permission="logistics.change_note"
)
def reroute(work: Work) -> None:
    """Piece by piece by id; notes that were moved leave the question."""
    row, after = Incident.objects.get(pk=work.payload["incident"]), int(work.place or 0)
    while ids := list(
        selectors.waiting_notes(row).filter(pk__gt=after).values_list("pk", flat=True)[: rerouting.PIECE]
    ):
        with transaction.atomic():
            made = incidents.reroute_piece(incident=row, note_ids=ids, actor=work.actor, now=utcnow())
            after = ids[-1]
            work.step(len(ids), failed=len(made.refused))
            work.save_place(after)
        work.log_many([("warning", f"#{pk}: {error.message}") for pk, error in made.refused.items()])
    work.result(links=_links(row))


def _links(row: Incident) -> list[dict[str, Any]]:
    return [{"label": _("Open the incident"), "url": reverse("logistics:incident", args=[row.pk])}]
