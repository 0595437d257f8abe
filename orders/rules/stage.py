"""Where an order stands, in the words of the trade: one rule over the order's facts and the facts of its dispatch."""

from __future__ import annotations

from dataclasses import dataclass

#: States of a note that the supervisor has let go to the warehouse.
_RELEASED = {"released", "blocked", "packed", "closed"}


@dataclass(frozen=True, slots=True)
class DispatchFacts:
    """What the dispatch side knows of an order. ``note_state`` is that of its newest note that was not withdrawn ("" = none);
    ``handed_over``/``declared`` speak of our own parcels: at least one left the house; all of those are known online.
    ``unmatched``/``short`` None = the order side finds out."""

    note_state: str = ""
    has_number: bool = False
    printed: bool = False
    packed: bool = False
    handed_over: bool = False
    declared: bool = False
    approved: bool = False
    unmatched: bool | None = None
    short: bool | None = None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What the order itself says."""

    state: str
    history: bool = False
    hold_reason: str = ""
    unmatched: bool = False
    short: bool = False


NOTHING = DispatchFacts()


def stage(order: OrderFacts, dispatch: DispatchFacts = NOTHING) -> str:
    """The stage (a value of Stage).

    An end stays an end; what left the house waits for the channel until it is told; what is history and never left is
    history; before that the first thing that is missing names the stage: match, approval, goods, number, print, hand-over.
    """
    if order.state in ("cancelled", "completed"):
        return order.state
    if dispatch.handed_over and not dispatch.declared and order.state in ("shipped", "part_shipped", "ready"):
        return "to_declare"
    if order.state in ("shipped", "delivered"):
        return "shipped"
    if order.history:
        return "history"
    if order.state == "unpaid":
        return "unpaid"
    if order.state == "held":
        return "risk" if order.hold_reason == "payment_risk" else "held"
    return _missing(order, dispatch)


def _missing(order: OrderFacts, dispatch: DispatchFacts) -> str:
    """The first thing an order that may be sent still lacks."""
    unmatched = order.unmatched if dispatch.unmatched is None else dispatch.unmatched
    short = order.short if dispatch.short is None else dispatch.short
    if unmatched:
        return "to_match"
    if not (dispatch.approved or dispatch.note_state in _RELEASED):
        return "to_approve"
    if short:
        return "short"
    if dispatch.packed or dispatch.note_state == "packed":
        return "to_hand_over"
    if not dispatch.has_number:
        return "to_number"
    return "to_hand_over" if dispatch.printed else "to_print"
