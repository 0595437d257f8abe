"""What one can do to orders: bulk buttons, buttons on the page, REST calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Conflict, DomainError
from core.listing import Action, Listing, Outcome
from orders import selectors
from orders.choices import TO_SHIP, HoldReason, OrderState, Stage
from orders.forms import orders as forms
from orders.models import Order
from orders.services import greeting, intake

#: Stages whose list is read by the latest dispatch.
URGENT = frozenset({Stage.TO_APPROVE, Stage.SHORT, Stage.TO_NUMBER, Stage.TO_PRINT, Stage.TO_HAND_OVER})


def sorted_by(stage: Stage) -> str:
    """How the view of a stage is sorted: by the latest dispatch where that is what counts."""
    return "&ordering=ship_by" if stage in URGENT else ""


def answers(done: Sequence[Order], refused: Mapping[int, DomainError]) -> list[Outcome]:
    """Outcomes of a set form."""
    return [Outcome(order.pk, True) for order in done] + [Outcome.refused(pk, error) for pk, error in refused.items()]


class Greet(Action):
    """Send "order received" now."""

    name, label, permission = "greet", _("Greet"), "conversations.send_message"
    icon, key, order = "message", "w", 10
    confirm = _("The buyer gets the message at once.")
    done_text = _("Greeted.")

    def check(self, obj: Order, actor: Actor, now: datetime) -> None:
        """Greeted already, or not to be greeted."""
        if obj.greeted_at is not None:
            raise Conflict("greeted", _("The buyer was greeted already."))
        if obj.history or obj.state not in TO_SHIP:
            raise Conflict("not_to_greet", _("Only paid orders that are still to be sent are greeted."))

    def shown_for(self, obj: Order) -> bool:
        """Until greeted."""
        return obj.greeted_at is None and not obj.history and obj.state in TO_SHIP

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        _done, refused = greeting.greet_many(orders=[obj], actor=actor, now=now)
        if refused:
            raise refused[obj.pk]

    def apply_many(self, objs: Sequence[Order], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        done, refused = greeting.greet_many(orders=objs, actor=actor, now=now)
        return answers(done, refused)


class AskPayment(Action):
    """Ask the buyer why the order is not paid."""

    name, label, permission = "ask-payment", _("Ask about the payment"), "conversations.send_message"
    icon, order = "message", 11
    confirm = _("The buyer gets the message at once.")
    done_text = _("Asked.")

    def shown_for(self, obj: Order) -> bool:
        """Until it is paid."""
        return obj.state == OrderState.UNPAID and not obj.history

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        greeting.ask_payment(order=obj, actor=actor, now=now)


class Hold(Action):
    """Let orders wait."""

    name, label, permission = "hold", _("Hold"), "orders.hold_order"
    form, icon, key, order = forms.HoldForm, "hand-stop", "h", 20
    done_text = _("On hold.")

    def shown_for(self, obj: Order) -> bool:
        """While something is still to be sent."""
        return obj.state in (OrderState.NEW, OrderState.READY, OrderState.HELD)

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.hold(order=obj, actor=actor, now=now, **data)

    def apply_many(self, objs: Sequence[Order], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        return answers(*intake.hold_many(orders=objs, actor=actor, now=now, **data))

    def revert(self, obj: Order, actor: Actor, now: datetime, listing: Listing, before: Mapping[str, Any]) -> None:
        """Let it go on again."""
        intake.release(order=obj, actor=actor, now=now)


class Release(Action):
    """Let held orders go on."""

    name, label, permission = "release", _("Release"), "orders.hold_order"
    form, icon, key, order = forms.NoteForm, "player-play", "l", 21
    done_text = _("Goes on.")

    def check(self, obj: Order, actor: Actor, now: datetime) -> None:
        """A wish that cannot be met is told first."""
        if obj.hold_reason == HoldReason.WISH and selectors.impossible_wishes(obj.pk):
            raise Conflict("wish_open", _("A wish cannot be met. Tell the buyer first, or drop the wish."))

    def shown_for(self, obj: Order) -> bool:
        """While held."""
        return obj.state == OrderState.HELD

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.release(order=obj, actor=actor, now=now, **data)

    def apply_many(self, objs: Sequence[Order], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        return answers(*intake.release_many(orders=objs, actor=actor, now=now, **data))


class Flag(Action):
    """Put a coloured mark on orders."""

    name, label, permission = "flag", _("Add flag"), "orders.flag_order"
    form, icon, key, order = forms.FlagForm, "flag", "f", 30
    done_text = _("Flag put on.")

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.set_flags(orders=[obj], actor=actor, now=now, **data)

    def apply_many(self, objs: Sequence[Order], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        return answers(intake.set_flags(orders=objs, actor=actor, now=now, **data), {})


class Unflag(Action):
    """Take a coloured mark off."""

    name, label, permission = "unflag", _("Take flag off"), "orders.flag_order"
    form, icon, order = forms.UnflagForm, "flag", 31
    done_text = _("Flag taken off.")

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.clear_flags(orders=[obj], actor=actor, now=now, **data)

    def apply_many(self, objs: Sequence[Order], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        return answers(intake.clear_flags(orders=objs, actor=actor, now=now, **data), {})

    def shown_for(self, obj: Order) -> bool:
        """Where there is one."""
        return bool(selectors.flags_of([obj.pk]))


class TakeUp(Action):
    """Work on history after all."""

    name, label, permission = "take-up", _("Take up"), "orders.take_up_order"
    icon, key, order = "history", "t", 40
    done_text = _("Taken up.")

    def check(self, obj: Order, actor: Actor, now: datetime) -> None:
        """Only history."""
        if not obj.history:
            raise Conflict("not_history", _("This order is worked on already."))

    def shown_for(self, obj: Order) -> bool:
        """Only for history."""
        return obj.history

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.take_up(orders=[obj], actor=actor, now=now)

    def apply_many(self, objs: Sequence[Order], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        taken = {order.pk for order in intake.take_up(orders=objs, actor=actor, now=now)}
        refusal = Conflict("not_history", _("This order is worked on already."))
        return [Outcome(o.pk, True) if o.pk in taken else Outcome.refused(o.pk, refusal) for o in objs]


class SetService(Action):
    """Choose the carrier service."""

    name, label, permission = "set-service", _("Set service"), "orders.change_order"
    form, icon, order = forms.ServiceForm, "ship", 32

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        _done, refused = intake.set_service_many(orders=[obj], service_code=data["service"], actor=actor, now=now)
        if refused:
            raise refused[obj.pk]

    def apply_many(self, objs: Sequence[Order], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        return answers(*intake.set_service_many(orders=objs, service_code=data["service"], actor=actor, now=now))


class Cancel(Action):
    """End orders that have not left."""

    name, label, permission = "cancel", _("Cancel order"), "orders.cancel_order"
    form, icon, tone, order = forms.ReasonForm, "x", "danger", 90
    confirm = _("The stock is set free and work on the order stops.")
    done_text = _("Cancelled.")

    def shown_for(self, obj: Order) -> bool:
        """Before anything left."""
        return obj.state in (OrderState.UNPAID, OrderState.NEW, OrderState.HELD, OrderState.READY)

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.cancel(order=obj, actor=actor, now=now, **data)

    def apply_many(self, objs: Sequence[Order], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        return answers(*intake.cancel_many(orders=objs, actor=actor, now=now, **data))


class AnswerCancel(Action):
    """Answer the buyer's wish to cancel."""

    name, label, permission = "answer-cancel", _("Answer the cancel request"), "orders.cancel_order"
    form, icon, order, bulk = forms.AnswerForm, "message", 5, False
    confirm = _("The channel is told your answer.")

    def shown_for(self, obj: Order) -> bool:
        """While the buyer asks."""
        return HoldReason.CANCEL_REQUEST in (obj.intercept, obj.hold_reason) and obj.state in TO_SHIP

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.answer_cancel(order=obj, accept=data["accept"] == "yes", note=data["note"], actor=actor, now=now)


class Intercept(Action):
    """Stop the parcel at the next scan."""

    name, label, permission = "intercept", _("Stop the parcel"), "orders.hold_order"
    form, icon, order = forms.InterceptForm, "hand-stop", 60
    undo = "let-go"

    def shown_for(self, obj: Order) -> bool:
        """While it is in the house and not stopped."""
        return obj.state in TO_SHIP and not obj.intercept

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.set_intercept(order=obj, actor=actor, now=now, **data)


class LetGo(Action):
    """The parcel may go on."""

    name, label, permission = "let-go", _("Let the parcel go on"), "orders.hold_order"
    icon, order = "player-play", 61

    def shown_for(self, obj: Order) -> bool:
        """While stopped in the house."""
        return bool(obj.intercept) and obj.state in TO_SHIP

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.set_intercept(order=obj, reason="", actor=actor, now=now)


class SetWarehouse(Action):
    """Send from another warehouse."""

    name, label, permission = "set-warehouse", _("Set warehouse"), "orders.change_order"
    form, icon, order = forms.WarehouseForm, "building-warehouse", 33

    def shown_for(self, obj: Order) -> bool:
        """Before anything left."""
        return obj.state in TO_SHIP

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.set_warehouse(order=obj, actor=actor, now=now, **data)


class AddWish(Action):
    """Write down what the buyer asks for."""

    name, label, permission = "add-wish", _("Add wish"), "orders.change_order"
    form, icon, order, bulk = forms.WishForm, "pencil", 50, False

    def shown_for(self, obj: Order) -> bool:
        """Before it left."""
        return obj.state in (*TO_SHIP, OrderState.UNPAID)

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> None:
        """One order."""
        intake.add_wish(order=obj, actor=actor, now=now, **data)


ACTIONS = [
    Greet(), AskPayment(),
    AnswerCancel(), Hold(), Release(), Flag(), Unflag(), SetService(), SetWarehouse(), TakeUp(), AddWish(), Intercept(), LetGo(),
    Cancel(),
]  # fmt: skip
