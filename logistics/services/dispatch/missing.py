"""The third day without goods (Decision 3): what the clerk may do. A number may be reserved; a shipment is never declared
before the parcel has left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from conversations import services as conversations
from conversations.models import Message
from core import audit
from core.audit import Actor
from core.clock import local_day
from core.errors import Conflict, Invalid, NotAllowed
from inventory import selectors as stock_selectors
from logistics.choices import NoteState
from logistics.models import DispatchNote, NoteLine, WaybillNumber
from logistics.selectors import dispatch as selectors
from logistics.services import numbers
from products.models import Sku
from worklist import services as worklist

MISSING_RULE, NUMBER_RULE = "logistics.goods_missing", "logistics.number_waiting"
#: Texts: a longer handling time, and the same with a substitute in stock.
LONGER, SUBSTITUTE = "X16", "X16A"


def _begin(note: DispatchNote, actor: Actor) -> DispatchNote:
    if not actor.has_perm("logistics.change_note"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    held = selectors.lock_note(note.pk)
    if held.state not in (NoteState.RELEASED, NoteState.BLOCKED):
        raise Conflict("not_missing", _("This note is not waiting for goods in the warehouse."))
    return held


@transaction.atomic
def ask_buyer(
    *, note: DispatchNote, new_date: date, actor: Actor, now: datetime, substitute: Sku | None = None
) -> Message | None:
    """Draft the text that asks the buyer for a longer handling time (X16), or offers a substitute beside it (X16A); a person
    reads and sends it. The duty is done. Refuses a day that has passed, and a substitute that is not in stock."""
    held = _begin(note, actor)
    if new_date <= local_day(now, held.warehouse.time_zone):
        raise Invalid(
            "bad_date",
            _("Choose a day that lies ahead."),
            errors={"new_date": [str(_("Choose a day that lies ahead."))]},
        )
    if substitute and stock_selectors.available([substitute.pk], held.warehouse_id).get(substitute.pk, 0) < 1:
        raise Conflict("substitute_short", _("%(sku)s is not in stock either."), sku=substitute.code)
    extra = {"item_name": _missing_names(held), "new_ship_date": new_date}
    if held.order.ship_by:
        extra["ship_by_date"] = local_day(held.order.ship_by, held.store.time_zone)
    if substitute:
        extra["alternative_item"] = substitute.name_en or substitute.code
    code = SUBSTITUTE if substitute else LONGER
    message = conversations.send_template(
        base_code=code, about=held.order, key=f"{code}:{held.number}:{new_date.isoformat()}", actor=actor, now=now, extra=extra,
        as_draft=True,
    )  # fmt: skip
    text = gettext_noop("Buyer asked for a longer handling time")
    if substitute:
        text = gettext_noop("Buyer asked: substitute, or longer handling time")
    audit.record(held, "note.asked_buyer", actor=actor, now=now, text=text)
    worklist.close(rule_key=MISSING_RULE, subject_ids=[held.pk], actor=actor, now=now, reason="asked the buyer")
    return message


def _missing_names(note: DispatchNote) -> str:
    """The articles that lack goods, as the buyer knows them; all of them when the stock says nothing."""
    short = stock_selectors.shortfall([note.order_id]).get(note.order_id, {})
    lines: Sequence[NoteLine] = list(
        NoteLine.objects.filter(note=note).select_related("sku", "order_line").order_by("position")
    )
    wanted = [line for line in lines if line.sku_id in short] or lines
    return ", ".join(dict.fromkeys(line.order_line.title or line.sku.name_en or line.sku.code for line in wanted))[:200]


@transaction.atomic
def reserve_number(*, note: DispatchNote, actor: Actor, now: datetime) -> WaybillNumber | None:
    """Reserve a waybill number for goods that are not there (DSP-07). It is recorded as "number reserved, goods not handed
    over" and alarms until the hand-over; the shop is told nothing. None = the carrier was asked and will answer."""
    held = _begin(note, actor)
    made = numbers.reserve_for(notes=[held], actor=actor, now=now)
    if held.pk in made.refused:
        raise made.refused[held.pk]
    audit.record(
        held, "note.number_waiting", actor=actor, now=now, text=gettext_noop("Number reserved, goods not handed over")
    )
    worklist.plan(rule_key=NUMBER_RULE, subject_ids=[held.pk], now=now)
    worklist.close(rule_key=MISSING_RULE, subject_ids=[held.pk], actor=actor, now=now, reason="number reserved")
    return selectors.live_numbers([held.pk]).get(held.pk)
