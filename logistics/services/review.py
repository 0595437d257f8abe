"""The weekly review of everything in transit: taken by the clock, gone through by a clerk, closed by name (TRK-12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from conversations import services as conversations
from conversations.selectors import telling as tellings
from core import audit, copying
from core import policies as house
from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from logistics.choices import ParcelState
from logistics.models import Parcel, ReviewLine, TransitReview
from logistics.policies import review as policies
from logistics.rules.anomalies import ORDER, TEXTS
from logistics.rules.boxes import by_box, orders_named
from logistics.selectors import review as selectors
from logistics.selectors.tracking import PARCEL
from logistics.services.tracking.extending import asked_before
from worklist import services as worklist

Row = TypeVar("Row")
RULE = "logistics.transit_review"
TAKER = audit.system("review")
#: Parcels written to a list at once.
PIECE = 2000
_TAKEN = ["reason", "reasons", "rank", "tracking_state", "last_event_at", "promised_by", "later_than"]


def open_reviews(*, now: datetime) -> list[TransitReview]:
    """Open the review of each store whose weekday and hour have come. Twice is once; one that nobody closed stays open."""
    return [open_review(store=store, day=day, at=at, now=now) for store, day, at in selectors.stores_to_review(now)]


def open_review(*, store: Store, day: date, at: datetime, now: datetime) -> TransitReview:
    """Open the review of ``day``, due some hours after ``at``, with everything that stands out now; the same day is the review
    that is there."""
    hours = float(house.value(policies.DUE_HOURS, now, store.pk))
    with transaction.atomic():
        review, made = TransitReview._base_manager.get_or_create(
            store=store, day=day, defaults={"opened_at": now, "taken_at": now, "due_at": at + timedelta(hours=hours)}
        )
        if made:
            _take(review, now)
            audit.record(
                review, "review.open", actor=TAKER, now=now, found=review.found, all=review.in_transit,
                text=gettext_noop("Weekly review: %(found)s of %(all)s parcels under way stand out"),
            )  # fmt: skip
            worklist.plan(rule_key=RULE, subject_ids=[review.pk], now=now)
    return review


def take_again(*, review: TransitReview, actor: Actor, now: datetime) -> TransitReview:
    """Take the list anew: what stands out now comes in, lines without a finding that do not any more go. What was found stays.
    Refuses a closed review."""
    _may(actor)
    with transaction.atomic():
        held = _open(review)
        _take(held, now)
        audit.record(
            held, "review.take", actor=actor, now=now, found=held.found, all=held.in_transit,
            text=gettext_noop("Weekly review: %(found)s of %(all)s parcels under way stand out"),
        )  # fmt: skip
        worklist.refresh(rule_key=RULE, subject_ids=[held.pk], now=now)
    return held


def _take(review: TransitReview, now: datetime) -> None:
    """Write the list in pieces: of all that stands out only the ids are held at once."""
    there: set[int] = set()
    for piece in _pieces(selectors.standing_out(review.store_id, now)):
        there.update(one.parcel_id for one in piece)
        _take_piece(review, piece)
    lines = ReviewLine._base_manager.filter(review=review, finding="").values_list("pk", "parcel_id")
    gone = [pk for pk, parcel_id in lines.iterator(chunk_size=PIECE) if parcel_id not in there]
    for some in _pieces(gone):
        ReviewLine._base_manager.filter(pk__in=some).delete()
    review.in_transit, review.taken_at = selectors.in_transit(review.store_id), now
    review.found = ReviewLine._base_manager.filter(review=review).count()
    review.save(update_fields=["in_transit", "taken_at", "found"])


def _pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    walk = iter(rows)
    while piece := list(islice(walk, PIECE)):
        yield piece


def _take_piece(review: TransitReview, piece: Sequence[selectors.Standing]) -> None:
    rows = ReviewLine._base_manager.filter(review=review, parcel_id__in=[one.parcel_id for one in piece])
    known = {line.parcel_id: line for line in rows}
    fresh, again = [], []
    for one in piece:
        line = known.get(one.parcel_id) or ReviewLine(
            review=review, store_id=review.store_id, parcel_id=one.parcel_id, rank=0
        )
        line.reason, line.reasons, line.rank = one.reasons[0], list(one.reasons), ORDER.index(one.reasons[0])
        line.tracking_state, line.last_event_at = one.seen.tracking_state, one.seen.last_event_at
        line.promised_by, line.later_than = one.seen.promised_by, one.seen.later_than
        if one.parcel_id not in known:
            fresh.append(line)
        elif not line.finding:
            again.append(line)
    copying.insert_objects(fresh, ("review_id", "parcel_id"))
    copying.update_objects(again, _TAKEN)


def note_lines(*, lines: Sequence[ReviewLine], finding: str, actor: Actor, now: datetime) -> None:
    """Write down what was found about parcels of an open review; it stands in their timelines too. A later finding replaces the
    earlier one. Needs words; refuses lines of a closed review."""
    _may(actor)
    words = finding.strip()[:300]
    if not words:
        raise Invalid("finding_needed", _("Say what you found."), errors={"finding": [str(_("Say what you found."))]})
    with transaction.atomic():
        _all_open(lines)
        for line in lines:
            line.finding, line.noted_by, line.noted_at = words, actor.label[:150], now
        copying.update_objects(lines, ["finding", "noted_by", "noted_at"])
        _say(lines, "parcel.review", gettext_noop("Weekly review: %(finding)s"), actor, now, finding=words)
        worklist.refresh(rule_key=RULE, subject_ids=sorted({line.review_id for line in lines}), now=now)


def tell_lines(*, lines: Sequence[ReviewLine], actor: Actor, now: datetime, code: str = "") -> dict[int, DomainError]:
    """Write to the buyers of parcels of an open review: the text ``code``, else the one that fits the reason. A line is told once.

    Answers the refused ones by line: settled meanwhile, told already (from here, or the same lately), nothing to say
    alone (a parcel that comes back), or a text that would not be true.
    """
    if not actor.has_perm("conversations.send_message"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    _may(actor)
    with transaction.atomic():
        _all_open(lines)
        parcels, refused = selectors.parcels_of(lines), dict[int, DomainError]()
        lately = _told_lately(lines, parcels, code, now)
        wanted: dict[str, list[ReviewLine]] = defaultdict(list)
        for line in lines:
            text, parcel = code or TEXTS.get(line.reason, ""), parcels[line.parcel_id]
            fault = _fault(line, parcel, text, (parcel.pk, text) in lately)
            if fault is not None:
                refused[line.pk] = fault
            else:
                wanted[text].append(line)
        boxes = [box for text, rows in wanted.items() for box in _by_box(text, rows, parcels)]
        outcomes = conversations.send_many(
            specs=[spec for _lines, spec in boxes], actor=actor, now=now, keep_refused=False
        )
        told = []
        for (rows, spec), outcome in zip(boxes, outcomes, strict=True):
            if outcome.code in ("sent", "draft", "exists"):
                for line in rows:
                    line.told_code, line.told_at = spec.base_code, now
                told += rows
            else:
                refused |= {line.pk: Conflict("not_true", outcome.reason.replace("%", "%%")) for line in rows}
        copying.update_objects(told, ["told_code", "told_at"])
        _count_told({line.review_id for line in told})
    return refused


def _by_box(
    text: str, lines: Sequence[ReviewLine], parcels: Mapping[int, Parcel]
) -> list[tuple[list[ReviewLine], conversations.TextSpec]]:
    """One text for the lines of one box, which names all its orders."""
    by_parcel = {line.parcel_id: line for line in lines}
    found = []
    for box in by_box([parcels[pk] for pk in by_parcel]):
        rows = [by_parcel[parcel.pk] for parcel in box]
        key = f"{text}:review-{rows[0].review_id}:{box[0].pk}"
        found.append((rows, conversations.TextSpec(text, box[0], key, orders_named(box), more=tuple(box[1:]))))
    return found


def _told_lately(
    lines: Sequence[ReviewLine], parcels: Mapping[int, Parcel], code: str, now: datetime
) -> set[tuple[int, str]]:
    """(parcel, text) that went out within the days of the house rule, or waits for a shop's word on a longer receiving time."""
    wanted: dict[tuple[str, int], list[int]] = {}
    for line in lines:
        wanted.setdefault((code or TEXTS.get(line.reason, ""), line.store_id), []).append(line.parcel_id)
    asked = asked_before(parcels.values(), now)
    found = {(pk, before.unsaid.text) for pk, before in asked.items() if before.unsaid is not None}
    for (text, store_id), ids in wanted.items():
        found |= {(pk, text) for pk in tellings.same_lately(PARCEL, ids, text, store_id, now)}
    return found


def _fault(line: ReviewLine, parcel: Parcel, text: str, lately: bool) -> DomainError | None:
    if line.told_at is not None:
        return Conflict("told_already", _("This buyer was told from this review already."))
    if lately:
        return Conflict(
            "told_lately", _("This buyer was told the same lately, or will be as soon as the shop has answered.")
        )
    if parcel.state != ParcelState.SHIPPED:
        return Conflict("not_under_way", _("This parcel is not under way."))
    if not text:
        return Conflict(
            "no_text", _("It comes back: the table of returned parcels says what to offer. Choose a text yourself.")
        )
    return None


def _count_told(review_ids: set[int]) -> None:
    for review in TransitReview._base_manager.filter(pk__in=review_ids).select_for_update().order_by("pk"):
        review.told = ReviewLine._base_manager.filter(review=review, told_at__isnull=False).count()
        review.save(update_fields=["told"])


def close_review(*, review: TransitReview, actor: Actor, now: datetime, note: str = "") -> TransitReview:
    """Close a review by name: its lines say for ever what was seen and by whom. Refuses while a parcel that is still under way
    has no finding; those that were settled meanwhile need none. Twice is once."""
    _may(actor)
    with transaction.atomic():
        held = selectors.locked(review.pk)
        if held.closed_at is not None:
            return held
        waits = selectors.unseen(held).count()
        if waits:
            raise Conflict(
                "not_seen", _("%(n)s parcels have no finding yet: note one, many at once if they are alike."), n=waits
            )
        held.closed_at, held.closed_by, held.note = now, actor.label[:150], note.strip()[:1000]
        held.save(update_fields=["closed_at", "closed_by", "note"])
        audit.record(
            held, "review.close", actor=actor, now=now, found=held.found, told=held.told, reason=held.note,
            text=gettext_noop("Closed: %(found)s parcels seen, %(told)s buyers told"),
        )  # fmt: skip
        worklist.close(rule_key=RULE, subject_ids=[held.pk], actor=actor, now=now, reason="closed")
    return held


def _say(lines: Sequence[ReviewLine], verb: str, text: str, actor: Actor, now: datetime, **facts: str) -> None:
    parcels = selectors.parcels_of(lines)
    audit.record_many(
        audit.entry(parcels[line.parcel_id], verb, actor=actor, now=now, text=text, **facts) for line in lines
    )


def _all_open(lines: Sequence[ReviewLine]) -> None:
    for pk in sorted({line.review_id for line in lines}):
        _open(TransitReview(pk=pk))


def _open(review: TransitReview) -> TransitReview:
    held = selectors.locked(review.pk)
    if held.closed_at is not None:
        raise Conflict("closed", _("This review is closed."))
    return held


def _may(actor: Actor) -> None:
    if not actor.has_perm("logistics.track_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
