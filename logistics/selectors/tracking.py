"""The tables of the house that tracking asks: promises, coverage, decisions, the channels' clocks, what buyers were told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import Store
from conversations.choices import Direction, MessageState
from conversations.models import Message
from core import policies as house
from core.audit import Actor
from core.clock import local_day
from logistics.models import CoverageRule, DecisionRule, Lane, Parcel, PromiseRule
from logistics.policies import parcels as policies
from logistics.rules.lanes.sight import reach_of
from logistics.rules.tracking import Decision, Promise, coverage_of, promise_for
from stores import selectors as doors

PARCEL = "logistics.parcel"


@dataclass
class Tables:
    """Promises, coverage and decisions as valid on a day, and the channels' clocks, each asked once."""

    day: date
    promises: list[Promise]
    coverage: dict[tuple[str, str], str]
    decisions: list[Decision] = field(default_factory=list)
    #: Lanes of which something else is known than the table says: (service, country) -> blind.
    sights: dict[tuple[int, str], bool] = field(default_factory=dict)
    _clocks: dict[tuple[str, str], float | None] = field(default_factory=dict)

    def promise(self, parcel: Parcel) -> Promise | None:
        """The promise row of a parcel."""
        service = parcel.service
        return promise_for(
            self.promises, service=service.code if service else "", kind=service.kind if service else "",
            country=parcel.country,
        )  # fmt: skip

    def reach(self, parcel: Parcel) -> str:
        """How far the parcel is scanned, as its lane's own parcels or a person say, else as the table of coverage does."""
        return reach_of(self.listed(parcel), self.sights.get((parcel.service_id or 0, parcel.country)))

    def listed(self, parcel: Parcel) -> str:
        """How far it is scanned by the table of coverage alone."""
        if parcel.service is None:
            return "full"
        return coverage_of(
            self.coverage, kind=parcel.service.kind, country=parcel.country, level=parcel.service.tracking_level
        )

    def clock(self, store: Store, code: str, default: float | None = None) -> float | None:
        """The figure of a deadline row for a store, or ``default``."""
        key = (f"{store.pk}", code)
        if key not in self._clocks:
            row = doors.deadline(store, code, self.day)
            self._clocks[key] = float(row.value) if row and row.value.replace(".", "", 1).isdigit() else None
        found = self._clocks[key]
        return default if found is None else found

    def protection_days(self, parcel: Parcel) -> int | None:
        """Days the channel protects the buyer after the shipment; None where the channel has no such clock."""
        own = self.clock(parcel.store, f"AE_PROTECT_MAX_{parcel.country.upper()}")
        found = own if own is not None else self.clock(parcel.store, "AE_PROTECT_MAX_DEFAULT")
        return None if found is None else int(found)

    def stalled_days(self, store: Store) -> int:
        """Days without an event after which a parcel stands still."""
        return int(self.clock(store, "FOLLOW_STALLED", house.value(policies.STALLED_DAYS, self.day, store.pk)) or 0)

    def extension_days(self, store: Store) -> int:
        """Days of one extension."""
        return int(self.clock(store, "AE_EXTEND_DAYS", house.value(policies.EXTENSION_DAYS, self.day, store.pk)) or 0)

    def hold_days(self, store: Store) -> int:
        """Days a post office keeps a parcel."""
        return int(self.clock(store, "POST_HOLD", house.value(policies.POST_HOLD_DAYS, self.day, store.pk)) or 0)


def tables(day: date | datetime, *, decisions: bool = False) -> Tables:
    """The tables as valid on ``day``, in three queries (four with the decisions)."""
    when = day.date() if isinstance(day, datetime) else day
    promises = [
        Promise(
            r.rule_id, r.priority, r.service_match, r.destination_match, r.promise_days, r.first_check_days,
            r.second_check_days, r.lost_after_days, r.extend_when_days_left,
        )
        for r in valid(PromiseRule.objects.all(), when)
    ]  # fmt: skip
    coverage = {(r.service_kind, r.destination): r.coverage for r in CoverageRule.objects.all()}
    rows = valid(DecisionRule.objects.filter(active=True), when) if decisions else []
    known = Lane.objects.exclude(blind_by="table").values_list("service_id", "country", "blind")
    return Tables(when, promises, coverage, [
        Decision(
            r.table_code, r.rule_id, r.priority, r.conditions, r.advice, r.extend_confirm, r.next_check_days,
            r.message_template, r.approval,
        )
        for r in rows
    ], {(service_id, country): blind for service_id, country, blind in known})  # fmt: skip


def promises_for(actor: Actor) -> QuerySet[PromiseRule]:
    """Every version of every promise; they belong to the house."""
    return PromiseRule.objects.all()


def decisions_for(actor: Actor) -> QuerySet[DecisionRule]:
    """Every version of every decision; they belong to the house."""
    return DecisionRule.objects.all()


def valid(rows: Iterable[Any], when: date) -> list[Any]:
    """Of each rule the newest version valid by ``when``; the oldest one known when none was valid yet."""
    versions: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        versions[row.rule_id].append(row)
    chosen = []
    for found in versions.values():
        found.sort(key=lambda r: r.valid_from)
        valid = [r for r in found if r.valid_from <= when]
        chosen.append(valid[-1] if valid else found[0])
    return chosen


def told(ids: Iterable[int]) -> Mapping[int, Mapping[str, list[datetime]]]:
    """When each text (base code: T03 also counts T03N, T03U, T03UN) was handed to its routes about each parcel."""
    rows = Message._base_manager.filter(
        about_type=PARCEL, about_id__in=list(ids), direction=Direction.OUT, state=MessageState.READY
    ).exclude(template_code="")
    found: dict[int, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for parcel_id, code, at in rows.values_list("about_id", "template_code", "at"):
        found[int(parcel_id or 0)][base_of(code)].append(at)
    return found


def told_of_boxes(boxes: Mapping[int, Sequence[int]]) -> Mapping[int, Mapping[str, list[datetime]]]:
    """The same for parcels with those that travel in their box: who was told of one of them was told of the box. One query."""
    of_each = told({pk for box in boxes.values() for pk in box})
    found: dict[int, dict[str, list[datetime]]] = {}
    for pk, box in boxes.items():
        heard: dict[str, list[datetime]] = defaultdict(list)
        for mate in box:
            for code, times in of_each.get(mate, {}).items():
                heard[code] += times
        found[pk] = heard
    return found


def words_given(parcels: Iterable[Parcel], boxes: Mapping[int, Sequence[int]]) -> dict[int, date]:
    """Of parcels (store loaded; with those that travel in their box) the day, of the store's zone, on which the last text that
    named one told the buyer to hear from us, unless something was said on that day or later. One query."""
    rows = Message._base_manager.filter(
        about_type=PARCEL, about_id__in={pk for box in boxes.values() for pk in box}, direction=Direction.OUT,
        state=MessageState.READY,
    ).values_list("about_id", "at", "pk", "facts__dates__next_check_date")  # fmt: skip
    of_each: dict[int, list[tuple[datetime, int, str]]] = defaultdict(list)
    for about, at, pk, day in rows:
        of_each[int(about or 0)].append((at, pk, day or ""))
    found = {}
    for parcel in parcels:
        said = sorted(row for mate in boxes[parcel.pk] for row in of_each[mate])
        named = [(row, date.fromisoformat(row[2])) for row in said if row[2]]
        if named and local_day(said[-1][0], parcel.store.time_zone) < named[-1][1]:
            found[parcel.pk] = named[-1][1]
    return found


def unsaid(keys: Mapping[str, int]) -> set[int]:
    """Of rows with a text that waits for something (its key -> the row) those whose text nobody has got yet."""
    said = set(Message._base_manager.filter(key__in=list(keys)).values_list("key", flat=True)) if keys else set()
    return {what for key, what in keys.items() if key not in said}


def base_of(code: str) -> str:
    """The base code of a text: letters N and U after the number name variants of the same message."""
    head = code[:3]
    return head if code[3:] in ("N", "U", "UN") else code
