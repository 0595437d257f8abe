"""Notes that go by a stopped service are sent another way, through the normal choosing of services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, longwork
from core.audit import Actor
from core.errors import Conflict, DomainError, NotAllowed
from core.models import Job
from core.said import Said
from logistics.choices import IncidentState
from logistics.models import DispatchNote, Incident, Rerouted
from logistics.rules.choosing import instead_of
from logistics.selectors import incidents as selectors
from logistics.selectors import quotes
from logistics.services import quoting
from logistics.services.incidents.keeping import still_open

REROUTE = "logistics.reroute_incident"
DIRECT = 100
PIECE = 50


@dataclass
class Rerouting:
    """What became of the notes: note id -> the new service, and those for which none was found."""

    changed: dict[int, str] = field(default_factory=dict)
    refused: dict[int, DomainError] = field(default_factory=dict)


def reroute(*, incident: Incident, actor: Actor, now: datetime) -> tuple[Rerouting, Job | None]:
    """Send every note that waits for a stopped service by the next best one: by the choosing rules, else the cheapest that
    keeps the days promised. Signatures are void and printed labels torn up, as with every change. Answers what became of them, and the
    job where they are many.

    Refuses an ended incident, one that stops nothing, nothing to send another way, and people without the right.
    """
    _may(incident, actor)
    ids = list(selectors.waiting_notes(incident).values_list("pk", flat=True))
    if not ids:
        raise Conflict("nothing_to_reroute", _("No note waits for a stopped service."))
    if len(ids) <= DIRECT:
        return reroute_piece(incident=incident, note_ids=ids, actor=actor, now=now), None
    title = Said(gettext_noop("Send notes another way: %(number)s"), {"number": incident.number})
    with transaction.atomic():
        job = longwork.start(
            REROUTE, actor=actor, now=now, payload={"incident": incident.pk}, total=len(ids), title=title
        )
        Incident.objects.filter(pk=incident.pk).update(job=job)
    return Rerouting(), job


def _may(incident: Incident, actor: Actor) -> None:
    if not (actor.has_perm("logistics.change_note") and actor.has_perm("logistics.manage_incident")):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if incident.state != IncidentState.OPEN:
        raise Conflict("incident_ended", _("This incident has ended."))
    if not incident.stops_new:
        raise Conflict("stops_nothing", _("This incident stops no service."))


@transaction.atomic
def reroute_piece(*, incident: Incident, note_ids: Sequence[int], actor: Actor, now: datetime) -> Rerouting:
    """The notes ``note_ids``; each answers for itself, and what was sent another way is kept. Refuses an incident that ended
    meanwhile."""
    _may(still_open(incident), actor)
    notes = list(selectors.waiting_notes(incident).filter(pk__in=list(note_ids)))
    before = {note.pk: note.service for note in notes}
    chosen = quoting.choose_by_rule(notes=notes, actor=actor, now=now)
    made = Rerouting(dict(chosen.changed))
    stuck = {pk: error for pk, error in chosen.refused.items() if error.code == "no_service_fits"}
    made.refused = {pk: error for pk, error in chosen.refused.items() if pk not in stuck}
    for note in [note for note in notes if note.pk in stuck]:
        _next_best(note, stuck[note.pk], made, actor, now)
    fresh = {note.pk: note for note in selectors.notes_by_id(made.changed)}
    Rerouted.objects.bulk_create(
        [
            Rerouted(incident=incident, store_id=note.store_id, note=note, from_service=before[pk], to_service=note.service, at=now)
            for pk, note in fresh.items() if note.service is not None
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    if made.changed:
        audit.record(
            incident, "incident.reroute", actor=actor, now=now, text=gettext_noop("%(count)s notes sent another way"),
            count=len(made.changed),
        )  # fmt: skip
    return made


def _next_best(note: DispatchNote, error: DomainError, made: Rerouting, actor: Actor, now: datetime) -> None:
    """No rule decides: the cheapest service that keeps the days promised, then those that would be late, then those without
    a price."""
    held, priced = quotes.price_note(note, now)
    for code in instead_of("", priced.candidates, priced.case.wanted):
        try:
            with transaction.atomic():
                quoting.choose_service(note=note, service=held.services[code], actor=actor, now=now, reason="incident")
        except DomainError:
            continue
        made.changed[note.pk] = code
        return
    made.refused[note.pk] = error
