"""Who has which open note in hand, how the three clocks stand for each of them, and what alarms until the hand-over."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from core.audit import subject_type
from logistics.choices import ParcelState, Work
from logistics.models import DispatchNote, Parcel, PrintBatch, PrintLog, WaybillNumber
from logistics.selectors.board import WITH_WAREHOUSE, with_work
from logistics.selectors.dispatch import LIVE_NUMBERS, OPEN_NOTES
from worklist.models import Duty

#: The three clocks: name -> column of a note.
CLOCKS = {"target": "order__target_at", "pickup": "pickup_at", "ship_by": "order__ship_by"}
NOBODY = 0


def with_clerk(notes: QuerySet[DispatchNote]) -> QuerySet[DispatchNote]:
    """Notes with the person who has them in hand (``clerk``): who printed them last, else who claimed their duty."""
    printed = PrintLog.objects.filter(note_id=OuterRef("pk"), batch__void_at__isnull=True).order_by("-pk")
    claimed = Duty._base_manager.filter(
        subject_type=subject_type(DispatchNote), subject_id=OuterRef("pk"), closed_at__isnull=True, owner__isnull=False
    ).order_by("-pk")
    return notes.annotate(
        clerk=Coalesce(Subquery(printed.values("batch__owner_id")[:1]), Subquery(claimed.values("owner_id")[:1]))
    )


def of_clerk(notes: QuerySet[DispatchNote], user_id: int) -> QuerySet[DispatchNote]:
    """The open notes that a person has in hand; 0 = nobody has."""
    rows = with_clerk(notes.filter(state__in=OPEN_NOTES))
    return rows.filter(Q(clerk__isnull=True) if user_id == NOBODY else Q(clerk=user_id))


def past(notes: QuerySet[DispatchNote], clock: str, now: datetime) -> QuerySet[DispatchNote]:
    """The open notes whose clock of that name has run out."""
    return notes.filter(state__in=OPEN_NOTES, **{f"{CLOCKS[clock]}__lt": now})


@dataclass
class Hand:
    """What one person has in hand, and did since the day began."""

    user_id: int
    name: str = ""
    open: int = 0
    by_work: dict[str, int] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)
    printed: int = 0
    packed: int = 0
    handed_over: int = 0


def per_clerk(now: datetime, since: datetime) -> list[Hand]:
    """Every person with open notes or with work done since ``since``; last the notes that nobody has (id 0). Six queries."""
    hands: dict[int, Hand] = defaultdict(lambda: Hand(NOBODY))
    late = {name: Count("pk", filter=Q(**{f"{column}__lt": now})) for name, column in CLOCKS.items()}
    notes: QuerySet[Any] = with_clerk(with_work(DispatchNote.objects.all())).order_by()
    for row in notes.values("clerk", "work").annotate(n=Count("pk"), **late):
        hand = hands[row["clerk"] or NOBODY]
        hand.open += row["n"]
        hand.by_work[row["work"]] = row["n"]
        for name in CLOCKS:
            hand.late[name] = hand.late.get(name, 0) + row[name]
    for name, found in _done(since).items():
        for user_id, count in found.items():
            if user_id:
                setattr(hands[user_id], name, count)
    people = {user.pk: user.label for user in User.objects.filter(pk__in=list(hands))}
    for user_id, hand in hands.items():
        hand.user_id, hand.name = user_id, people.get(user_id, "")
    return sorted(hands.values(), key=lambda hand: (hand.user_id == NOBODY, -hand.open, hand.name))


def _done(since: datetime) -> dict[str, dict[int | None, int]]:
    """Notes printed, parcels packed and handed over since then, by person. What was packed today is here or left today: both
    are asked by an index."""
    batches = PrintBatch.objects.filter(created_at__gte=since, void_at__isnull=True).order_by()
    parcels = Parcel.objects.filter(note__isnull=False).order_by()
    packed = parcels.filter(Q(state=ParcelState.PACKED) | Q(shipped_at__gte=since), packed_at__gte=since)
    left = parcels.filter(shipped_at__gte=since)
    return {
        "printed": dict(batches.values_list("owner_id").annotate(n=Sum("note_count"))),
        "packed": dict(packed.values_list("packed_by_id").annotate(n=Count("pk"))),
        "handed_over": dict(left.values_list("handed_over_by_id").annotate(n=Count("pk"))),
    }


def number_without_goods() -> QuerySet[DispatchNote]:
    """Notes with the warehouse whose number is reserved while their goods are missing (a person reserved it for them, or the
    third day came): they alarm until the hand-over."""
    numbers = WaybillNumber.objects.filter(note_id=OuterRef("pk"), state__in=LIVE_NUMBERS)
    told = Duty._base_manager.filter(
        rule__in=("logistics.number_waiting", "logistics.goods_missing"), subject_type=subject_type(DispatchNote),
        subject_id=OuterRef("pk"),
    )  # fmt: skip
    return DispatchNote.objects.filter(Exists(numbers), Exists(told), state__in=WITH_WAREHOUSE)


#: Columns of the board in which a dispatch clerk works.
OF_CLERKS = (Work.TO_PRINT, Work.TO_PACK, Work.BLOCKED, Work.PACKED)
