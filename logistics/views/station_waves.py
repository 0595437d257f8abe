"""What the packing table shows of waves, photos and orders that are packed together."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.choices import WaveKind
from logistics.models import DispatchNote, Wave
from logistics.selectors import photos as pictures
from logistics.selectors import station, waves
from logistics.services import packing

#: Answers that name a slot loudly.
IN_SLOT = ("slot_put", "slot_complete", "put_undone", "intercepted", "held", "cancelled", "address_changed")


def shown(wave: Wave | None, note: DispatchNote | None, answer: packing.Scanned | None) -> dict[str, Any]:
    """The wave on the table, the slot the last article goes to, and what the printer is asked for."""
    made: dict[str, Any] = {}
    if answer and answer.fields.get("batch"):
        made["print_url"] = reverse("logistics:batch-frame", args=[answer.fields["batch"]])
    if wave is None:
        return made
    rows = waves.slots_of(wave)
    slot = answer.fields.get("slot") if answer and answer.code in IN_SLOT else None
    open_rows = [row for row in rows if row.state != "packed"]
    sorting = wave.kind == WaveKind.MIXED and station.bare_table_note(
        note
    )  # an order on the table has the room for itself
    made["wave"] = {
        "number": wave.number, "kind": wave.get_kind_display(), "mixed": wave.kind == WaveKind.MIXED, "left": len(open_rows),
        "all": len(rows), "slot": slot, "tone": answer.result if answer else "",
        "url": reverse("logistics:wave", args=[wave.pk]),
        "slots": [_slot(row, slot, note) for row in rows] if sorting else [],
    }  # fmt: skip
    return made


def _slot(row: waves.Slot, touched: Any, note: DispatchNote | None) -> dict[str, Any]:
    words = {
        "packed": gettext("packed"), "stopped": gettext("stopped"), "complete": gettext("complete"), "begun": "", "empty": "",
    }  # fmt: skip
    here = note is not None and note.pk == row.note.pk
    return {
        "slot": row.slot, "note": row.note.number, "have": row.have, "want": row.want, "state": row.state,
        "word": gettext("on the table") if here else words[row.state], "css": f"slot-{row.state}{' hit' if row.slot == touched else ''}",
        "code": f"SLOT:{row.slot}" if row.state in ("complete", "begun", "empty") and not here else "",
    }  # fmt: skip


def next_prompt(wave: dict[str, Any] | None) -> str:
    """What to scan when a parcel is sealed."""
    return gettext("Scan the next article …") if wave else gettext("Scan the next dispatch note …")


def together(table: station.Table) -> list[dict[str, Any]]:
    """Which notes go into this parcel."""
    if not table.riders:
        return []
    lines = [gettext("%(note)s, order %(order)s") % {"note": n.number, "order": n.order.number} for n in table.riders]
    return [{"title": _("Goes into this parcel too"), "lines": lines, "total": ""}]


def packed_in(table: station.Table) -> list[dict[str, Any]]:
    """The packing material that was scanned."""
    if not table.materials:
        return []
    lines = [f"{pieces} × {sku.code} {station.name_of(sku)}".strip() for sku, pieces in table.materials]
    return [{"title": _("Packing material"), "lines": lines, "total": ""}]


def photos(note: DispatchNote) -> list[str]:
    """Addresses of the photos of what lies on the table."""
    return [reverse("logistics:photo", args=[row.pk]) for row in pictures.of_note(note)]
