"""What happens to orders that came in: wishes, flags, sorting rules, clocks, stock, hold or ready. Written for sets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from core import copying, policies
from core.audit import Actor, system
from core.clock import WorkCalendar
from core.events import publish
from core.states import move_many, move_new
from inventory.services import stock, warehouses
from orders import selectors
from orders.choices import FlagColour, HoldReason, OrderState, Stage, WishState
from orders.events import OrdersChanged, OrdersReady
from orders.models import Order, OrderFlag, OrderLine, Wish
from orders.policies import HOLD_LOOK_HOURS, PAY_CUTOFF, SHIP_BY_DAYS
from orders.rules import automation, clocks, intake
from orders.rules.stage import NOTHING, OrderFacts, stage
from orders.rules.wishes import Reading
from orders.selectors import CUTOFF, PROCESSING, RESERVING, House, LineRow
from orders.services.stages import dispatch_facts
from worklist import services as worklist

#: Inserts orders that were assessed before they had a row.
Save = Callable[[Sequence[Any]], object]
#: The house does this by itself, whoever brought the orders in.
INTAKE = system("intake")

_READ = (
    "id", "store_id", "state", "stage", "history", "type", "buyer_id", "country", "currency", "total", "pieces",
    "shipping_method", "service_code", "warehouse_id", "note", "hold_reason", "intercept", "cleared", "placed_at", "paid_at",
    "target_at", "ship_by", "greeted_at", "channel_facts", "number",
)  # fmt: skip
_WRITTEN = ("type", "service_code", "warehouse_id", "target_at", "ship_by", "stage", "intercept", "cleared")
#: Stages at which the note has left the desk: work under way is stopped at the next scan, not by a state.
UNDER_WAY = frozenset({Stage.SHORT, Stage.TO_NUMBER, Stage.TO_PRINT, Stage.TO_HAND_OVER, Stage.TO_DECLARE})


@dataclass(frozen=True)
class Assessed:
    """What an assessment came to: orders now ready, held, still unpaid (ids)."""

    ready: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    unpaid: tuple[int, ...] = ()


@dataclass(slots=True)
class _Case:
    """One order under assessment."""

    order: Any
    lines: list[LineRow]
    articles: list[intake.ArticleFacts] = field(default_factory=list)
    reading: Reading = field(default_factory=Reading)
    rule: automation.Rule | None = None
    hold: intake.Hold | None = None
    assorted: dict[int, bool] = field(default_factory=dict)

    @property
    def unmatched(self) -> bool:
        return any(line.goods and not line.matched for line in self.lines)


def assess_many(*, order_ids: Collection[int], actor: Actor, now: datetime, anchor: datetime | None = None) -> Assessed:
    """Look at orders that came in or changed, and bring each as far as it goes by itself.

    Reads wishes and notes (ORD-03), marks lines to be assorted (ORD-05), sets red flags (ORD-13), applies the first sorting
    rule that fits (ORD-08), sets the payment clock and the channel's latest dispatch (ORD-16), reserves stock for paid
    lines (STK-13), holds what must wait and makes the rest ready (``OrdersReady``), plans the greeting. History is left
    alone. Again changes nothing. ``anchor``: count the clocks from then instead of from the payment. The number of
    statements does not grow with the orders.
    """
    if not order_ids:
        return Assessed()
    with transaction.atomic(savepoint=False):
        orders = _locked(order_ids)
        if not orders:
            return Assessed()
        lines = selectors.lines_to_assess([order.pk for order in orders])
        return assess(cases=[(order, lines.get(order.pk, [])) for order in orders], actor=actor, now=now, anchor=anchor)


def _locked(order_ids: Collection[int]) -> list[Any]:
    return list(
        Order._base_manager.filter(pk__in=list(order_ids), history=False)
        .annotate(
            store_kind=F("store__kind"), store_zone=F("store__time_zone"), store_code=F("store__code"),
            black_at=F("buyer__blacklisted_at"), black_reason=F("buyer__blacklist_reason"), buyer_since=F("buyer__first_order_at"),
        )
        .only(*_READ).order_by("pk").select_for_update(of=("self",))
    )  # fmt: skip


def assess_new(*, orders: Sequence[Any], save: Save, actor: Actor, now: datetime) -> Assessed:
    """:func:`assess_many` for orders that are about to be written for the first time: their lines are there, they have ids and
    the annotations of an assessment, store and buyer at hand, but no row. ``save`` inserts them once everything is decided:
    a row is written once.
    """
    lines = selectors.lines_to_assess([order.pk for order in orders])
    return assess(cases=[(order, lines.get(order.pk, [])) for order in orders], actor=actor, now=now, save=save)


def assess(
    *, cases: Sequence[tuple[Any, list[LineRow]]], actor: Actor, now: datetime, anchor: datetime | None = None,
    save: Save | None = None,
) -> Assessed:  # fmt: skip
    """:func:`assess_many` for orders that the caller has locked (or makes: ``save``) and read with their lines."""
    house = selectors.house_facts(now)
    if house.default is None:
        made = warehouses.ensure_default(now=now)
        house = House(house.rules, house.clocks, house.calendar, {**house.warehouses, made.pk: made}, made)
    known = [_Case(order, lines) for order, lines in cases]
    open_cases = [case for case in known if case.order.state in (OrderState.UNPAID, *RESERVING)]
    _read_notes(open_cases)
    before = {} if save else {case.order.pk: {name: getattr(case.order, name) for name in _WRITTEN} for case in known}
    for case in open_cases:
        _sort(case, house)
        _set_clocks(case, house, now, anchor)
        _decide_hold(case)
    short = _reserve(open_cases, now, new=save is not None)
    return _write(known, before, short, now, save)


# --- reading ---------------------------------------------------------------------------------------------------------


def _read_notes(cases: list[_Case]) -> None:
    words = selectors.lexicon()
    for case in cases:
        if case.order.note or any(line.note or len(line.variants) > 0 or line.attributes for line in case.lines):
            case.articles = [
                intake.ArticleFacts(line.position, line.sku, line.attributes, tuple(line.variants), line.note)
                for line in case.lines if line.goods
            ]  # fmt: skip
            if case.order.note or any(article.note for article in case.articles):
                case.reading = intake.read_note(case.order.note, case.articles, words)
            case.assorted = {
                article.position: intake.assort(article, case.reading.wishes, words) for article in case.articles
            }


def _sort(case: _Case, house: House) -> None:
    """Apply the first sorting rule that fits; what a person or an earlier rule chose stays."""
    order = case.order
    if house.rules and order.state in RESERVING:
        case.rule = automation.first_fitting(house.rules, _facts(case), order.store_id)
        if case.rule is not None:
            order.service_code = order.service_code or case.rule.service
            order.warehouse_id = order.warehouse_id or case.rule.warehouse_id
            if case.rule.type and order.type == "sale":
                order.type = case.rule.type
    order.warehouse_id = order.warehouse_id or house.default.pk  # type: ignore[union-attr]


def _facts(case: _Case) -> dict[str, Any]:
    order = case.order
    return {
        "store": order.store_code, "channel": order.store_kind, "country": order.country, "currency": order.currency,
        "total": order.total, "pieces": order.pieces, "lines": len(case.lines), "shipping_method": order.shipping_method,
        "sku": [line.sku for line in case.lines], "title": [line.title for line in case.lines], "has_note": bool(order.note),
        "has_wish": bool(case.reading.wishes), "unmatched": case.unmatched,
        "repeat_buyer": order.buyer_since is not None and order.buyer_since < order.placed_at,
    }  # fmt: skip


def _set_clocks(case: _Case, house: House, now: datetime, anchor: datetime | None) -> None:
    """The payment clock and the channel's latest dispatch; a latest dispatch that the channel gave stays unless it is over
    and the order was taken up late."""
    order = case.order
    if order.state == OrderState.UNPAID:
        return
    start = anchor or order.paid_at or order.placed_at
    zone, calendar = house.zone(order.warehouse_id), house.calendar
    if order.target_at is None or anchor is not None:
        cutoff = house.clocks.get(order.store_kind, CUTOFF, start)
        wall = clocks.wall_time(cutoff.value if cutoff else policies.value(PAY_CUTOFF, start, order.store_id))
        order.target_at = clocks.target_at(start, cutoff=wall, zone_name=zone, calendar=calendar)
    if order.ship_by is None or (anchor is not None and order.ship_by <= now):
        order.ship_by = _latest_dispatch(order, house, start, calendar)


def _latest_dispatch(order: Any, house: House, start: datetime, calendar: WorkCalendar) -> datetime:
    row = house.clocks.get(order.store_kind, PROCESSING, start)
    if row is not None:
        return clocks.add_span(start, row.value, row.unit, row.calendar, zone_name=order.store_zone, calendar=calendar)
    days = str(policies.value(SHIP_BY_DAYS, start, order.store_id))
    return clocks.add_span(start, days, "days", "business", zone_name=order.store_zone, calendar=calendar)


def _decide_hold(case: _Case) -> None:
    """Whether the order must wait. What a person has set aside does not hold it again, until the channel asks anew."""
    order, told = case.order, case.order.channel_facts or {}
    asks = bool(told.get("cancel_requested")) or case.reading.cancel
    if not asks and HoldReason.CANCEL_REQUEST in order.cleared:
        order.cleared = [reason for reason in order.cleared if reason != HoldReason.CANCEL_REQUEST]
    facts = intake.HoldFacts(
        payment_risk=bool(told.get("risk")) and HoldReason.PAYMENT_RISK not in order.cleared,
        cancel_requested=asks and HoldReason.CANCEL_REQUEST not in order.cleared,
        blacklisted=order.black_at is not None and HoldReason.BLACKLIST not in order.cleared,
        blacklist_reason=order.black_reason or "",
    )
    case.hold = intake.hold(facts) if order.state != OrderState.UNPAID else None
    if case.hold is not None and order.state == OrderState.READY and order.stage in UNDER_WAY:
        order.intercept = order.intercept or case.hold.reason


# --- writing ---------------------------------------------------------------------------------------------------------


def _reserve(cases: list[_Case], now: datetime, *, new: bool) -> set[int]:
    """Promise stock to the matched lines of paid orders; answers the orders that are short."""
    wants = [
        stock.Want(line.id, case.order.pk, sku_id, case.order.warehouse_id, pieces * line.quantity)
        for case in cases if case.order.state in RESERVING
        for line in case.lines if line.goods and line.matched
        for sku_id, pieces in line.parts
    ]  # fmt: skip
    return stock.reserve(wants=wants, actor=INTAKE, now=now, new=new) if wants else set()


def _write(
    cases: list[_Case], before: Mapping[int, Mapping[str, Any]], short: set[int], now: datetime, save: Save | None
) -> Assessed:
    to_hold = [c for c in cases if c.hold is not None and c.order.state in (OrderState.NEW, OrderState.READY)]
    to_free = [
        c
        for c in cases
        if c.hold is None and c.order.state == OrderState.HELD and c.order.hold_reason == "payment_risk"
    ]
    held = {c.order.pk for c in to_hold}
    fresh = [c.order for c in cases if c.order.state == OrderState.NEW and c.order.pk not in held]
    old = [c.order.pk for c in cases if c.order.state not in (OrderState.UNPAID, OrderState.NEW)]
    known = dispatch_facts(old) if old else {}
    going_on = {o.pk for o in fresh} | {c.order.pk for c in to_free}
    for case in cases:
        order = case.order
        state = "held" if order.pk in held else "ready" if order.pk in going_on else order.state
        reason = case.hold.reason if case.hold and order.pk in held else order.hold_reason
        facts = OrderFacts(state, order.history, reason, case.unmatched, order.pk in short)
        order.stage = stage(facts, known.get(order.pk, NOTHING))
    if save is None:
        changed = [
            c.order for c in cases if any(getattr(c.order, name) != was for name, was in before[c.order.pk].items())
        ]
        copying.update_rows(
            Order,
            _WRITTEN,
            [
                {"id": o.pk, **{name: getattr(o, name) for name in _WRITTEN}}
                for o in sorted(changed, key=lambda o: o.pk)
            ],
        )
    else:
        _move(fresh, to_hold, [], now, move_new)
        save([case.order for case in cases])
    _write_lines(cases)
    _write_wishes(cases, now, new=save is not None)
    _write_flags(cases, now)
    if save is None:
        _move(fresh, to_hold, [c.order for c in to_free], now, move_many)
    return _follow(cases, fresh, to_hold, to_free, now, whole=save is not None)


def _write_lines(cases: list[_Case]) -> None:
    rows = [
        {"id": line.id, "assort": case.assorted[line.position]}
        for case in cases for line in case.lines
        if line.position in case.assorted and case.assorted[line.position] != line.assort
    ]  # fmt: skip
    copying.update_rows(OrderLine, ("assort",), rows)


def _write_wishes(cases: list[_Case], now: datetime, *, new: bool) -> None:
    """Write wishes that are new; those a changed note no longer holds are dropped, those entered by hand stay."""
    noted = [case for case in cases if case.reading.wishes or case.order.note]
    if not noted:
        return
    held: dict[int, list[Wish]] = {}
    for wish in [] if new else Wish._base_manager.filter(order_id__in=[c.order.pk for c in noted], by_hand=False):
        held.setdefault(wish.order_id, []).append(wish)
    rows, gone = [], []
    for case in noted:
        ids = {line.position: line.id for line in case.lines}
        wanted = {(w.kind, w.value, ids.get(w.line) if w.line else None): w for w in case.reading.wishes}
        for wish in held.get(case.order.pk, []):
            if wanted.pop((wish.kind, wish.value, wish.line_id), None) is None and wish.state == WishState.OPEN:
                gone.append(wish.pk)
        rows += [
            {"order_id": case.order.pk, "line_id": line_id, "kind": kind, "text": wish.text, "value": value[:100],
             "state": WishState.OPEN.value, "by_hand": False, "created_at": now}
            for (kind, value, line_id), wish in wanted.items()
        ]  # fmt: skip
    copying.copy_records(Wish, rows)
    if gone:
        Wish._base_manager.filter(pk__in=gone).update(state=WishState.DROPPED)


def _write_flags(cases: list[_Case], now: datetime) -> None:
    rows = []
    for case in cases:
        words = intake.flag_note(case.reading.wishes)
        if words:
            rows.append(
                OrderFlag(order_id=case.order.pk, colour=FlagColour.RED, note=words, author_label=INTAKE.label, at=now)
            )
        if case.rule is not None and case.rule.flag:
            rows.append(
                OrderFlag(
                    order_id=case.order.pk,
                    colour=case.rule.flag,
                    note=case.rule.name[:200],
                    author_label=INTAKE.label,
                    at=now,
                )
            )
    if rows:
        OrderFlag._base_manager.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def _move(fresh: list[Any], to_hold: list[_Case], to_free: list[Any], now: datetime, mover: Callable[..., Any]) -> None:
    mover(fresh, "make_ready", actor=INTAKE, now=now)
    by_reason: dict[tuple[str, str], list[Any]] = {}
    for case in to_hold:
        assert case.hold is not None
        by_reason.setdefault((case.hold.reason, case.hold.note), []).append(case.order)
    for (reason, note), orders in sorted(by_reason.items()):
        sentence, look = (
            note or str(HoldReason(reason).label),
            timedelta(hours=float(policies.value(HOLD_LOOK_HOURS, now))),
        )
        mover(
            orders,
            "hold",
            actor=INTAKE,
            now=now,
            reason=sentence,
            hold_reason=reason,
            hold_note=note[:300],
            hold_until=now + look,
        )
    mover(to_free, "release", actor=INTAKE, now=now, hold_reason="", hold_note="", hold_until=None)


def _follow(
    cases: list[_Case], fresh: list[Any], to_hold: list[_Case], to_free: list[_Case], now: datetime, *, whole: bool
) -> Assessed:
    """Plan what is owed to the buyer and tell the apps above."""
    ready = tuple(sorted({o.pk for o in fresh} | {c.order.pk for c in to_free}))
    unpaid = tuple(c.order.pk for c in cases if c.order.state == OrderState.UNPAID)
    to_greet = [c.order.pk for c in cases if c.order.greeted_at is None and c.order.state in RESERVING]
    loaded = {case.order.pk: case.order for case in cases} if whole else None
    if to_greet:
        worklist.plan(rule_key="orders.greet", subject_ids=to_greet, now=now, loaded=loaded, new=whole)
    if unpaid:
        worklist.plan(rule_key="orders.unpaid", subject_ids=unpaid, now=now, loaded=loaded, new=whole)
    asking = [
        c.order.pk
        for c in cases
        if (c.hold and c.hold.reason == "cancel_request") or c.order.intercept == "cancel_request"
    ]
    if asking:
        worklist.plan(rule_key="orders.cancel_request", subject_ids=asking, now=now)
    if ready:
        publish(OrdersReady(ready))
    told = set(ready)
    seen = tuple(c.order.pk for c in cases if c.order.state == OrderState.READY and c.order.pk not in told)
    if seen:
        publish(OrdersChanged(seen))
    return Assessed(ready, tuple(sorted(c.order.pk for c in to_hold)), unpaid)
