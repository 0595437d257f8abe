"""The end of a parcel's way, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import copying
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.events import publish
from core.states import move, move_many
from logistics.choices import ParcelState
from logistics.events import ParcelSettled
from logistics.models import Parcel
from logistics.selectors import parcels as selectors
from logistics.services.tracking import waiting
from logistics.services.tracking.following import SOON
from orders.services import fulfilment
from worklist import services as worklist

MOVES = {
    ParcelState.DELIVERED: "deliver", ParcelState.RETURNED: "return", ParcelState.LOST: "lose", ParcelState.CLOSED: "close",
}  # fmt: skip
#: What newer news make of a parcel that had ended otherwise.
AFTER_ALL = {
    ParcelState.DELIVERED: "find_delivered", ParcelState.RETURNED: "find_returned", ParcelState.LOST: "find_lost",
}  # fmt: skip
#: Duties that end with the parcel.
DUTIES = ("logistics.parcel_check", "logistics.parcel_step", "logistics.promise_ending")


def settle(
    *, parcel: Parcel, outcome: str, actor: Actor, now: datetime, reason: str = "", at: datetime | None = None
) -> Parcel:
    """A person (or the shop) says how the parcel ended: delivered, returned, lost or closed. Lost and closed need a reason.

    Ends its duties; an order whose parcels have all arrived is delivered. This word stands until a final event is heard that is
    newer than those known now. Refuses a parcel that was not handed over, an end before that, and one that ended otherwise
    (open it again first).
    """
    if not actor.has_perm("logistics.settle_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if outcome not in MOVES:
        raise Invalid("bad_outcome", _("Choose how the parcel ended."), errors={"outcome": [str(_("Choose one."))]})
    if parcel.state == ParcelState.PACKED:
        raise Conflict("not_handed_over", _("This parcel was not handed over yet."))
    if at is not None and parcel.shipped_at is not None and at < parcel.shipped_at:
        why = _("It happened before the parcel was handed over.")
        raise Invalid("too_early", why, errors={"at": [str(why)]})
    with transaction.atomic():
        held = selectors.locked([parcel.pk])[0]
        settle_many(parcels={parcel: at or now}, outcome=outcome, actor=actor, now=now, reason=reason, strict=True)
        if held.state != outcome and (last := selectors.last_end(parcel.pk)) is not None:
            Parcel._base_manager.filter(pk=parcel.pk).update(ends_after=last)
    parcel.refresh_from_db()
    return parcel


def settle_many(
    *,
    parcels: dict[Parcel, datetime],
    outcome: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    strict: bool = False,
    otherwise: bool = False,
) -> list[Parcel]:
    """The set form: ``parcels`` maps each to the time it ended. ``strict``: a person's word, and a refusal is raised; else
    what the events say, and a refusal is passed over. ``otherwise``: they had ended otherwise until now."""
    columns: dict[str, Any] = {"settle_reason": reason[:300]}
    if outcome != ParcelState.CLOSED:
        columns["tracking_state"] = outcome
    if otherwise:
        columns["delivered_at"] = None
    with transaction.atomic():
        name = (AFTER_ALL if otherwise else MOVES)[ParcelState(outcome)]
        moved, refused = move_many(parcels, name, actor=actor, now=now, reason=reason, **columns)
        if refused and strict:
            raise next(iter(refused.values()))
        done: list[Parcel] = moved
        if otherwise and outcome != ParcelState.DELIVERED:
            undeliver_orders(order_ids={p.order_id for p in done}, actor=actor, now=now)
        if outcome == ParcelState.DELIVERED:
            times = {p.pk: at for p, at in parcels.items()}
            for parcel in done:
                parcel.delivered_at = min(times.get(parcel.pk, now), now)
            copying.update_objects(done, ["delivered_at"])
        _after(done, actor, now)
    return done


def _after(parcels: Sequence[Parcel], actor: Actor, now: datetime) -> None:
    """What ends with a parcel: its duties; its order, when it was the last one under way."""
    if not parcels:
        return
    ids = [p.pk for p in parcels]
    for rule in DUTIES:
        worklist.close(rule_key=rule, subject_ids=ids, actor=actor, now=now, reason="settled", cancelled=True)
    waiting.nobody_waits([p.pk for p in parcels if p.state == ParcelState.DELIVERED], now)
    deliver_orders(order_ids={p.order_id for p in parcels}, actor=actor, now=now)
    for parcel in parcels:
        publish(ParcelSettled(parcel.pk))


def deliver_orders(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> None:
    """Move shipped orders whose parcels have all arrived to delivered."""
    arrived = selectors.delivered_orders(order_ids)
    fulfilment.mark_delivered_many(orders=selectors.orders_locked(arrived), actor=actor, now=now)
    if arrived:
        worklist.plan(rule_key="logistics.complete_order", subject_ids=list(arrived), now=now)


def undeliver_orders(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> None:
    """Orders that count as delivered and are not: they are looked after again."""
    fulfilment.mark_undelivered_many(orders=selectors.orders_locked(order_ids), actor=actor, now=now)


def reopen(*, parcel: Parcel, actor: Actor, now: datetime, reason: str) -> Parcel:
    """Follow a settled parcel again (it was settled by mistake, or the carrier's word is not believed); it is looked at within
    the hour. Final events that are known by now do not end it again, newer ones do. Needs a reason; refuses a closed one, and
    one whose number lies on another parcel under way by now. An order that counted as delivered is under way again; a completed
    one stays as it is."""
    if not actor.has_perm("logistics.settle_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    with transaction.atomic():
        parcel.ends_after = selectors.locked([parcel.pk])[0].ends_after
        if selectors.number_taken(parcel):
            raise Conflict("number_taken", _("Another parcel under way has this number by now."))
        move(
            parcel, "reopen", actor=actor, now=now, reason=reason, next_check_at=now + SOON, next_check_why="reopened",
            settled_at=None, delivered_at=None, settle_reason="", tracking_state=selectors.state_again(parcel, now),
            ends_after=selectors.last_end(parcel.pk) or parcel.ends_after,
        )  # fmt: skip
        undeliver_orders(order_ids=[parcel.order_id], actor=actor, now=now)
        worklist.plan(rule_key="logistics.parcel_check", subject_ids=[parcel.pk], now=now)
    return parcel
