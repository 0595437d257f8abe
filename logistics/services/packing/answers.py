"""What a scan is answered with, and what it is going to do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from logistics.models import DispatchNote, Parcel, ScanEvent
from logistics.selectors.naming import named
from logistics.selectors.station import Table
from logistics.services.packing_words import ACCEPTED, LOUD, SAYS

NOTE_NUMBER = re.compile(r"^DN-\d+$")
WAVE_NUMBER = re.compile(r"^WV-\d+$")
SLOT = re.compile(r"^SLOT:(\d{1,4})$")


@dataclass
class Scanned:
    """The answer to one scan: stable code, its fields, the note and the wave on the table afterwards."""

    code: str
    note_id: int | None
    fields: dict[str, Any] = field(default_factory=dict)
    repeated: bool = False
    wave_id: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the scan was accepted."""
        return self.code in ACCEPTED

    @property
    def result(self) -> str:
        """ok, warn, refused or done, as the station draws and sounds it."""
        if self.code in ("packed", "slot_complete"):
            return "done"
        return "warn" if self.code in LOUD else "ok" if self.ok else "refused"

    @property
    def sentence(self) -> str:
        """What happened and what to do with the thing in the hand, in the reader's language."""
        fields = self.fields
        if "stop" in fields:  # why another order of the same parcel was stopped, said in the same language
            fields = {**fields, "stopped": SAYS[fields["stop"]] % fields}
        if "service_en" in fields:
            fields = {**fields, "service": named(*(fields[name] for name in ("service", "service_en", "service_zh")))}
        return str(SAYS[self.code] % fields)


@dataclass
class Plan:
    """What a scan is going to do: kind and answer for the record, the fields, and note and wave afterwards."""

    kind: str
    code: str
    fields: dict[str, Any] = field(default_factory=dict)
    note: DispatchNote | None = None
    parcel: Parcel | None = None
    leave: bool = False
    about: DispatchNote | None = None
    wave_id: int | None = None
    leave_wave: bool = False


def names(table: Table) -> dict[str, Any]:
    """The fields every sentence about the note on the table may use."""
    return {
        "note": table.note.number, "label": table.label, "why": table.note.block_note or table.note.get_block_reason_display(),
        "parcel": table.parcel.number if table.parcel else "",
    }  # fmt: skip


def who(event: ScanEvent) -> str:
    """Who made a scan."""
    return event.user.label if event.user else "?"


def article(code: str, name: str) -> str:
    """An article as the packer hears it."""
    return f"{code} {name}".strip()[:80]
