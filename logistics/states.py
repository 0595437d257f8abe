"""The tables of moves of notes, parcels and waybill numbers."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core.states import Machine, Transition
from logistics.choices import IncidentState as I
from logistics.choices import NoteState as N
from logistics.choices import NumberState as W
from logistics.choices import ParcelState as P

NOTE = Machine(
    "note",
    "state",
    [
        Transition("sign", sources={N.DRAFT}, target=N.SIGNED, stamp="signed_at", text=gettext_noop("Both signatures given")),
        Transition("edit", sources={N.SIGNED, N.RELEASED, N.BLOCKED}, target=N.DRAFT, text=gettext_noop("Changed: signatures are void")),
        Transition("release", sources={N.SIGNED}, target=N.RELEASED, stamp="released_at", text=gettext_noop("Released to the warehouse")),
        Transition(
            "block", sources={N.RELEASED}, target=N.BLOCKED, permission="logistics.block_note", needs=["reason"],
            stamp="blocked_at", label=_("Report a problem"), text=gettext_noop("The warehouse reports a problem"),
        ),
        Transition(
            "unblock", sources={N.BLOCKED}, target=N.RELEASED, permission="logistics.change_note", label=_("Problem solved"),
            text=gettext_noop("Problem solved"),
        ),
        Transition("pack", sources={N.RELEASED}, target=N.PACKED, stamp="packed_at", text=gettext_noop("The goods are packed")),
        Transition("unpack", sources={N.PACKED}, target=N.RELEASED, text=gettext_noop("Opened again")),
        Transition("close", sources={N.PACKED}, target=N.CLOSED, stamp="closed_at", text=gettext_noop("Left with the carrier")),
        Transition(
            "withdraw", sources={N.DRAFT, N.SIGNED, N.RELEASED, N.BLOCKED, N.PACKED}, target=N.WITHDRAWN, needs=["reason"],
            permission="logistics.change_note", stamp="closed_at", label=_("Withdraw"), text=gettext_noop("Withdrawn"),
        ),
    ],
)  # fmt: skip

PARCEL = Machine(
    "parcel",
    "state",
    [
        Transition("hand_over", sources={P.PACKED}, target=P.SHIPPED, stamp="shipped_at", text=gettext_noop("Handed over to the carrier")),
        Transition("deliver", sources={P.SHIPPED}, target=P.DELIVERED, stamp="settled_at", text=gettext_noop("Delivered to the buyer")),
        Transition("return", sources={P.SHIPPED}, target=P.RETURNED, stamp="settled_at", text=gettext_noop("Came back to us")),
        Transition("lose", sources={P.SHIPPED}, target=P.LOST, stamp="settled_at", needs=["reason"], text=gettext_noop("Given up as lost")),
        Transition(
            "close", sources={P.PACKED, P.SHIPPED}, target=P.CLOSED, stamp="settled_at", needs=["reason"], text=gettext_noop("Closed")
        ),
        Transition(
            "reopen", sources={P.DELIVERED, P.RETURNED, P.LOST}, target=P.SHIPPED, needs=["reason"], text=gettext_noop("Opened again")
        ),
        # a newer event says otherwise; never by way of "shipped": its number may lie on another parcel by now
        Transition(
            "find_delivered", sources={P.RETURNED, P.LOST}, target=P.DELIVERED, stamp="settled_at", text=gettext_noop("Delivered after all")
        ),
        Transition(
            "find_returned", sources={P.DELIVERED, P.LOST}, target=P.RETURNED, stamp="settled_at", text=gettext_noop("Came back after all")
        ),
        Transition("find_lost", sources={P.DELIVERED, P.RETURNED}, target=P.LOST, stamp="settled_at", text=gettext_noop("Lost after all")),
    ],
)  # fmt: skip

NUMBER = Machine(
    "waybill",
    "state",
    [
        Transition(
            "reserve", sources={W.FREE}, target=W.RESERVED, stamp="reserved_at", text=gettext_noop("Number reserved")
        ),
        Transition("use", sources={W.RESERVED}, target=W.USED, stamp="used_at", text=gettext_noop("Number used")),
        Transition("free", sources={W.RESERVED}, target=W.FREE, text=gettext_noop("Number free again")),
        Transition(
            "void",
            sources={W.FREE, W.RESERVED, W.USED},
            target=W.VOID,
            needs=["reason"],
            text=gettext_noop("Number void"),
        ),
    ],
)

INCIDENT = Machine(
    "incident",
    "state",
    [
        Transition("end", sources={I.OPEN}, target=I.ENDED, permission="logistics.manage_incident", stamp="ended_at", needs=["reason"],
                   text=gettext_noop("Ended: services are open there again")),
    ],
)  # fmt: skip

#: Which table rules which model (core.declarations ties them when the models are there).
TABLES = {
    "logistics.DispatchNote": NOTE,
    "logistics.Parcel": PARCEL,
    "logistics.WaybillNumber": NUMBER,
    "logistics.Incident": INCIDENT,
}
