"""The parcels behind a figure of a lane: the same conditions by which they were counted, as a question to the parcels.

A figure has a name, which is the value of the filter ``behind`` of the list of parcels:
``LANE.LEVEL.SPAN.KIND.DAY``, e.g. ``7.lane.peak.arrived.28`` or ``7.lane.2026-09.lost.``.

Days of hand-over are those of each parcel's store: what its wall clock said then (``THERE``) is compared with days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Value
from django.db.models.functions import ExtractMonth, TruncDay
from django.db.models.lookups import GreaterThanOrEqual, In, LessThan, LessThanOrEqual
from django.utils.dateparse import parse_date

from core.audit import Actor
from logistics.choices import ParcelState
from logistics.models import Lane, Parcel
from logistics.rules.lanes import choosing
from logistics.selectors import lanes

ENDED = {"lost": ParcelState.LOST, "returned": ParcelState.RETURNED}
KINDS = frozenset({"all", "arrived", "out", "open", "unsaid", *ENDED})
NONE = Q(pk__in=[])


def _wall(ref: type[F]) -> Func:
    """What the wall clock of its store said when a parcel was handed over, written as if it were UTC."""
    there = Func(ref("store__time_zone"), ref("shipped_at"), function="timezone")
    return Func(Value("UTC"), there, function="timezone", output_field=DateTimeField())


THERE = _wall(F)
#: So far the clocks of the world are from that of the database: the index is asked for a span that much wider.
APART = timedelta(hours=15)


@dataclass(frozen=True)
class Figure:
    """A figure of a lane. ``span``: the whole time (""), a season, or a month (YYYY-MM)."""

    lane_id: int
    level: str
    span: str
    kind: str
    day: int | None = None

    @property
    def name(self) -> str:
        """The value of the filter."""
        return f"{self.lane_id}.{self.level}.{self.span}.{self.kind}.{'' if self.day is None else self.day}"


def figure(name: str) -> Figure | None:
    """The figure of a name; None when it is none."""
    parts = name.strip().split(".")
    if len(parts) != 5:
        return None
    lane, level, span, kind, day = parts
    digits = all(text.isascii() and text.isdigit() and len(text) < 10 for text in (lane, day or "0"))
    known = level in (choosing.LANE, choosing.COUNTRY, choosing.FAMILY) and kind in KINDS
    spans = span in ("", choosing.PEAK, choosing.REST) or _month(span) is not None
    return Figure(int(lane), level, span, kind, int(day) if day else None) if digits and known and spans else None


def behind(name: str, now: datetime) -> Q:
    """Condition on parcels: those counted in the figure ``name``. What is no figure has none."""
    asked = figure(name)
    lane = Lane.objects.filter(pk=asked.lane_id).select_related("service").first() if asked else None
    if asked is None or lane is None:
        return NONE
    figures = lanes.figures(now)
    end = _moment(lane.as_of) - timedelta(days=figures.lag)  # followed for d days: handed over on a day before end - d
    found = _where(asked, lane) & ~Q(state=ParcelState.PACKED) & _before(end)
    found &= _since(_moment(lane.as_of - timedelta(days=figures.window)))
    if lane.blind:
        found &= _ripe(lane, end)
    return found & _span(asked.span, figures) & _kind(asked, end, lane.blind)


def _where(asked: Figure, lane: Lane) -> Q:
    if asked.level == choosing.LANE:
        return Q(service_id=lane.service_id, country=lane.country)
    alike = Lane.objects.filter(service_id=OuterRef("service_id"), country=OuterRef("country"), blind=lane.blind)
    found = Q(Exists(alike), service__kind=lane.service.kind)
    return found & Q(country=lane.country) if asked.level == choosing.COUNTRY else found


def _ripe(lane: Lane, end: datetime) -> Q:
    """Of blind lanes only parcels old enough count."""
    days = ExpressionWrapper(F("lost_days") * Value(timedelta(days=1)), output_field=DurationField())
    ripe = ExpressionWrapper(Value(end) - days, output_field=DateTimeField())
    rows = Lane.objects.filter(service_id=OuterRef("service_id"), country=OuterRef("country"))
    return Q(Exists(rows.annotate(ripe=ripe).filter(ripe__gt=_wall(OuterRef))))


def _span(span: str, figures: lanes.Figures) -> Q:
    first = _month(span)
    if first is not None:
        return _since(_moment(first)) & _before(_moment(lanes.first_of_months(first, 0)))
    if not span:
        return Q()
    busy = Q(In(ExtractMonth(THERE, tzinfo=UTC), sorted(figures.peak))) if figures.peak else NONE
    return busy if span == choosing.PEAK else ~busy


def _kind(asked: Figure, end: datetime, blind: bool) -> Q:
    if asked.kind == "arrived":
        return _came(end) if asked.day is None else Q(state=ParcelState.DELIVERED) & _took(asked.day, end)
    if asked.kind == "out":
        return _out(asked.day, end, blind)
    if asked.kind in ENDED:
        return Q(state=ENDED[asked.kind])
    if asked.kind == "open":
        return Q(state=ParcelState.SHIPPED) | (Q(state=ParcelState.DELIVERED) & ~_came(end))
    if asked.kind == "unsaid":
        return ~Q(state__in=[ParcelState.LOST, ParcelState.RETURNED]) & ~_came(end)
    return Q()


def _came(end: datetime) -> Q:
    """Arrived, and within the days all parcels of that day were followed."""
    there = F("delivered_at") - F("shipped_at") + TruncDay(THERE, tzinfo=UTC)
    late = ExpressionWrapper(there, output_field=DateTimeField())
    return Q(state=ParcelState.DELIVERED) & Q(LessThanOrEqual(late, end - timedelta(days=1)))


def _out(day: int | None, end: datetime, blind: bool) -> Q:
    """Not arrived, and followed for exactly ``day`` days (any when not said)."""
    ended = Q(state__in=[ParcelState.LOST, ParcelState.RETURNED])
    if day is None:
        return ended if blind else ~_came(end)
    if blind:
        return ended & _followed(day, end)
    there = Q(state=ParcelState.DELIVERED, delivered_at__lte=F("shipped_at") + timedelta(days=day))
    closed = Q(state=ParcelState.CLOSED, settled_at__lt=F("shipped_at") + timedelta(days=day + 1))
    then = closed & Q(settled_at__gte=F("shipped_at") + timedelta(days=day)) & _before(end - timedelta(days=day))
    return (_followed(day, end) & ~there & ~closed) | then


def _took(day: int, end: datetime) -> Q:
    """Arrived within ``day`` days and not within one less, and were followed so long."""
    if day > lanes.LONGEST:
        return NONE
    least = Q() if day == 0 else Q(delivered_at__gt=F("shipped_at") + timedelta(days=day - 1))
    return least & Q(delivered_at__lte=F("shipped_at") + timedelta(days=day)) & _before(end - timedelta(days=day))


def _followed(day: int, end: datetime) -> Q:
    """Handed over on the one day whose parcels are followed for exactly ``day`` days."""
    if day > lanes.LONGEST:
        return NONE
    last = end - timedelta(days=day)
    return _since(last - timedelta(days=1)) & _before(last)


def _before(moment: datetime) -> Q:
    """Handed over before a wall time of its store."""
    return Q(shipped_at__lt=moment + APART) & Q(LessThan(THERE, moment))


def _since(moment: datetime) -> Q:
    """Handed over at a wall time of its store or later."""
    return Q(shipped_at__gte=moment - APART) & Q(GreaterThanOrEqual(THERE, moment))


def seen_by(actor: Actor, lane: Lane, now: datetime) -> int | None:
    """How many parcels of a lane belong to the actor's stores (at most 10,001 are counted); None when all stores do."""
    if actor.store_ids is None:
        return None
    name = Figure(lane.pk, choosing.LANE, "", "all").name
    return Parcel.objects.filter(behind(name, now))[:10_001].count()


def _month(span: str) -> date | None:
    try:
        return parse_date(f"{span}-01") if len(span) == 7 else None
    except ValueError:
        return None


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
