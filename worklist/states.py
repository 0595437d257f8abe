"""The table of moves of a duty."""

from django.utils.translation import gettext_noop

from core.states import Machine, Transition
from worklist.choices import DutyState as S

DUTY = Machine(
    "duty",
    "state",
    [
        Transition("open", sources={S.SNOOZED}, target=S.OPEN, text=gettext_noop("Due again")),
        Transition(
            "claim",
            sources={S.OPEN, S.STUCK},
            target=S.CLAIMED,
            permission="worklist.work_duty",
            text=gettext_noop("Taken"),
        ),
        Transition(
            "unclaim",
            sources={S.CLAIMED},
            target=S.OPEN,
            permission="worklist.work_duty",
            text=gettext_noop("Given back"),
        ),
        Transition(
            "snooze",
            sources={S.OPEN, S.CLAIMED, S.STUCK},
            target=S.SNOOZED,
            permission="worklist.work_duty",
            needs=["reason"],
            text=gettext_noop("Put away"),
        ),
        Transition(
            "done",
            sources={S.PLANNED, S.OPEN, S.CLAIMED, S.SNOOZED, S.STUCK},
            target=S.DONE,
            stamp="closed_at",
            text=gettext_noop("Duty done"),
        ),
        Transition(
            "reopen",
            sources={S.DONE},
            target=S.OPEN,
            permission="worklist.work_duty",
            text=gettext_noop("Opened again"),
        ),
        Transition(
            "cancel",
            sources={S.PLANNED, S.OPEN, S.CLAIMED, S.SNOOZED, S.STUCK},
            target=S.CANCELLED,
            stamp="closed_at",
            text=gettext_noop("Duty no longer needed"),
        ),
        Transition("stick", sources={S.PLANNED}, target=S.STUCK, text=gettext_noop("Stuck; a person must look")),
        Transition(
            "retry",
            sources={S.STUCK, S.OPEN, S.CLAIMED},
            target=S.PLANNED,
            permission="worklist.work_duty",
            text=gettext_noop("To be tried again"),
        ),
    ],
)

#: Which table rules which model (core.declarations ties them when the models are there).
TABLES = {"worklist.Duty": DUTY}
