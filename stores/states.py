"""The table of moves of an outgoing call."""

from django.utils.translation import gettext_lazy as _

from core.states import Machine, Transition
from stores.choices import CallState as S

CALL = Machine(
    "call",
    "state",
    [
        Transition("lease", sources={S.QUEUED}, target=S.LEASED, label=S.LEASED.label),
        Transition("give_back", sources={S.LEASED}, target=S.QUEUED, label=S.QUEUED.label),
        Transition("succeed", sources={S.LEASED, S.UNKNOWN}, target=S.SENT, stamp="sent_at", label=S.SENT.label),
        Transition("lose_track", sources={S.LEASED}, target=S.UNKNOWN, label=S.UNKNOWN.label),
        Transition("not_there", sources={S.UNKNOWN}, target=S.QUEUED, label=_("Did not happen: once more")),
        Transition("fail", sources={S.LEASED, S.QUEUED, S.UNKNOWN}, target=S.FAILED, label=S.FAILED.label),
        Transition(
            "retry", sources={S.FAILED}, target=S.QUEUED, permission="stores.change_connection", label=_("Try again")
        ),
        Transition(
            "recheck",
            sources={S.FAILED},
            target=S.UNKNOWN,
            permission="stores.change_connection",
            label=_("Asked again"),
        ),
        Transition("drop", sources={S.QUEUED, S.LEASED, S.FAILED}, target=S.DROPPED, label=S.DROPPED.label),
    ],
)

#: Which table rules which model (core.declarations ties them when the models are there).
TABLES = {"stores.OutboundCall": CALL}
