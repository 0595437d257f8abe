"""What one can do to cases: from their list, their page and by REST."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Conflict
from core.listing import Action, Outcome
from disputes import forms, selectors, services
from disputes.choices import AnswerState, CaseState
from disputes.models import Answer, Case


def latest(case: Case, state: str) -> Answer | None:
    """The newest answer of a case in a state."""
    return next((row for row in selectors.answers_of(case) if row.state == state), None)


def _wanted(case: Case, state: str) -> Answer:
    found = latest(case, state)
    if found is None:
        raise Conflict("no_such_answer", _("There is no answer for which this could be done."))
    return found


class AnswerCase(Action):
    """Answer with an offer or a refusal; people use the page with the preview."""

    name, label, permission = "answer", _("Answer"), "disputes.offer_remedy"
    form, icon, order, key, bulk, done_text = forms.AnswerForm, "send", 10, "r", False, _("Answered.")

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One case."""
        made = services.answer(case=obj, actor=actor, now=now, **data)
        return {"answer_id": str(made.pk), "state": made.state, "message": str(AnswerState(made.state).label)}

    def shown_for(self, obj: Case) -> bool:
        """The page has its own door, with a preview."""
        return False


class ApproveAnswer(Action):
    """Stand for an offer above its author's limit."""

    name, label, permission = "approve", _("Approve the offer"), "disputes.approve_remedy"
    icon, order, key, done_text = "check", 5, "p", _("Approved.")
    confirm = _("The offer leaves as it was written.")

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> None:
        """One case."""
        services.approve(answer=_wanted(obj, AnswerState.PROPOSED), actor=actor, now=now)

    def shown_for(self, obj: Case) -> bool:
        """While an offer waits for it."""
        return latest(obj, AnswerState.PROPOSED) is not None


class RejectAnswer(Action):
    """Ask for another offer."""

    name, label, permission = "reject", _("Do not approve"), "disputes.approve_remedy"
    form, icon, order, bulk, done_text = forms.ReasonForm, "x", 6, False, _("The author is asked for another answer.")

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> None:
        """One case."""
        services.reject(answer=_wanted(obj, AnswerState.PROPOSED), reason=data["reason"], actor=actor, now=now)

    def shown_for(self, obj: Case) -> bool:
        """While an offer waits for approval."""
        return latest(obj, AnswerState.PROPOSED) is not None


class ConfirmAnswer(Action):
    """The answer was given in the shop by hand."""

    name, label, permission = "confirm-answer", _("I have answered in the shop"), "disputes.offer_remedy"
    icon, order, bulk, done_text = "check", 4, False, _("Recorded; it is the buyer's turn.")

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> None:
        """One case."""
        services.confirm(answer=_wanted(obj, AnswerState.BY_HAND), actor=actor, now=now)

    def shown_for(self, obj: Case) -> bool:
        """While an answer is to be given by hand."""
        return latest(obj, AnswerState.BY_HAND) is not None


class PeopleDecide(Action):
    """A move that people make only where no channel tells how the case goes on."""

    def shown_for(self, obj: Case) -> bool:
        """Where no channel tells."""
        return self.fits(obj) and not services.told_by_channel(obj)

    def fits(self, obj: Case) -> bool:
        """Whether the case is where this makes sense."""
        return obj.is_open


class Agree(PeopleDecide):
    """The buyer accepted."""

    name, label, permission = "agree", _("The buyer accepts"), "disputes.change_case"
    form, icon, order, bulk, done_text = (
        forms.NoteForm,
        "heart-handshake",
        20,
        False,
        _("Agreed; the remedy is recorded."),
    )

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> None:
        """One case."""
        services.agree(case=obj, actor=actor, now=now, **data)

    def fits(self, obj: Case) -> bool:
        """Once an answer was given."""
        return obj.is_open and obj.state != CaseState.AGREED and latest(obj, AnswerState.SENT) is not None


class ComeBack(PeopleDecide):
    """The buyer declined or wrote anew."""

    name, label, permission = "come-back", _("It waits for us again"), "disputes.change_case"
    form, icon, order, bulk, done_text = forms.TurnForm, "arrow-back-up", 30, False, _("The clock runs again.")

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> None:
        """One case."""
        services.come_back(case=obj, actor=actor, now=now, **data)

    def fits(self, obj: Case) -> bool:
        """While we owe nothing."""
        return not obj.owed


class Escalate(PeopleDecide):
    """The platform steps in."""

    name, label, permission = "escalate", _("The platform decides"), "disputes.change_case"
    form, icon, order, bulk, done_text = forms.TurnForm, "building-store", 40, False, _("It is with the platform.")

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> None:
        """One case."""
        services.escalate(case=obj, actor=actor, now=now, **data)

    def fits(self, obj: Case) -> bool:
        """While it is not there yet."""
        return obj.is_open and obj.state != CaseState.ESCALATED


class CloseCase(PeopleDecide):
    """It has ended."""

    name, label, permission = "close", _("Close the case"), "disputes.change_case"
    form, icon, order, key, done_text = forms.CloseForm, "circle-check", 50, "e", _("Closed.")
    confirm = _("The duty ends and the order is no longer stopped.")

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> None:
        """One case."""
        services.close(case=obj, actor=actor, now=now, **data)


class LookAgain(Action):
    """Looked at; nothing to do yet."""

    name, label, permission = "look-again", _("Looked at, later again"), "disputes.change_case"
    form, icon, order, done_text = forms.NoteForm, "eye", 25, _("Looked at.")

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> None:
        """One case."""
        if not services.look_again(cases=[obj], actor=actor, now=now, note=data["note"]):
            raise Conflict("nothing_to_wait_for", _("It waits for us, or it has ended."))

    def apply_many(self, objs: Sequence[Case], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        looked = {row.pk for row in services.look_again(cases=objs, actor=actor, now=now, note=data["note"])}
        refusal = Conflict("nothing_to_wait_for", _("It waits for us, or it has ended."))
        return [Outcome(o.pk, True) if o.pk in looked else Outcome.refused(o.pk, refusal) for o in objs]

    def shown_for(self, obj: Case) -> bool:
        """While it waits for somebody else."""
        return obj.is_open and not obj.owed


class SetCause(Action):
    """The root cause."""

    name, label, permission = "set-cause", _("Root cause"), "disputes.change_case"
    form, icon, order, done_text = forms.CauseForm, "tag", 60, _("Noted.")

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> None:
        """One case."""
        services.set_cause(case=obj, actor=actor, now=now, **data)


class RecordRemedy(Action):
    """What the buyer was given another way."""

    name, label, permission = "record-remedy", _("Record a remedy"), "disputes.offer_remedy"
    form, icon, order, bulk, done_text = forms.RemedyForm, "receipt", 55, False, _("Recorded.")

    def apply(self, obj: Case, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One case."""
        made = services.record_remedy(case=obj, actor=actor, now=now, **data)
        return {"remedy_id": str(made.pk), "message": str(made.get_kind_display())}


ACTIONS = [
    ConfirmAnswer(), ApproveAnswer(), RejectAnswer(), AnswerCase(), Agree(), LookAgain(), ComeBack(), Escalate(), CloseCase(),
    RecordRemedy(), SetCause(),
]  # fmt: skip
