"""The table of moves of an outgoing call."""

from django.utils.translation import gettext_lazy as _

from core.states import Machine, Transition
from stores.choices import CallState as S

CALL = Machine(
    "call",
    "state",
    [
        Transition("lease", sources={S.QUEUED}, target=S.LEASED),
        Transition("give_back", sources={S.LEASED}, target=S.QUEUED),
        Transition("succeed", sources={S.LEASED, S.UNKNOWN}, target=S.SENT, stamp="sent_at"),
        Transition("lose_track", sources={S.LEASED}, target=S.UNKNOWN),
        Transition("not_there", sources={S.UNKNOWN}, target=S.QUEUED),
        Transition("fail", sources={S.LEASED, S.QUEUED, S.UNKNOWN}, target=S.FAILED),
        Transition(
            "retry", sources={S.FAILED}, target=S.QUEUED, permission="stores.change_connection", label=_("Try again")
        ),
        Transition("recheck", sources={S.FAILED}, target=S.UNKNOWN, permission="stores.change_connection"),
        Transition("drop", sources={S.QUEUED, S.LEASED, S.FAILED}, target=S.DROPPED),
    ],
)

#: Which table rules which model (core.declarations ties them when the models are there).
TABLES = {"stores.OutboundCall": CALL}
