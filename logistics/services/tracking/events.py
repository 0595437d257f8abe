"""Tracking events: from hand, file or channel; in any order, repeated, contradictory. The state is computed from all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from conversations import services as conversations
from core import audit, copying
from core import policies as house
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.models import Heartbeat
from logistics.choices import EventStage, ParcelState, TrackingState
from logistics.models import Parcel, TrackingEvent
from logistics.policies import parcels as policies
from logistics.rules.sources import owners
from logistics.rules.tracking import AHEAD, Standing, standing
from logistics.rules.tracking_words import stage_of
from logistics.selectors import boxes as box_selectors
from logistics.selectors import parcels as selectors
from logistics.selectors import sources
from logistics.selectors import tracking as lookups
from logistics.services.tracking import settling
from logistics.services.tracking.boxed import one_a_box
from stores.contracts import RemoteEvent
from worklist import services as worklist

#: States in which somebody must look at once: the next check is now.
LOOK = frozenset({"customs_held", "awaiting_collection", "attempted", "returning"})
#: Why a parcel is settled when its events did it.
BY_EVENTS = "tracking"
#: Nothing here is older: an earlier time was mistyped.
FIRST_YEAR = 2000
_TEXT, _PLACE = 300, 120
#: What the timeline says of a new state: whole sentences, so that each reader has them in the own language.
SAYS = {
    TrackingState.UNTRACKED: gettext_noop("Tracking: not tracked"),
    TrackingState.NOT_FOUND: gettext_noop("Tracking: not found"),
    TrackingState.IN_TRANSIT: gettext_noop("Tracking: in transit"),
    TrackingState.CUSTOMS: gettext_noop("Tracking: at customs"),
    TrackingState.CUSTOMS_HELD: gettext_noop("Tracking: held by customs"),
    TrackingState.OUT_FOR_DELIVERY: gettext_noop("Tracking: out for delivery"),
    TrackingState.AWAITING_COLLECTION: gettext_noop("Tracking: ready for collection"),
    TrackingState.ATTEMPTED: gettext_noop("Tracking: delivery failed"),
    TrackingState.STALLED: gettext_noop("Tracking: no news for long"),
    TrackingState.RETURNING: gettext_noop("Tracking: being returned"),
    TrackingState.RETURNED: gettext_noop("Tracking: returned"),
    TrackingState.DELIVERED: gettext_noop("Tracking: delivered"),
    TrackingState.LOST: gettext_noop("Tracking: lost"),
}
STANDING = [
    "tracking_state", "last_event_at", "last_event_text", "held_since", "waiting_since", "post_office", "next_check_at",
    "next_check_why", "delivered_at",
]  # fmt: skip


@dataclass
class Recorded:
    """What came of it: new events, parcels whose state changed, parcels settled, numbers nobody here knows, events from
    before the hand-over of every parcel that had their number."""

    events: int = 0
    changed: list[int] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    early: list[RemoteEvent] = field(default_factory=list)


def record_events(
    *, parcel_events: Mapping[int, Sequence[RemoteEvent]], source: str, now: datetime, actor: Actor = audit.SYSTEM
) -> Recorded:
    """Keep events of parcels (parcel id -> events) and compute where each parcel stands from all it has.

    The same event is kept once; the order of arrival does not matter. Delivered, returned and lost settle the parcel;
    customs, collection, a failed delivery and a return bring the check forward to now; a fresh "out for delivery" is told
    to the buyer. A settled parcel is settled anew by a newer final event only; what a person said of it last stands until one is
    heard that is newer than those known then. The statements do not grow with the parcels.
    """
    found = Recorded()
    with transaction.atomic():
        if source != "restate":
            parcel_events = _in_every_parcel(parcel_events)
        parcels = selectors.locked(parcel_events)
        rows = [_row(p, e, source, now) for p in parcels for e in parcel_events[p.pk] if e.at <= now + AHEAD]
        rows = sorted(rows, key=lambda row: (row.parcel_id, row.occurred_at, row.digest))
        found.events = len(copying.insert_objects(rows, ("parcel_id", "digest", "occurred_at")))
        if found.events or source == "restate":
            _restate(parcels, actor, now, found)
    return found


def _in_every_parcel(told: Mapping[int, Sequence[RemoteEvent]]) -> dict[int, list[RemoteEvent]]:
    """What happened to a box happened to every order in it."""
    made: dict[int, list[RemoteEvent]] = {}
    for parcel_id, mates in box_selectors.with_boxes(told).items():
        for mate in mates:
            made.setdefault(mate, []).extend(told[parcel_id])
    return made


def record_by_hand(
    *, parcels: Sequence[Parcel], at: datetime, stage: str, text: str, place: str, actor: Actor, now: datetime,
    source: str = "hand",
) -> Recorded:  # fmt: skip
    """A person writes down what the carrier says of one or many parcels. Refuses parcels that were not handed over and
    a time that is still to come."""
    if not actor.has_perm("logistics.track_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if at > now + timedelta(hours=1):
        raise Invalid("in_the_future", _("This time is still to come."), errors={"at": [str(_("Still to come."))]})
    if at.year < FIRST_YEAR:
        raise Invalid("long_ago", _("This time is too long ago."), errors={"at": [str(_("Too long ago."))]})
    if any(p.state == ParcelState.PACKED for p in parcels):
        raise Conflict("not_handed_over", _("This parcel was not handed over yet."))
    event = RemoteEvent("", at, stage, _words(stage, text), place)
    return record_events(parcel_events={p.pk: [event] for p in parcels}, source=source, now=now, actor=actor)


def _words(stage: str, text: str) -> str:
    """The words of an event; without any the English name of its stage."""
    with translation.override("en"):
        return text.strip() or str(dict(EventStage.choices).get(stage, ""))


def record_one(
    *, occurred_at: datetime, actor: Actor, now: datetime, stage: str = "", description: str = "", location: str = "",
    parcel: Parcel | None = None, tracking_number: str = "",
) -> tuple[TrackingEvent, bool]:  # fmt: skip
    """A program tells one event of a parcel, named by itself or by its waybill number; answers the event and whether it
    is new. A number that was used again belongs to the parcel whose hand-over fits the time. Refuses an unknown number, an
    event from before every hand-over and one that says nothing."""
    if not stage and not description.strip():
        raise Invalid(
            "empty_event", _("Give a stage or the words of the carrier."), errors={"stage": [str(_("Give one."))]}
        )
    found = parcel or _whose(tracking_number, occurred_at, stage or stage_of(description), now)
    before = TrackingEvent.objects.filter(parcel=found).count()
    record_by_hand(
        parcels=[found],
        at=occurred_at,
        stage=stage,
        text=description,
        place=location,
        actor=actor,
        now=now,
        source="api",
    )
    row = _row(found, RemoteEvent("", occurred_at, stage, _words(stage, description), location), "api", now)
    kept = TrackingEvent.objects.get(parcel=found, digest=row.digest, occurred_at=occurred_at)
    return kept, TrackingEvent.objects.filter(parcel=found).count() > before


def _whose(number: str, at: datetime, stage: str, now: datetime) -> Parcel:
    uses = sources.uses_of(None, [number]).get(selectors.clean_number(number))
    if not uses:
        why = _("No parcel has this number.")
        raise Invalid("no_parcel", why, errors={"tracking_number": [str(why)]})
    mine = owners(at, stage, uses, sources.margin(now))
    if not mine:
        why = _("It happened before the parcel was handed over.")
        raise Invalid("too_early", why, errors={"occurred_at": [str(why)]})
    return Parcel.objects.get(pk=mine[0])


def record_remote(
    *, store: Store | None, remotes: Sequence[RemoteEvent], source: str, actor: Actor, now: datetime
) -> Recorded:
    """Keep events that name a waybill number: those of parcels of ``store`` (None: of the actor's stores). A number that was
    used again belongs to the parcel whose hand-over fits the time of the event. Unknown numbers and events from before
    every hand-over are answered, not kept."""
    uses = sources.uses_of(store, [r.tracking_number for r in remotes])
    margin = sources.margin(now)
    by_parcel: dict[int, list[RemoteEvent]] = {}
    unknown: dict[str, None] = {}
    early = []
    for remote in remotes:
        known = uses.get(selectors.clean_number(remote.tracking_number))
        if known is None:
            unknown[remote.tracking_number] = None
            continue
        stage = remote.stage or stage_of(remote.description)
        whose = owners(remote.at, stage, known, margin)
        for parcel_id in whose:
            by_parcel.setdefault(parcel_id, []).append(remote)
        if not whose:
            early.append(remote)
    found = record_events(parcel_events=by_parcel, source=source, now=now, actor=actor)
    found.unknown, found.early = list(unknown), early
    return found


def compute(parcels: Sequence[Parcel], actor: Actor, now: datetime) -> Recorded:
    """Compute the standing of locked parcels from their events; the parcels carry the new values afterwards."""
    found = Recorded()
    _restate(parcels, actor, now, found)
    return found


def restate(*, parcel_ids: Sequence[int], actor: Actor, now: datetime) -> Recorded:
    """Compute the standing of parcels again (time has passed: no news for long)."""
    return record_events(parcel_events=dict.fromkeys(parcel_ids, ()), source="restate", now=now, actor=actor)


def _row(parcel: Parcel, event: RemoteEvent, source: str, now: datetime) -> TrackingEvent:
    text, place = event.description.strip()[:_TEXT], event.location.strip()[:_PLACE]
    stage = event.stage or stage_of(text)
    key = f"{event.at.isoformat()}\x1f{stage}\x1f{text.casefold()}\x1f{place.casefold()}"
    return TrackingEvent(
        parcel=parcel, occurred_at=event.at, stage=stage, description=text, location=place, source=source,
        digest=hashlib.sha256(key.encode()).hexdigest(), raw=event.raw, received_at=now,
    )  # fmt: skip


def _restate(parcels: Sequence[Parcel], actor: Actor, now: datetime, found: Recorded) -> None:
    seen, tables = selectors.seen_events([p.pk for p in parcels]), lookups.tables(now)
    changed: list[tuple[Parcel, str, Standing]] = []
    written, ended = [], []
    for parcel in parcels:
        stand = standing(
            seen[parcel.pk], coverage=tables.reach(parcel), now=now, stalled_days=tables.stalled_days(parcel.store),
            ends_after=parcel.ends_after,
        )  # fmt: skip
        before = parcel.tracking_state
        if _apply(parcel, stand, now):
            written.append(parcel)
        if parcel.tracking_state != before:
            changed.append((parcel, before, stand))
        if stand.settled and parcel.state != ParcelState.CLOSED and parcel.state != stand.settled:
            ended.append((parcel, stand))
    copying.update_objects(written, STANDING)
    found.changed = [p.pk for p, _before, _stand in changed]
    found.settled = _end(ended, actor, now)
    settled = set(found.settled)
    audit.record_many(
        audit.entry(p, "parcel.tracking", actor=actor, now=now, text=SAYS[TrackingState(p.tracking_state)],
                    **{"state": p.tracking_state, "from": before})
        for p, before, _stand in changed if p.pk not in settled
    )  # fmt: skip
    worklist.refresh(rule_key="logistics.parcel_check", subject_ids=[p.pk for p, _b, _s in changed], now=now)
    _tell([(p, s) for p, _before, s in changed if p.state == ParcelState.SHIPPED and p.pk not in settled], now)


def _apply(parcel: Parcel, stand: Standing, now: datetime) -> bool:
    """Set the columns that follow from the events; True when any changed."""
    old = tuple(getattr(parcel, name) for name in STANDING)
    alive = parcel.state == ParcelState.SHIPPED
    if stand.last is not None:
        parcel.last_event_at, parcel.last_event_text = stand.last.at, stand.last.text
    if alive and not stand.settled:
        news = stand.tracking_state != parcel.tracking_state
        parcel.tracking_state = stand.tracking_state
        parcel.held_since, parcel.waiting_since = stand.held_since, stand.waiting_since
        parcel.post_office = stand.post_office
        if news and stand.tracking_state in LOOK:
            parcel.next_check_at, parcel.next_check_why = min(parcel.next_check_at or now, now), "event"
    elif alive:
        parcel.held_since, parcel.waiting_since, parcel.post_office = None, None, ""
    elif parcel.state == stand.settled == ParcelState.DELIVERED and parcel.settle_reason == BY_EVENTS:
        parcel.delivered_at = min(
            stand.settled_at or now, now
        )  # a newer scan of the delivery, or an older one that is known late
    return tuple(getattr(parcel, name) for name in STANDING) != old


def _end(ended: Sequence[tuple[Parcel, Standing]], actor: Actor, now: datetime) -> list[int]:
    """Settle what the events ended, or had ended otherwise until now."""
    done: list[int] = []
    for outcome in (ParcelState.DELIVERED, ParcelState.RETURNED, ParcelState.LOST):
        mine = {p: s.settled_at or now for p, s in ended if s.settled == outcome and p.state != ParcelState.PACKED}
        for alive in (True, False):
            these = {p: at for p, at in mine.items() if (p.state == ParcelState.SHIPPED) is alive}
            moved = settling.settle_many(
                parcels=these, outcome=outcome, actor=actor, now=now, reason=BY_EVENTS, otherwise=not alive
            )
            done += [p.pk for p in moved]
    return done


def _tell(changed: Sequence[tuple[Parcel, Standing]], now: datetime) -> None:
    """Texts that an event itself calls for, while it is fresh: out for delivery goes out, customs is drafted."""
    specs = []
    for parcel, stand in changed:
        if stand.last is None:
            continue
        fresh = timedelta(days=int(house.value(policies.EVENT_FRESH_DAYS, now, parcel.store_id)))
        if now - stand.last.at > fresh:
            continue
        code = {"out_for_delivery": "T05D", "customs": "T04"}.get(stand.tracking_state)
        if code is None:
            continue
        key = f"{code}:parcel-{parcel.pk}:{stand.last.at:%Y%m%d}"
        specs.append(conversations.TextSpec(code, parcel, key, as_draft=True if code == "T04" else None))
    conversations.send_many(specs=one_a_box(specs), actor=audit.SYSTEM, now=now)


def pull_done(*, store: Store, now: datetime, after: int = 0) -> None:
    """Note that the store's channel was asked for events, and where the turn of its parcels goes on."""
    Heartbeat.objects.update_or_create(name=f"tracking:{store.pk}", defaults={"at": now, "detail": {"after": after}})
