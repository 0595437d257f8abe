"""What people decide about a lane: take it as it is, promise other days on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.reach import need_reach
from logistics.models import Lane, LaneSight, PromiseRule
from logistics.rules.lanes import is_blind
from logistics.rules.tracking import promise_for
from logistics.selectors import lanes as selectors
from logistics.selectors import tracking as lookups
from logistics.services import tracking
from logistics.services.lanes.reckoning import RULE
from worklist import services as worklist

#: What the timeline says when a person judges the scans of a lane.
SAID = {
    "blind": gettext_noop("A person says: blind"), "sees": gettext_noop("A person says: scanned to the door"),
    "": gettext_noop("Left to its own parcels again"),
}  # fmt: skip
#: The longest promise.
LONGEST = 365


def accept_lane(*, lane: Lane, reason: str, actor: Actor, now: datetime) -> Lane:
    """Take a lane that became slower as it is now: later parcels are compared with the newest ones only, and the duty ends.
    Needs a reason; refuses a lane that is not slower, and people without the right."""
    _may(actor, now)
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), errors={"reason": [str(_("Say why."))]})
    with transaction.atomic():
        held = Lane.objects.select_for_update().get(pk=lane.pk)
        if not held.slower:
            raise Conflict("not_slower", _("This lane did not become slower."))
        held.compare_from = held.as_of - timedelta(days=selectors.figures(now).drift_days - 1)
        held.slower, held.slower_since, held.accepted_why = False, None, reason.strip()[:300]
        held.save(update_fields=["compare_from", "slower", "slower_since", "accepted_why"])
        audit.record(
            held, "lane.accept", actor=actor, now=now, text=gettext_noop("Accepted as it is; compared from %(day)s on"),
            reason=reason, day=f"{held.compare_from:%Y-%m-%d}",
        )  # fmt: skip
        worklist.close(rule_key=RULE, subject_ids=[held.pk], actor=actor, now=now, reason=reason.strip())
    lane.refresh_from_db()
    return lane


def set_sight(*, lane: Lane, sight: str, reason: str, actor: Actor, now: datetime) -> Lane:
    """Say that a lane is blind, or scanned to the door, whatever its parcels and the table say; "" leaves it to them again.

    Checks ask it at once, the curve counts by it from the next reckoning on. Needs a reason; refuses people without the right.
    """
    _may(actor, now)
    if sight not in ("", *LaneSight.values):
        raise Invalid("unknown_sight", _("Choose one."), errors={"sight": [str(_("Choose one."))]})
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), errors={"reason": [str(_("Say why."))]})
    with transaction.atomic():
        held = Lane.objects.select_for_update().get(pk=lane.pk)
        was = held.blind
        held.sight_set, held.sight_why = sight, reason.strip()[:300]
        if sight:
            held.blind, held.blind_by = sight == LaneSight.BLIND, "hand"
        else:
            figures = selectors.figures(now)
            held.blind, held.blind_by = is_blind(
                held.reach, old=held.old, said=held.said, least=figures.least, seen_share=figures.seen_share,
                dark_share=figures.dark_share,
            )  # fmt: skip
        if held.blind != was:
            held.blind_since = now.date()
        held.save(update_fields=["sight_set", "sight_why", "blind", "blind_by", "blind_since"])
        audit.record(held, "lane.sight", actor=actor, now=now, text=SAID[sight], reason=reason.strip())
    lane.refresh_from_db()
    return lane


def promise_lane(*, lane: Lane, days: int, actor: Actor, now: datetime, valid_from: date | None = None) -> PromiseRule:
    """Promise ``days`` on this lane from a day on (today when not said); parcels handed over before keep theirs.

    The lane gets a promise of its own, tried before the one that fits now, whose checks it keeps; the same days again change
    nothing. Refuses days out of 1 to 365, and people without the right.
    """
    _may(actor, now)
    if not 1 <= days <= LONGEST:
        raise Invalid("bad_days", _("Give 1 to 365 days."), errors={"days": [str(_("Give 1 to 365 days."))]})
    day = valid_from or now.date()
    with transaction.atomic():
        Lane.objects.select_for_update().get(pk=lane.pk)
        own = PromiseRule.objects.filter(rule_id=own_rule(lane)).order_by("-valid_from").first()
        if own is not None:
            return tracking.set_promise(promise=own, actor=actor, now=now, valid_from=day, promise_days=days)
        later = day > now.date()
        row = _new_rule(lane, None if later else days, min(day, now.date()), now)
        if later:
            row = tracking.set_promise(promise=row, actor=actor, now=now, valid_from=day, promise_days=days)
        audit.record(
            row, "promiserule.make", actor=actor, now=now, text=gettext_noop("%(days)s days are promised to %(country)s with %(service)s"),
            days=days, country=lane.country, service=lane.service.code,
        )  # fmt: skip
        audit.record(
            lane, "lane.promise", actor=actor, now=now, text=gettext_noop("%(days)s days are promised from %(day)s on"), days=days,
            day=f"{day:%Y-%m-%d}",
        )  # fmt: skip
    return row


def own_rule(lane: Lane) -> str:
    """The name of the promise that belongs to this lane alone."""
    return f"LN-{lane.service_id}-{lane.country}"


def _new_rule(lane: Lane, days: int | None, day: date, now: datetime) -> PromiseRule:
    """The lane's own promise: with ``days`` from today on, else with today's days until the wanted version begins."""
    service = lane.service
    held = promise_for(lookups.tables(now).promises, service=service.code, kind=service.kind, country=lane.country)
    if held is None:
        raise Conflict(
            "no_promise", _("No promise fits this lane yet, so its checks are not known: add one to the table first.")
        )
    if held.priority == 0:
        raise Conflict(
            "no_place", _("The promise that fits now is tried first of all: give it a later place in the table.")
        )
    return PromiseRule.objects.create(
        rule_id=own_rule(lane), priority=held.priority - 1, service_match=f"service:{service.code}",
        destination_match=lane.country, promise_days=days or held.promise_days, first_check_days=held.first_check_days,
        second_check_days=held.second_check_days, lost_after_days=held.lost_after_days,
        extend_when_days_left=held.extend_when_days_left, origin=f"lane, checks of {held.rule_id}", valid_from=day,
    )  # fmt: skip


def _may(actor: Actor, now: datetime) -> None:
    if not actor.has_perm("logistics.change_service"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [None], now)
