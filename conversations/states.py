"""The tables of moves of messages and of what people do to deliveries. Deliveries by program mirror their call."""

from django.utils.translation import gettext_lazy as _

from conversations.choices import DeliveryState as D
from conversations.choices import MessageState as M
from conversations.choices import TellingState as T
from core.states import SERVICE_ONLY, Machine, Transition

MESSAGE = Machine(
    "message",
    "state",
    [
        Transition("hand_out", sources={M.DRAFT}, target=M.READY, label=_("Send")),
        Transition("cancel", sources={M.DRAFT, M.READY}, target=M.CANCELLED, permission="conversations.send_message",
                   label=_("Discard")),
    ],
)  # fmt: skip

DELIVERY = Machine(
    "delivery",
    "state",
    [
        Transition("confirm", sources={D.BY_HAND}, target=D.SENT, permission="conversations.send_message", stamp="sent_at",
                   label=_("Sent by hand")),
        Transition("by_hand", sources={D.FAILED, D.DROPPED}, target=D.BY_HAND, permission=SERVICE_ONLY,
                   label=_("To be sent by hand")),
        Transition("drop", sources={D.BY_HAND, D.QUEUED}, target=D.DROPPED, permission=SERVICE_ONLY,
                   label=_("No longer wanted")),
    ],
)  # fmt: skip

TELLING = Machine(
    "telling",
    "state",
    [
        Transition("prepared", sources={T.PREPARING}, target=T.READY, label=_("To be looked through")),
        Transition("again", sources={T.READY}, target=T.PREPARING, label=_("Prepare again")),
        Transition("send", sources={T.READY}, target=T.SENDING, permission="conversations.send_message", stamp="sent_at",
                   label=_("Tell")),
        Transition("finish", sources={T.SENDING}, target=T.DONE, stamp="finished_at", label=_("Told")),
        Transition("discard", sources={T.PREPARING, T.READY}, target=T.DISCARDED, permission="conversations.send_message",
                   label=_("Discard")),
    ],
)  # fmt: skip

#: Which table rules which model (core.declarations ties them when the models are there).
TABLES = {"conversations.Message": MESSAGE, "conversations.Delivery": DELIVERY, "conversations.Telling": TELLING}
