"""What buyers were given: each once, all of an order together never more than was paid."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core import policies as house
from core.audit import Actor
from core.errors import DomainError, Invalid, NotAllowed
from core.money import Money, minor_unit
from core.rates import convert
from disputes import policies, selectors
from disputes.choices import GIVES_NOTHING, REFUNDS, RemedyKind, Route
from disputes.models import Answer, Case, Remedy
from disputes.rules import cases as rules

#: The house's own currency, in which limits are written (declared by the worklist).
HOUSE_CURRENCY = "worklist.house_currency"
APPROVERS = {"": "", "supervisor": "disputes.approve_remedy", "manager": "disputes.approve_any_remedy"}
_FAULTS = {
    "needed": _("Say how much is refunded."),
    "not_wanted": _("Only refunds carry an amount."),
    "not_positive": _("Give a positive amount."),
    "too_much": _("More than can still be refunded: %(left)s %(currency)s."),
    "not_full": _("A full refund is all that is left: %(left)s %(currency)s. Choose a partial refund for less."),
    "not_part": _("This is all that is left: choose the full refund."),
}


def checked_amount(*, case: Case, kind: str, amount: Decimal | None, but: int | None = None) -> Decimal | None:
    """The amount a remedy of ``kind`` may have; a full refund without one is all that is left. Lock the order first.

    Refuses amounts that are not needed, missing, not positive, finer than the currency knows, or more than can still be
    paid back over all cases of the order.
    """
    if kind not in RemedyKind.values:
        raise Invalid("unknown_remedy", _("Unknown remedy."), errors={"kind": [str(_("Unknown remedy."))]})
    given = selectors.given(case.order, but=[but] if but else ())
    if amount is None and kind in (RemedyKind.REFUND, RemedyKind.RETURN_REFUND):
        amount = given.left
    fault = rules.amount_fault(kind, amount, given, refunds=tuple(r.value for r in REFUNDS))
    if not fault and amount is not None and amount != amount.quantize(minor_unit(case.currency)):
        raise Invalid(
            "too_fine", _("This currency has no such small coins."), errors={"amount": [str(_("Round the amount."))]}
        )
    if fault:
        left = Money(given.left, case.currency).text()
        sentence = str(_FAULTS[fault]) % {"left": left, "currency": case.currency}
        raise Invalid(f"amount_{fault}", sentence.replace("%", "%%"), errors={"amount": [sentence]})
    return amount


def in_house(amount: Decimal, currency: str, now: datetime) -> Decimal | None:
    """An amount in the house currency at the rate of the day; None when no rate is known."""
    try:
        return convert(
            Money(amount, currency), str(house.value(house.POLICIES[HOUSE_CURRENCY], now)), now.date()
        ).amount
    except DomainError:
        return None


def needed_permission(*, amount: Decimal | None, case: Case, now: datetime) -> str:
    """The permission that stands for a refund of ``amount``; "" when every clerk may give it. Without a rate of the day
    nobody can compare it with the limits, so a manager does."""
    if amount is None:
        return ""
    house_amount = in_house(amount, case.currency, now)
    limits = (house.value(p, now, case.store_id) for p in (policies.CLERK_LIMIT, policies.SUPERVISOR_LIMIT))
    clerk, supervisor = (Decimal(str(limit)) for limit in limits)
    return APPROVERS[rules.approval(house_amount, clerk=clerk, supervisor=supervisor)]


@transaction.atomic
def record_remedy(
    *, case: Case, kind: str, actor: Actor, now: datetime, amount: Decimal | None = None, route: str = Route.OTHER,
    reference: str = "", note: str = "",
) -> Remedy:  # fmt: skip
    """Write down what the buyer was given outside of an accepted answer, e.g. a refund by PayPal (RMD-14).

    The same reference again is the same remedy, so nothing is paid twice. Refuses what :func:`checked_amount` refuses,
    answers that give nothing, and amounts beyond the actor's limit.
    """
    _need(actor, "disputes.offer_remedy")
    held = selectors.lock_case(case.pk)
    selectors.lock_order(held.order_id)
    if kind in GIVES_NOTHING:
        raise Invalid(
            "gives_nothing", _("This gives the buyer nothing."), errors={"kind": [str(_("Choose a remedy."))]}
        )
    if route not in Route.values:
        raise Invalid("unknown_route", _("Unknown way."), errors={"route": [str(_("Unknown way."))]})
    key = f"hand:{reference.strip()[:50]}" if reference.strip() else f"hand:{now:%Y%m%d%H%M%S%f}"
    known = Remedy._base_manager.filter(case=held, key=key).first()
    if known is not None:
        return known
    amount = checked_amount(case=held, kind=kind, amount=amount)
    needed = needed_permission(amount=amount, case=held, now=now)
    if needed:
        _need(actor, needed)
    return keep(
        case=held, key=key, kind=kind, amount=amount, route=route, reference=reference, note=note, actor=actor, now=now
    )


def of_answer(*, answer: Answer, case: Case, actor: Actor, now: datetime) -> Remedy | None:
    """The remedy of an accepted answer, once; None when the answer gave nothing."""
    if answer.kind in GIVES_NOTHING:
        return None
    route = (
        Route.CHANNEL if answer.kind in REFUNDS else Route.PARCEL if answer.kind != RemedyKind.OTHER else Route.OTHER
    )
    return keep(
        case=case, key=f"answer:{answer.pk}", kind=answer.kind, amount=answer.amount, route=route, actor=actor, now=now
    )


def of_channel(*, case: Case, refunded: Decimal, actor: Actor, now: datetime) -> Remedy | None:
    """What the channel says it has paid back through a case, as far as it is not recorded yet."""
    known = sum((r.amount or Decimal(0) for r in selectors.remedies_of(case) if r.route == Route.CHANNEL), Decimal(0))
    missing = refunded - known
    if missing <= 0:
        return None
    kind = RemedyKind.REFUND if refunded >= case.order.total else RemedyKind.PART_REFUND
    return keep(
        case=case,
        key=f"channel:{refunded.normalize():f}",
        kind=kind,
        amount=missing,
        route=Route.CHANNEL,
        actor=actor,
        now=now,
    )


def keep(
    *, case: Case, key: str, kind: str, amount: Decimal | None, route: str, actor: Actor, now: datetime, reference: str = "",
    note: str = "",
) -> Remedy:  # fmt: skip
    """Write a remedy unless it is there, with its line in the timelines."""
    row, made = Remedy._base_manager.get_or_create(
        case=case, key=key, defaults={
            "store_id": case.store_id, "order_id": case.order_id, "kind": kind, "amount": amount, "currency": case.currency,
            "route": route, "reference": reference.strip()[:80], "note": note[:300], "actor_label": actor.label[:150], "given_at": now,
        },
    )  # fmt: skip
    if made:
        money = f"{Money(amount, case.currency).text()} {case.currency}" if amount is not None else ""
        audit.record(case, "case.remedy", actor=actor, now=now, text=gettext_noop("Given to the buyer: %(what)s %(money)s"),
                     what=str(kind), money=money)  # fmt: skip
    return row


def _need(actor: Actor, permission: str) -> None:
    if not actor.has_perm(permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
