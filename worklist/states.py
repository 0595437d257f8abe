"""The table of moves of a duty."""

from core.states import Machine, Transition
from worklist.choices import DutyState as S

DUTY = Machine(
    "duty",
    "state",
    [
        Transition("open", sources={S.SNOOZED}, target=S.OPEN),
        Transition("claim", sources={S.OPEN, S.STUCK}, target=S.CLAIMED, permission="worklist.work_duty"),
        Transition("unclaim", sources={S.CLAIMED}, target=S.OPEN, permission="worklist.work_duty"),
        Transition(
            "snooze",
            sources={S.OPEN, S.CLAIMED, S.STUCK},
            target=S.SNOOZED,
            permission="worklist.work_duty",
            needs=["reason"],
        ),
        Transition(
            "done", sources={S.PLANNED, S.OPEN, S.CLAIMED, S.SNOOZED, S.STUCK}, target=S.DONE, stamp="closed_at"
        ),
        Transition("reopen", sources={S.DONE}, target=S.OPEN, permission="worklist.work_duty"),
        Transition(
            "cancel", sources={S.PLANNED, S.OPEN, S.CLAIMED, S.SNOOZED, S.STUCK}, target=S.CANCELLED, stamp="closed_at"
        ),
        Transition("stick", sources={S.PLANNED}, target=S.STUCK),
        Transition("retry", sources={S.STUCK, S.OPEN, S.CLAIMED}, target=S.PLANNED, permission="worklist.work_duty"),
    ],
)

#: Which table rules which model (core.declarations ties them when the models are there).
TABLES = {"worklist.Duty": DUTY}
