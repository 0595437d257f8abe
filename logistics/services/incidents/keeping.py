"""An incident is opened, looked at before its expected end, prolonged, ended. Nothing is undone silently."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from core import audit, numbering
from core.audit import Actor
from core.clock import local_day
from core.errors import Conflict, Invalid, NotAllowed
from core.reach import need_reach
from core.states import move
from logistics.choices import IncidentState
from logistics.models import Incident, Service
from logistics.rules.incidents import countries_of
from logistics.selectors import incidents as selectors
from worklist import services as worklist

DUE, REVIEW = "logistics.incident_due", "logistics.incident_review"
PERMISSION = "logistics.manage_incident"


@transaction.atomic
def open_incident(
    *, kind: str, reason: str, starts_at: datetime, expected_end: datetime, actor: Actor, now: datetime,
    service: Service | None = None, countries: str = "", store: Store | None = None, handed_from: date | None = None,
    handed_to: date | None = None, stops_new: bool = True,
) -> Incident:  # fmt: skip
    """Open an incident on a service, on countries, or on a service to countries; in one store or in all.

    From its start the service is refused there for new parcels (``stops_new``), checks know it, and it is looked at before its
    expected end. Refuses one without scope or reason, an end before its start or in the past, days of the hand-over the wrong way round,
    and people without the right.
    """
    _may(actor, store.pk if store else None, now)
    errors: dict[str, list[str]] = {}
    try:
        codes = countries_of(countries)
    except ValueError as error:
        codes, errors["countries"] = (), [_("%(code)s is no country code.") % {"code": str(error)[:20]}]
    if service is None and not codes and "countries" not in errors:
        errors["service"] = [str(_("Say which service, or which countries."))]
    if not reason.strip():
        errors["reason"] = [str(_("Say why."))]
    if expected_end <= max(starts_at, now):
        errors["expected_end"] = [str(_("The end lies after the start, and ahead."))]
    if handed_from and handed_to and handed_to < handed_from:
        errors["handed_to"] = [str(_("The last day lies after the first."))]
    if errors:
        raise Invalid("bad_incident", _("Some fields need another value."), errors=errors)
    row = Incident.objects.create(
        number=numbering.incident_number(numbering.take("incident")[0]), kind=kind, service=service, countries=";".join(codes),
        store=store, handed_from=handed_from, handed_to=handed_to, starts_at=starts_at, expected_end=expected_end,
        reason=reason.strip()[:300], stops_new=stops_new, opened_by_id=actor.user_id, opened_at=now,
    )  # fmt: skip
    audit.record(
        row, "incident.open", actor=actor, now=now, reason=row.reason,
        text=gettext_noop("Opened: %(service)s to %(countries)s until %(day)s"),
        service=service.code if service else "*", countries=row.countries or "*", day=_day(row, expected_end),
    )  # fmt: skip
    worklist.plan(rule_key=DUE, subject_ids=[row.pk], now=now)
    _changed()
    return row


@transaction.atomic
def prolong_incident(
    *, incident: Incident, expected_end: datetime, reason: str, actor: Actor, now: datetime
) -> Incident:
    """Expect another end, with a reason; parcels may then be extended once more. Refuses an ended incident and an end that does
    not lie ahead."""
    held = _held(incident, actor, now)
    if held.state != IncidentState.OPEN:
        raise Conflict("incident_ended", _("This incident has ended."))
    if expected_end <= max(now, held.starts_at):
        raise Invalid("bad_end", _("The end lies ahead."), errors={"expected_end": [str(_("The end lies ahead."))]})
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), errors={"reason": [str(_("Say why."))]})
    if expected_end == held.expected_end:
        return incident
    held.expected_end, held.round, held.reviewed_for = expected_end, held.round + 1, None
    held.save(update_fields=["expected_end", "round", "reviewed_for"])
    audit.record(
        held, "incident.prolong", actor=actor, now=now, reason=reason.strip(), text=gettext_noop("Now expected to end on %(day)s"),
        day=_day(held, expected_end),
    )  # fmt: skip
    worklist.close(rule_key=REVIEW, subject_ids=[held.pk], actor=actor, now=now, reason="prolonged")
    worklist.plan(rule_key=DUE, subject_ids=[held.pk], now=now)
    worklist.refresh(rule_key=DUE, subject_ids=[held.pk], now=now)
    _changed()
    incident.refresh_from_db()
    return incident


@transaction.atomic
def end_incident(*, incident: Incident, reason: str, actor: Actor, now: datetime) -> Incident:
    """End it: services are open there again, the figures are kept as its result. Extensions, notes that went another way and
    texts stay as they are. Needs a reason; ending twice is once."""
    held = _held(incident, actor, now)
    if held.state == IncidentState.OPEN:
        result = selectors.figures(held, actor)
        left = selectors.waiting_notes(held).count() if held.stops_new else 0
        move(
            held, "end", actor=actor, now=now, reason=reason.strip(), ended_by_id=actor.user_id, ended_why=reason.strip()[:300],
            result={**result, "waiting": left},
        )  # fmt: skip
        for rule in (DUE, REVIEW):
            worklist.close(
                rule_key=rule, subject_ids=[held.pk], actor=actor, now=now, reason="ended", cancelled=rule == DUE
            )
        _changed()
    incident.refresh_from_db()
    return incident


def review_incidents(*, incidents: Sequence[Incident], now: datetime) -> None:
    """The expected end comes near: a supervisor is asked to prolong or end. Once for each expected end."""
    rows = [row for row in incidents if row.state == IncidentState.OPEN and row.reviewed_for != row.expected_end]
    for row in rows:
        row.reviewed_for = row.expected_end
    Incident.objects.bulk_update(rows, ["reviewed_for"])
    ids = [row.pk for row in rows]
    worklist.plan(rule_key=REVIEW, subject_ids=ids, now=now)
    worklist.refresh(rule_key=REVIEW, subject_ids=ids, now=now)


def _day(incident: Incident, moment: datetime) -> str:
    """The day by the clock of its store, else of the house."""
    return f"{local_day(moment, incident.store.time_zone if incident.store else settings.TIME_ZONE):%Y-%m-%d}"


def _may(actor: Actor, store_id: int | None, now: datetime) -> None:
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [store_id], now)


def _held(incident: Incident, actor: Actor, now: datetime) -> Incident:
    _may(actor, incident.store_id, now)
    return Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)


def still_open(incident: Incident) -> Incident:
    """The incident as it stands now, kept from ending until the transaction ends. Refuses one that has ended: a worker that began
    before stops there."""
    held = Incident.objects.select_for_update(of=("self",), no_key=True).get(pk=incident.pk)
    if held.state != IncidentState.OPEN:
        raise Conflict("incident_ended", _("This incident has ended."))
    return held


def _changed() -> None:
    """What this process remembers of open incidents is read again: now, and when others can read it too."""
    selectors.forget()
    transaction.on_commit(selectors.forget)
