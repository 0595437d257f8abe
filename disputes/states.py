"""The tables of moves of a case and of an answer."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core.states import Machine, Transition
from disputes.choices import AnswerState as A
from disputes.choices import CaseState as S

OPEN = {S.OPENED, S.FOR_US, S.FOR_BUYER, S.ESCALATED, S.AGREED}

CASE = Machine(
    "case",
    "state",
    [
        Transition("ask_us", sources={S.FOR_BUYER, S.ESCALATED, S.AGREED, S.CLOSED}, target=S.FOR_US,
            text=gettext_noop("The case waits for us")),
        Transition("answer", sources={S.OPENED, S.FOR_US, S.ESCALATED}, target=S.FOR_BUYER, stamp="answered_at",
            text=gettext_noop("Answered; the case waits for the buyer")),
        Transition("wait", sources={S.OPENED, S.FOR_US, S.ESCALATED, S.AGREED, S.CLOSED}, target=S.FOR_BUYER,
            text=gettext_noop("The case waits for the buyer")),
        Transition("escalate", sources={S.OPENED, S.FOR_US, S.FOR_BUYER, S.AGREED, S.CLOSED}, target=S.ESCALATED,
            text=gettext_noop("The platform decides the case")),
        Transition("agree", sources={S.OPENED, S.FOR_US, S.FOR_BUYER, S.ESCALATED, S.CLOSED}, target=S.AGREED,
            text=gettext_noop("Agreed with the buyer")),
        Transition("close", sources=OPEN, target=S.CLOSED, stamp="closed_at", text=gettext_noop("The case is closed")),
    ],
)  # fmt: skip

ANSWER = Machine(
    "answer",
    "state",
    [
        Transition("approve", sources={A.PROPOSED}, target=A.QUEUED, permission="disputes.approve_remedy", label=_("Approve")),
        Transition("approve_by_hand", sources={A.PROPOSED}, target=A.BY_HAND, permission="disputes.approve_remedy",
            text=gettext_noop("Offer approved; a person gives it")),
        Transition("reject", sources={A.PROPOSED}, target=A.REJECTED, permission="disputes.approve_remedy", needs=["reason"],
            label=_("Do not approve")),
        Transition("by_hand", sources={A.QUEUED, A.FAILED}, target=A.BY_HAND, text=gettext_noop("A person gives the offer")),
        Transition("send", sources={A.QUEUED, A.BY_HAND, A.FAILED}, target=A.SENT, stamp="sent_at", text=gettext_noop("Offer sent")),
        Transition("fail", sources={A.QUEUED}, target=A.FAILED, text=gettext_noop("The offer did not arrive")),
        Transition("accept", sources={A.QUEUED, A.BY_HAND, A.SENT, A.DECLINED}, target=A.ACCEPTED, stamp="settled_at",
            text=gettext_noop("Offer accepted")),
        Transition("decline", sources={A.QUEUED, A.BY_HAND, A.SENT}, target=A.DECLINED, stamp="settled_at",
            text=gettext_noop("Offer declined")),
        Transition("void", sources={A.PROPOSED, A.QUEUED, A.BY_HAND, A.FAILED}, target=A.VOID, text=gettext_noop("Offer taken back")),
    ],
)  # fmt: skip

#: Which table rules which model (core.declarations ties them when the models are there).
TABLES = {"disputes.Case": CASE, "disputes.Answer": ANSWER}
