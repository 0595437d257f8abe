"""What the packer is told, by the stable code of the answer to a scan: what happened and what to do with the thing in the hand."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

#: Stable code of an answer -> what the packer is told (format it with ``%``: some count). Accepted ones first.
SAYS: dict[str, Any] = {
    "note_open_pair": _(
        "%(note)s: scan the articles. %(other)s goes to the same buyer and address: scan JOIN to pack both together, or APART."
    ),
    "wave_open": _("%(note)s: %(article)s, %(have)s of %(want)s. Its label is %(label)s."),
    "wave_label": _("%(note)s: %(article)s, %(have)s of %(want)s. Its label %(label)s comes out of the printer."),
    "wave_on": _("Wave %(wave)s: scan an article."),
    "wave_done": _("Wave %(wave)s is packed. Scan the next wave or note."),
    "wave_left": _("Wave %(wave)s is laid aside."),
    "slot_put": _("Slot %(slot)s: %(article)s"),
    "slot_complete": _("Slot %(slot)s: %(article)s. It is complete: scan the slot and pack it."),
    "put_undone": _("Take %(article)s out of slot %(slot)s again."),
    "label_printed": _("The label %(label)s of %(note)s comes out of the printer, with its customs papers."),
    "together": _("%(other)s goes into this parcel too: scan its articles. Tear up its label %(label)s."),
    "kept_apart": _("%(note)s and %(other)s stay two parcels."),
    "photo_taken": _("The photo is kept."),
    "all_confirmed": _("Everything is confirmed already."),
    "note_open": _("%(note)s: scan the articles."),
    "item_ok": _("%(article)s: %(have)s of %(want)s."),
    "items_complete": _("All articles are there. Confirm the checks."),
    "check_on": _("Confirmed."),
    "check_off": _("Confirmation taken back."),
    "weighed": _("%(weight)s g. Scan the label."),
    "weighed_missing": _("%(weight)s g: %(off)s g too light. It fits %(pieces)s missing of %(article)s. Open it and count."),
    "weighed_extra": _("%(weight)s g: %(off)s g too heavy. It fits %(pieces)s too many of %(article)s. Open it and count."),
    "weighed_light": _("%(weight)s g: %(off)s g too light, and no article explains it. Open it and look."),
    "weighed_heavy": _("%(weight)s g: %(off)s g too heavy, and no article explains it. Open it and look."),
    "packing_taken": _("Packed in %(article)s."),
    "packing_added": _("%(article)s goes in too: %(all)s."),
    "packed_mirror": _(
        "%(parcel)s is sealed, but its weight fits %(other)s: are their labels exchanged? Open both, or confirm both labels."
    ),
    "packed": _("%(parcel)s is sealed. Put it on the pile of %(service)s and scan the next note."),
    "undone": _("The last step was taken back."),
    "reported": _("%(note)s is reported: %(why)s. Put it into the problem basket and scan the next one."),
    "left": _("The note lies on the pile again. Scan the next one."),
    "scan_note_first": _("Scan the barcode of a dispatch note first."),
    "no_such_note": _("There is no dispatch note %(code)s in your stores. Ask the supervisor."),
    "unknown_code": _("Nobody knows the code “%(code)s”. Scan again, or look for the code on the shelf."),
    "foreign": _("“%(article)s” does not belong to %(note)s. Put it back."),
    "foreign_bin": _("“%(article)s” does not belong to %(note)s. Put it back to %(bin)s."),
    "too_many": _("%(article)s: all %(want)s are there already. Put this one back."),
    "too_many_bin": _("%(article)s: all %(want)s are there already. Put this one back to %(bin)s."),
    "too_many_at_once": ngettext_lazy(
        "%(article)s: only %(room)d more is wanted. Scan again with the right number.",
        "%(article)s: only %(room)d more are wanted. Scan again with the right number.", "room",
    ),
    "other_note": _("This is the label of %(other)s. Find the label %(label)s for %(note)s."),
    "other_label": _("This label belongs to another note. Find the label %(label)s for %(note)s."),
    "void_label": _("This label is void. Tear it up and print the label of %(note)s again."),
    "unknown_label": _("This label is not known. Find the label %(label)s for %(note)s."),
    "no_number": _("%(note)s has no waybill number yet. Get one and print the label."),
    "pieces_missing": ngettext_lazy(
        "%(missing)d piece is still missing. Scan it before the label.",
        "%(missing)d pieces are still missing. Scan them before the label.", "missing",
    ),
    "checks_missing": ngettext_lazy(
        "%(missing)d check is still open. Confirm it before the label.",
        "%(missing)d checks are still open. Confirm them before the label.", "missing",
    ),
    "weight_missing": _("Weigh the parcel before you scan the label."),
    "may_not_print": _("Your role may not print labels. Ask the supervisor."),
    "photo_missing": _("Photograph the goods with their label before you scan the label."),
    "bad_photo": _("This picture cannot be read. Take it again."),
    "photo_too_large": _("The picture is too large. Take it again with fewer points."),
    "photo_off": _("Photos are switched off in this store."),
    "rider_stopped": _("%(other)s does not go into this parcel any more: %(stopped)s Take its articles out into the problem basket."),
    "in_other_parcel": _("%(note)s is packed together with %(other)s. Scan %(other)s."),
    "no_pair": _("There is no other note of this buyer to pack with it."),
    "no_such_wave": _("There is no open wave %(code)s. Ask the supervisor."),
    "finish_first": _("%(note)s lies on the table. Seal it or lay it aside first."),
    "no_such_slot": _("Slot %(slot)s of wave %(wave)s is empty."),
    "wave_foreign": _("“%(article)s” belongs to no open order of wave %(wave)s. Put it back."),
    "wave_foreign_bin": _("“%(article)s” belongs to no open order of wave %(wave)s. Put it back to %(bin)s."),
    "slots_full": _("%(article)s: every slot has what it wants. Put this one back."),
    "slots_full_bin": _("%(article)s: every slot has what it wants. Put this one back to %(bin)s."),
    "slot_too_many": _("%(article)s: one slot wants %(room)s at most. Scan again with the right number."),
    "slot_busy": _("Somebody else is packing this order. Scan again."),
    "no_such_reason": _("This problem cannot be reported with this code. Call the supervisor."),
    "bad_weight": _("This is no weight of a parcel. Weigh again."),
    "no_such_check": _("There is no such check on this parcel."),
    "nothing_to_undo": _("There is nothing to take back."),
    "mirror": _("%(parcel)s may carry the label of %(other)s. Open both, or confirm both labels, before they leave."),
    "already_packed": _("%(note)s is sealed already as %(parcel)s. A second parcel is not possible; undo opens it again."),
    "already_handed_over": _("%(note)s left with the carrier already. Put these goods back."),
    "being_packed": _("%(who)s is packing %(note)s. Take the next note."),
    "taken_over": _("%(who)s took %(note)s over. Take the next note."),
    "withdrawn": _("%(note)s was withdrawn. Put the goods back and tear up the label."),
    "cancelled": _("The order of %(note)s is cancelled. Put the goods back and tear up the label."),
    "intercepted": _("%(note)s is intercepted. Put it into the problem basket."),
    "held": _("The order of %(note)s is on hold. Put it into the problem basket."),
    "address_changed": _("The address of %(note)s changed. Put it into the problem basket and tear up the label."),
    "blocked": _("%(note)s is blocked: %(why)s. Leave it until the supervisor says go on."),
    "not_released": _("%(note)s is not released yet. Put it back on the desk."),
    "order_not_ready": _("The order of %(note)s may not be sent now. Put it into the problem basket."),
    "short": ngettext_lazy(
        "%(missing)d piece of %(note)s is missing in stock. Lay it aside until it arrives.",
        "%(missing)d pieces of %(note)s are missing in stock. Lay it aside until they arrive.", "missing",
    ),
}  # fmt: skip

ACCEPTED = frozenset({
    "note_open", "item_ok", "items_complete", "check_on", "check_off", "weighed", "weighed_missing", "weighed_extra",
    "weighed_light", "weighed_heavy", "packing_taken", "packing_added", "packed", "packed_mirror", "undone", "reported", "left",
    "note_open_pair", "wave_open", "wave_label", "wave_on", "wave_left", "slot_put", "slot_complete", "put_undone", "together",
    "kept_apart", "photo_taken", "all_confirmed", "label_printed",
})  # fmt: skip
#: Accepted, but somebody must look.
LOUD = frozenset({
    "weighed_missing", "weighed_extra", "weighed_light", "weighed_heavy", "packed_mirror", "note_open_pair",
})  # fmt: skip
