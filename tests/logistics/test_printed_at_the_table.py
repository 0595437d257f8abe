"""What comes out of the printer while a parcel is packed: its label with the customs papers that the rules chose, as in a batch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core import longwork
from logistics.models import Declaration, DispatchNote, PrintBatch, PrintLog
from logistics.services import printing, waves
from tests.factories import dispatch as make
from tests.logistics.tables import Table
from tests.logistics.test_printing import pages
from tests.logistics.test_together import pair

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW


def from_wave() -> tuple[DispatchNote, Table]:
    """The article of a single-item wave was scanned."""
    sku = make.article("NK-117", barcode="69NK")
    notes = [make.released(lines=[(sku, 1)]) for _one in range(2)]
    table = Table()
    table.scan(waves.make_waves(notes=notes, actor=table.actor, now=NOW).waves[0].number)
    assert table.scan("69NK") == "wave_label"
    return notes[0], table


def from_pair() -> tuple[DispatchNote, Table]:
    """Another order of the buyer was put into the parcel."""
    first, _second = pair()
    table = Table()
    assert table.all(first.number, "JOIN")[-1] == "together"
    return first, table


def by_command() -> tuple[DispatchNote, Table]:
    """The packer asked for the label of what lies on the table."""
    note, table = make.released(), Table()
    assert table.all(note.number, "LABEL")[-1] == "label_printed"
    assert make.number_of(note) in table.last.sentence
    return note, table


@pytest.mark.covers("DSP-14", "DSP-24", "CUS-16")
@pytest.mark.parametrize("way", [from_wave, from_pair, by_command])
def test_a_label_at_the_table_comes_with_its_customs_paper(way: Any) -> None:
    note, table = way()
    batch = PrintBatch.objects.get(pk=table.last.fields["batch"])
    Declaration.objects.filter(note=note, revision__gt=0).update(form="CN23")
    assert longwork.run(batch.job_id or 0) == "done"
    batch.refresh_from_db()
    assert batch.job
    with longwork.private_storage().open(batch.job.result_file) as source:
        label, paper = pages(source.read())
    number = make.number_of(note)
    assert label["size"] == (100, 100) and ("QRCode", number) in label["codes"]
    assert "CN 23" in paper["text"] and ("Code128", number) in paper["codes"]
    assert PrintLog.objects.get(batch=batch).customs_form == "CN23"
    # exactly what a batch of this note prints
    usual, _no = printing.print_notes(notes=[note], actor=table.actor, now=NOW)
    assert usual and set(batch.documents) == set(usual.documents) - {printing.PICK_LIST, printing.NOTES}


def test_a_label_that_tore_is_printed_again_after_the_seal_and_only_by_whoever_may() -> None:
    note, table = make.released(), Table()
    table.scan(note.number)
    number = make.number_of(note)
    table.all(f"2*{note.lines.get().sku.code}", "OK", "50 g", number)
    assert table.last.code == "packed" and table.scan("LABEL") == "label_printed"
    bare = make.released(number=False)
    assert Table().all(bare.number, "LABEL")[-1] == "no_number"
    pack_only = replace(table.actor, permissions=frozenset({"logistics.pack_parcel"}))
    assert Table(pack_only).all(note.number, "LABEL") == ["already_packed", "may_not_print"]
    assert PrintBatch.objects.count() == 1
