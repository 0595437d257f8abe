"""The receiving times of the parcels of an incident are lengthened, by the one service that does so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, longwork
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.models import Job
from core.said import Said
from logistics.choices import IncidentState, ParcelState
from logistics.models import Incident
from logistics.selectors import incidents as selectors
from logistics.selectors import parcels as parcel_selectors
from logistics.services.incidents.keeping import still_open
from logistics.services.tracking.extending import MOST_DAYS, Wanted, ask_extensions

EXTEND = "logistics.extend_incident"
#: More parcels than this are extended by a job.
DIRECT = 200
PIECE = 100


def extend_parcels(*, incident: Incident, days: int, actor: Actor, now: datetime) -> tuple[int, Job | None]:
    """Lengthen the receiving time of every concerned parcel that has one, by ``days``; answers how many were asked for, and the
    job that does it where they are many. Once a parcel, until the incident is prolonged: again finds those that came since.

    Connected shops are asked through the outbox, elsewhere a person gets the duty. Refuses an ended incident, days outside 1 to 120, and
    people without the right.
    """
    if not (actor.has_perm("logistics.extend_parcel") and actor.has_perm("logistics.manage_incident")):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("bad_days", _("Give 1 to 120 days."), errors={"days": [str(_("1 to 120."))]})
    if incident.state != IncidentState.OPEN:
        raise Conflict("incident_ended", _("This incident has ended."))
    ids = selectors.to_extend(incident, actor)
    if not ids:
        raise Conflict(
            "nothing_to_extend", _("No concerned parcel has a receiving time that is still to be lengthened.")
        )
    if len(ids) <= DIRECT:
        return extend_piece(incident=incident, parcel_ids=ids, days=days, actor=actor, now=now), None
    title = Said(gettext_noop("Lengthen receiving times: %(number)s"), {"number": incident.number})
    with transaction.atomic():
        job = longwork.start(
            EXTEND, actor=actor, now=now, payload={"incident": incident.pk, "days": days}, total=len(ids), title=title
        )
        Incident.objects.filter(pk=incident.pk).update(job=job)
    return len(ids), job


@transaction.atomic
def extend_piece(*, incident: Incident, parcel_ids: Sequence[int], days: int, actor: Actor, now: datetime) -> int:
    """Ask for these parcels; those that arrived meanwhile are passed over. Answers how many were asked for. Refuses an incident
    that ended meanwhile."""
    still_open(incident)
    rows = [
        p for p in parcel_selectors.locked(parcel_ids) if p.state == ParcelState.SHIPPED and p.receive_by is not None
    ]
    cycle = selectors.cycle_of(incident)
    kept = ask_extensions(wanted=[Wanted(parcel, days, cycle) for parcel in rows], actor=actor, now=now)
    if kept:
        audit.record(
            incident, "incident.extend", actor=actor, now=now, text=gettext_noop("%(count)s parcels: %(days)s more days asked"),
            count=len(kept), days=days,
        )  # fmt: skip
    return len(kept)
