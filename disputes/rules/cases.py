"""Whose turn it is, until when, and how much may be given. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from core.clock import plus_days

#: What a channel says -> the state of the case and the move that leads there.
MOVES = {"seller": "ask_us", "buyer": "wait", "platform": "escalate", "agreed": "agree", "closed": "close"}
#: States that mean the same as what a channel says.
STATES = {
    "seller": ("opened", "for_us"), "buyer": ("for_buyer",), "platform": ("escalated",), "agreed": ("agreed",), "closed": ("closed",),
}  # fmt: skip
#: The clock that says until when we answer, by channel; a chargeback has its own.
CLOCKS = {
    ("aliexpress", ""): "AE_DISPUTE_RESPOND", ("sandbox", ""): "AE_DISPUTE_RESPOND", ("aliexpress", "cancel"): "AE_CANCEL_REPLY",
    ("sandbox", "cancel"): "AE_CANCEL_REPLY", ("aliexpress", "platform"): "AE_DISPUTE_EVIDENCE",
    ("sandbox", "platform"): "AE_DISPUTE_EVIDENCE", ("shopify", "chargeback"): "SHOPIFY_CB_RESPOND",
}  # fmt: skip


def clock_code(store_kind: str, case_kind: str, *, platform: bool) -> str:
    """The deadline that gives the clock of a case where the channel names no time; "" when there is none."""
    for key in ("platform" if platform else case_kind, ""):
        if code := CLOCKS.get((store_kind, key)):
            return code
    return ""


def is_newer(*, version: int, updated_at: datetime | None, held_version: int, held_at: datetime | None) -> bool:
    """Whether what a channel tells is newer than what is kept: by its version, else by its time; without either it is."""
    if version and held_version:
        return version > held_version
    if updated_at is not None and held_at is not None:
        return updated_at > held_at
    return True


def owed_after(status: str, *, respond_by: datetime | None, answered: bool) -> bool:
    """Whether we owe an answer: in our turn, or while the platform still takes our evidence. A turn that was answered
    owes nothing more."""
    if answered:
        return False
    return status == "seller" or (status == "platform" and respond_by is not None)


def span_after(start: datetime, value: str, unit: str, zone_name: str) -> datetime:
    """``start`` plus the span of a deadline: hours, or days at the same wall-clock time. Raises ``ValueError`` for other units."""
    if unit == "hours":
        return start + timedelta(hours=float(value))
    if unit == "days":
        return plus_days(start, int(float(value)), zone_name)
    raise ValueError(f"unknown unit {unit!r}")


def duty_due(respond_by: datetime, turned_at: datetime, margin_hours: float) -> datetime:
    """By when a person should have answered: ``margin_hours`` before the channel decides, but not sooner than half-way."""
    early = respond_by - timedelta(hours=margin_hours)
    half = turned_at + (respond_by - turned_at) / 2
    return min(max(early, half), respond_by) if respond_by > turned_at else respond_by


def next_check(now: datetime, days: int, respond_by: datetime | None, margin_hours: float) -> datetime:
    """When an open case is looked at again: after ``days``, and never later than the margin before its clock ends."""
    later = now + timedelta(days=days)
    if respond_by is None:
        return later
    return max(now, min(later, respond_by - timedelta(hours=margin_hours)))


@dataclass(frozen=True)
class Given:
    """Money of one order: paid, paid back so far, and promised by answers that are not settled yet."""

    paid: Decimal
    refunded: Decimal = Decimal(0)
    promised: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        """What can still be paid back."""
        return max(self.paid - self.refunded - self.promised, Decimal(0))


def amount_fault(kind: str, amount: Decimal | None, given: Given, *, refunds: tuple[str, ...]) -> str:
    """Why an amount cannot be offered, as a code: needed, not_wanted, not_positive, too_much, not_full; "" when it can.

    A refund carries an amount, nothing else does; a full refund is all that can still be paid back, a partial one less.
    """
    if kind not in refunds:
        return "not_wanted" if amount is not None else ""
    if amount is None:
        return "needed"
    if amount <= 0:
        return "not_positive"
    if amount > given.left:
        return "too_much"
    if kind == "refund" and amount < given.left:
        return "not_full"
    return "not_part" if kind == "part_refund" and amount >= given.left else ""


def approval(amount: Decimal | None, *, clerk: Decimal, supervisor: Decimal) -> str:
    """Who must stand for a refund of ``amount`` (house currency; None = it cannot be told): "", supervisor or manager."""
    if amount is None:
        return "manager"
    if amount <= clerk:
        return ""
    return "supervisor" if amount <= supervisor else "manager"


def outcome_of(refunded: Decimal, paid: Decimal, kinds: frozenset[str]) -> str:
    """How a case that was agreed ended, from what was given."""
    if "return_refund" in kinds:
        return "returned"
    if refunded > 0:
        return "refunded" if refunded >= paid else "part_refunded"
    return "resent" if kinds & {"resend", "spare_part"} else "settled"
