"""One paper of one parcel, set when somebody asks for it: packing slip, card, return label, and what customs ask for."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from conversations.services.cards import Wanted, insert_cards, return_address
from core.errors import Conflict, Missing
from logistics.choices import CustomsForm, LabelSize
from logistics.documents.customs import customs_record
from logistics.documents.payment import payment_record
from logistics.documents.slips import card_facts, card_record, empty_parcel, return_record, slip_record
from logistics.documents.typeset import join_apart, render_customs, render_parcel, render_payment
from logistics.models import DispatchNote
from logistics.selectors import printing as reads
from logistics.selectors.customs.declarations import for_print

SLIP, CARD, RETURN, PAYMENT, HELD = "packing-slip", "card", "return-label", "payment", "held"
#: Name and address of the buyer stand on all of them.
PERSONAL = "orders.view_personal"
#: The papers that can be asked for, in words.
KINDS = {
    SLIP: _("Packing slip"), CARD: _("Insert card"), RETURN: _("Return label"), PAYMENT: _("Payment record"),
    HELD: _("Invoice and payment record"),
}  # fmt: skip


def single(*, note: DispatchNote, kind: str, now: datetime, size: str = LabelSize.SQUARE) -> bytes:
    """The PDF of one paper. Refuses kinds that do not exist, the papers for customs before there is a declaration, and a card
    where the store or its channel allows none."""
    if kind not in KINDS:
        raise Missing("no_paper", _("There is no such paper."))
    sheet = reads.sheet_of(note)
    if kind == PAYMENT:
        return render_payment(payment_record([sheet]))
    if kind == HELD:
        row = for_print(note.pk)
        if row is None:
            raise Conflict("not_released", _("Only notes that are released to the warehouse have a declaration."))
        invoice = render_customs(customs_record([row], form=CustomsForm.INVOICE))
        return join_apart([invoice, render_payment(payment_record([sheet]))])
    record = empty_parcel(f"{note.number} {kind}")
    if kind == SLIP:
        record["slips"] = [slip_record(sheet)]
    elif kind == RETURN:
        to = return_address(sheet.note.store, now)
        record["returns"] = [return_record(sheet, to=to, size=size, reference=note.number)]
    else:
        card = None
        if reads.card_allowed(sheet.note.store, now):
            wanted = Wanted(note.pk, sheet.note.store, sheet.language, card_facts(sheet, now))
            card = insert_cards(wanted=[wanted], now=now).get(note.pk)
        if card is None:
            raise Conflict("no_card", _("This store or its channel has no card in the parcel."))
        record["cards"] = [card_record(sheet, card)]
    return render_parcel(record)
