"""What the packing table and the hand-over table read: the note with everything that must be asked again at every scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import get_language

from core import policies
from inventory import selectors as stock_selectors
from logistics.choices import NoteState, ParcelState
from logistics.models import DispatchNote, NoteLine, Parcel, ScanEvent, WaybillNumber
from logistics.policies.dispatch import PACKER_HOLDS, PHOTO, WEIGH
from logistics.rules.packing import (
    Scan,
    Session,
    StopFacts,
    WantedLine,
    address_digest,
    fold,
    next_step,
)  # fmt: skip
from logistics.rules.witness import Verdict
from logistics.selectors import dispatch, witness
from logistics.selectors.signing import lines_of
from products.models import Sku

#: Kinds of scans that make up the state of the table.
TABLE_KINDS = ("item", "check", "packing", "weight", "photo", "together", "label")
#: … and the pieces that were sorted into the note's slot before it came onto the table.
STATE_KINDS = (*TABLE_KINDS, "put")
#: Answers that say nothing about who holds a note.
NO_HOLD = ("taken_over", "being_packed")


@dataclass
class Table:
    """One note on the table."""

    note: DispatchNote
    rows: list[NoteLine]
    lines: list[WantedLine]
    session: Session
    stop: StopFacts
    label: str
    bins: dict[int, str]
    address: dict[str, str]
    must_weigh: bool
    verdict: Verdict
    parcel: Parcel | None = None
    holder: ScanEvent | None = None
    short: dict[int, int] = field(default_factory=dict)
    materials: list[tuple[Sku, int]] = field(default_factory=list)
    riders: list[DispatchNote] = field(default_factory=list)
    rider_stops: dict[int, StopFacts] = field(default_factory=dict)
    photo: str = "optional"

    @property
    def step(self) -> str:
        """What comes next (see ``rules.packing.next_step``)."""
        if self.note.state in (NoteState.PACKED, NoteState.CLOSED):
            return "done"
        return next_step(self.lines, self.session, weigh=self.must_weigh, photo=self.photo == "required")


def codes_of(sku: Sku) -> frozenset[str]:
    """What a scanner may read for an article."""
    return frozenset(code.strip().upper() for code in (sku.code, sku.barcode) if code and code.strip())


def name_of(sku: Sku) -> str:
    """An article's name in the packer's language, else in the other."""
    names = (sku.name_zh, sku.name_en) if (get_language() or "").startswith("zh") else (sku.name_en, sku.name_zh)
    return names[0] or names[1]


def wanted_lines(rows: Sequence[NoteLine]) -> list[WantedLine]:
    """Note lines as the packing rule reads them."""
    return [
        WantedLine(
            id=row.pk, code=row.sku.code, codes=codes_of(row.sku), quantity=row.quantity, fragile=row.fragile and not row.spare,
            wish=row.wish, weight_g=row.sku.weight_g, name=name_of(row.sku),
        )
        for row in rows
    ]  # fmt: skip


def scans_of(note: DispatchNote) -> list[Scan]:
    """Accepted scans of the note's present revision that were not taken back, oldest first."""
    rows = ScanEvent.objects.filter(note=note, kind__in=STATE_KINDS, ok=True, undone=False).order_by("at", "pk")
    made = []
    for kind, detail in rows.values_list("kind", "detail"):
        if detail.get("revision") == note.revision:
            made.append(Scan(kind, detail.get("line"), int(detail.get("quantity") or 1), str(detail.get("value", ""))))
    return made


def stop_facts(note: DispatchNote, address: dict[str, str], short: dict[int, int]) -> StopFacts:
    """What may have changed since the note was released."""
    return StopFacts(
        note_state=note.state, order_state=note.order.state, intercept=note.order.intercept,
        address_changed=address_digest(address) != note.address_digest, short=sum(short.values()),
    )  # fmt: skip


def table(note: DispatchNote, now: datetime) -> Table:
    """Everything the table shows and decides on for one note, and for the notes whose goods go into the same parcel."""
    riders = riders_of(note)
    together = [note, *riders]
    found = lines_of([one.pk for one in together])
    rows = [row for one in together for row in found.get(one.pk, [])]
    lines = wanted_lines(rows)
    places = dispatch.addresses([one.order_id for one in together])
    lacks = stock_selectors.shortfall([one.order_id for one in together])
    addresses = {one.pk: dispatch.address_parts(places.get(one.order_id), one.order.country) for one in together}
    bins = stock_selectors.bins_of([row.sku_id for row in rows], note.warehouse_id)
    number = dispatch.live_numbers([note.pk]).get(note.pk)
    session = fold(scans_of(note))
    materials = witness.packing_materials(session.materials)
    verdict = witness.verdict(rows, materials, session.weight_g, now)
    session.alarm = verdict.alarm
    short = lacks.get(note.order_id, {})
    return Table(
        note=note, rows=rows, lines=lines, session=session, stop=stop_facts(note, addresses[note.pk], short),
        label=number.number if number else "", bins={sku: code for sku, (_sort, code) in bins.items()},
        address=addresses[note.pk], must_weigh=bool(policies.value(WEIGH, now, note.store_id)), verdict=verdict, short=short,
        materials=materials, parcel=Parcel.objects.filter(note=note).exclude(state=ParcelState.CLOSED).first(),
        holder=holder_of(note, now), riders=riders, photo=str(policies.value(PHOTO, now, note.store_id)),
        rider_stops={one.pk: stop_facts(one, addresses[one.pk], lacks.get(one.order_id, {})) for one in riders},
    )  # fmt: skip


def riders_of(note: DispatchNote) -> list[DispatchNote]:
    """The notes whose goods travel in the parcel of this one."""
    rows = DispatchNote.objects.filter(together=note).select_related("order", "store", "service", "warehouse")
    return list(rows.order_by("pk"))


def holder_of(note: DispatchNote, now: datetime) -> ScanEvent | None:
    """The newest scan of whoever packs the note now; None when nobody scanned for the house's minutes of patience, or the
    note left the table (laid aside, or stopped)."""
    since = now - timedelta(minutes=int(policies.value(PACKER_HOLDS, now)))
    rows = ScanEvent.objects.filter(note=note, at__gte=since).exclude(answer__in=NO_HOLD).exclude(kind="put")
    rows = rows.select_related("user")
    last = rows.order_by("-at", "-pk").first()
    return last if last is not None and last.detail.get("table") == note.pk else None


def number_rows(number: str) -> list[WaybillNumber]:
    """Every service's row of this waybill number, with its note; living ones first."""
    rows = list(WaybillNumber.objects.filter(number=number).select_related("note", "service")[:20])
    return sorted(rows, key=lambda row: row.state not in dispatch.LIVE_NUMBERS)


def sku_by_code(code: str) -> Sku | None:
    """The article with this barcode or code, or None."""
    return Sku.objects.filter(barcode=code).first() or Sku.objects.filter(code__iexact=code).first()


def bin_of(sku: Sku, warehouse_id: int) -> str:
    """Where an article lies, or ""."""
    found = stock_selectors.bins_of([sku.pk], warehouse_id).get(sku.pk)
    return found[1] if found else ""


def parcels_on_counter(user_id: int | None) -> list[Parcel]:
    """Sealed parcels this person scanned for hand-over and did not hand over yet."""
    rows = ScanEvent.objects.filter(
        kind="hand_over", ok=True, undone=False, user=user_id, parcel__state=ParcelState.PACKED
    )
    ids = list(rows.order_by("at").values_list("parcel_id", flat=True))
    found = Parcel.objects.filter(pk__in=ids).select_related("service", "note", "order").in_bulk()
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def bare_table_note(note: DispatchNote | None) -> bool:
    """Whether nothing that still has work to do lies on the table."""
    return note is None or note.state in (NoteState.PACKED, NoteState.CLOSED, NoteState.WITHDRAWN)
