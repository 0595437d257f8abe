"""The table of moves of an order."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core.states import Machine, Transition
from orders.choices import OrderState as S

ORDER = Machine(
    "order",
    "state",
    [
        Transition("pay", sources={S.UNPAID}, target=S.NEW, stamp="paid_at", text=gettext_noop("Payment came in")),
        Transition(
            "hold", sources={S.NEW, S.READY}, target=S.HELD, permission="orders.hold_order", needs=["reason"], label=_("Hold"),
            text=gettext_noop("Put on hold"),
        ),
        Transition("make_ready", sources={S.NEW}, target=S.READY, stamp="ready_at", text=gettext_noop("Ready to send")),
        Transition(
            "release", sources={S.HELD}, target=S.READY, permission="orders.hold_order", stamp="ready_at", label=_("Release"),
            text=gettext_noop("Released from hold"),
        ),
        Transition("part_ship", sources={S.READY}, target=S.PART_SHIPPED, text=gettext_noop("Partly shipped")),
        Transition("ship", sources={S.NEW, S.READY, S.HELD, S.PART_SHIPPED}, target=S.SHIPPED, stamp="shipped_at",
            text=gettext_noop("Shipped")),
        Transition("deliver", sources={S.SHIPPED}, target=S.DELIVERED, stamp="delivered_at", text=gettext_noop("Delivered to the buyer")),
        Transition("undeliver", sources={S.DELIVERED}, target=S.SHIPPED, text=gettext_noop("Not delivered after all: under way again")),
        Transition("complete", sources={S.SHIPPED, S.DELIVERED}, target=S.COMPLETED, stamp="completed_at", text=gettext_noop("Completed")),
        Transition(
            "cancel", sources={S.UNPAID, S.NEW, S.HELD, S.READY}, target=S.CANCELLED, permission="orders.cancel_order",
            stamp="cancelled_at", needs=["reason"], label=_("Cancel"), text=gettext_noop("Cancelled"),
        ),
        Transition(
            "channel_cancel",
            sources={S.UNPAID, S.NEW, S.HELD, S.READY, S.PART_SHIPPED, S.SHIPPED, S.DELIVERED, S.COMPLETED},
            target=S.CANCELLED, stamp="cancelled_at", text=gettext_noop("Cancelled in the channel"),
        ),
    ],
)  # fmt: skip

#: Which table rules which model (core.declarations ties them when the models are there).
TABLES = {"orders.Order": ORDER}
