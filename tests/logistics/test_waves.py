"""Waves: single-item orders by their article, mixed orders into slots; two packers, stops, undo, the end of a wave."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from core.errors import NotAllowed
from inventory.models import Balance
from logistics.models import DispatchNote, Parcel, PrintBatch, ScanEvent, Wave, WaveNote
from logistics.services import dispatch, packing, waves
from orders.models import Order
from orders.services import intake
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from tests.logistics.tables import Table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW


def singles(count: int = 3, code: str = "NK-117") -> list[DispatchNote]:
    """Orders of one piece of one article."""
    sku = make.article(code, barcode=f"69{code}", bin="B-02-4")
    return [make.released(lines=[(sku, 1)]) for _n in range(count)]


def mixed() -> list[DispatchNote]:
    """Two orders that share an article."""
    a, b, c = make.article("AA", bin="A-1"), make.article("BB", bin="A-2"), make.article("CC", bin="A-3")
    return [make.released(lines=[(a, 2), (b, 1)]), make.released(lines=[(a, 1), (c, 1)])]


def wave_of(notes: list[DispatchNote]) -> Wave:
    """Their wave."""
    made = waves.make_waves(notes=notes, actor=make.person("warehouse"), now=NOW)
    assert not made.refused and len(made.waves) == 1
    return made.waves[0]


def on_wave(notes: list[DispatchNote]) -> Table:
    """A packer with the wave of these notes."""
    table = Table()
    assert table.scan(wave_of(notes).number) == "wave_on"
    return table


@pytest.mark.covers("DSP-24")
def test_notes_split_into_waves_of_one_article_and_of_slots() -> None:
    notes = [*singles(2), *mixed()]
    draft = make.make_note()
    made = waves.make_waves(notes=[*notes, draft], actor=make.person("warehouse"), now=NOW)
    assert {pk: error.code for pk, error in made.refused.items()} == {draft.pk: "not_released"}
    assert [(w.kind, w.rows.count()) for w in made.waves] == [("single", 2), ("mixed", 2)]
    assert list(made.waves[1].rows.values_list("slot", flat=True)) == [1, 2]
    again = waves.make_waves(notes=notes, actor=make.person("warehouse"), now=NOW)
    assert {error.code for error in again.refused.values()} == {"in_a_wave"} and again.waves == []


@pytest.mark.covers("DSP-24")
def test_the_article_opens_the_oldest_order_and_four_inputs_close_it() -> None:
    notes = singles()
    table = on_wave(notes)
    for note in notes:
        assert table.scan("69NK-117") == "wave_label"  # its label comes out of the printer
        assert table.note_id == note.pk and make.number_of(note) in table.last.sentence
        assert table.all("OK", "35 g", make.number_of(note)) == ["check_on", "weighed", "packed"]
    assert Parcel.objects.count() == 3 and Wave.objects.get().closed_at is not None
    assert table.scan("69NK-117") in ("already_packed", "scan_note_first")  # the wave is done
    assert [b.documents for b in PrintBatch.objects.all()] == [["labels", "customs"]] * 3


def test_a_label_that_is_printed_already_is_only_named() -> None:
    from core import longwork
    from logistics.services import printing

    notes = singles(1)
    batch, _no = printing.print_notes(notes=notes, actor=make.person("warehouse"), now=NOW)
    assert batch and longwork.run(batch.job_id) == "done"
    table = on_wave(notes)
    assert table.scan("NK-117") == "wave_open" and PrintBatch.objects.count() == 1


def test_an_article_of_no_order_of_the_wave_goes_back() -> None:
    make.article("ER-9", bin="C-09-9")
    table = on_wave(singles(1))
    assert table.scan("ER-9") == "wave_foreign_bin" and "C-09-9" in table.last.sentence
    assert table.scan("NOBODY") == "scan_note_first"
    assert table.wave_id and table.note_id is None


@pytest.mark.covers("DSP-24")
def test_slots_are_named_filled_and_packed() -> None:
    notes = mixed()
    table = on_wave(notes)
    wave = Wave.objects.get()
    assert table.all("AA", "AA", "CC") == ["slot_put", "slot_put", "slot_put"]
    # slot 1 wants two of AA and one of BB: what was begun is filled first
    assert [e.detail["slot"] for e in ScanEvent.objects.filter(kind="put").order_by("pk")] == [1, 1, 2]
    assert table.scan("BB") == "slot_complete" and table.last.result == "done" and "Slot 1" in table.last.sentence
    assert table.scan("BB") == "slots_full_bin" and "A-2" in table.last.sentence
    assert table.scan("SLOT:9") == "no_such_slot"
    assert table.scan("SLOT:1") == "note_open" and table.note_id == notes[0].pk
    # what lies in the slot is scanned: one command, the scale, the label
    assert table.all("OK", "65 g", make.number_of(notes[0])) == ["check_on", "weighed", "packed"]
    assert table.scan("AA") == "slot_complete"  # the table holds a sealed parcel: sorting goes on
    assert table.scan(notes[1].number) == "note_open"  # the note opens its slot as well
    assert table.all("OK", "50 g", make.number_of(notes[1])) == ["check_on", "weighed", "packed"]
    wave.refresh_from_db()
    assert wave.closed_at == NOW and WaveNote.objects.filter(left_at__isnull=True).count() == 0
    assert table.scan("UNDO") == "undone"
    wave.refresh_from_db()
    assert wave.closed_at is None and WaveNote.objects.filter(left_at__isnull=True).count() == 1


def test_a_piece_is_taken_out_of_its_slot_again_and_the_rest_survives() -> None:
    table = on_wave(mixed())
    table.all("AA", "CC")
    assert table.scan("UNDO") == "put_undone" and "slot 2" in table.last.sentence.lower()
    other = Table(table.actor)  # another browser the next day: the same wave, the same slots
    assert other.scan(Wave.objects.get().number) == "wave_on"
    assert other.all("CC", "AA") == ["slot_put", "slot_put"]
    assert other.all("UNDO", "UNDO", "UNDO", "UNDO") == ["put_undone", "put_undone", "put_undone", "nothing_to_undo"]
    assert other.scan("LEAVE") == "wave_left" and other.wave_id is None


@pytest.mark.covers("ORD-24", "DSP-24")
@pytest.mark.parametrize(
    ("how", "code"),
    [("intercept", "intercepted"), ("hold", "intercepted"), ("cancel", "cancelled"), ("address", "address_changed")],
)
@pytest.mark.parametrize("kind", ["single", "put", "slot"])
def test_every_input_of_a_wave_asks_again_whether_the_parcel_may_go_on(kind: str, how: str, code: str) -> None:
    notes = singles(2) if kind == "single" else mixed()
    table, order = on_wave(notes), Order.objects.get(pk=notes[0].order_id)
    if kind == "slot":
        table.all("AA", "AA", "BB")
    if how == "intercept":
        intake.set_intercept(order=order, reason="payment_risk", actor=SYSTEM, now=NOW)
    elif how == "hold":
        intake.hold(order=order, reason="dispute", actor=make.person("manager"), now=NOW)
    elif how == "cancel":
        Order.objects.filter(pk=order.pk).update(state="cancelled")
    else:
        order.address.line1 = "Rua B 9"
        order.address.save()
    scanned = {"single": "NK-117", "put": "AA", "slot": "SLOT:1"}[kind]
    assert table.scan(scanned) == code and table.last.result == "refused"
    notes[0].refresh_from_db()
    assert notes[0].state == "blocked" and table.note_id is None
    if kind != "slot":  # the next order takes the piece
        table.scan(scanned)
        last = ScanEvent.objects.latest("pk")
        assert last.ok and last.note_id == notes[1].pk


def test_an_order_that_lacks_goods_is_passed_over() -> None:
    notes = singles(2)
    with connection.cursor() as cursor:  # the shelf had one piece less than the books said
        cursor.execute("UPDATE inventory_reservation SET held = 0 WHERE order_ref = %s", [notes[0].order_id])
    Balance.objects.update(reserved=1)
    table = on_wave(notes)
    table.scan("NK-117")
    assert table.note_id == notes[1].pk


@pytest.mark.covers("DSP-24", "ORD-21")
@pytest.mark.django_db(transaction=True)
def test_two_packers_never_get_the_same_note() -> None:
    notes = singles(8)
    wave = wave_of(notes)
    packers = [make_person("warehouse", username=name).actor for name in ("p1", "p2")]
    got: dict[str, list[int | None]] = {"p1": [], "p2": []}
    start, faults = threading.Barrier(2), []

    def work(name: str, actor: Any) -> None:
        try:
            with scopes_disabled():
                start.wait()
                for turn in range(4):
                    note_id: int | None = None
                    for attempt in range(40):
                        answer = packing.scan(
                            code="NK-117",
                            key=f"{name}{turn}.{attempt}",
                            actor=actor,
                            now=NOW,
                            note_id=note_id,
                            wave_id=wave.pk,
                        )
                        if answer.note_id:
                            break
                    got[name].append(answer.note_id)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(name, packer)) for name, packer in zip(got, packers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    opened = [pk for own in got.values() for pk in own]
    assert None not in opened and not set(got["p1"]) & set(got["p2"])


def test_a_wave_ends_and_its_notes_are_free_again() -> None:
    notes = singles(2)
    wave = wave_of(notes)
    waves.close(wave=wave, actor=make.person("warehouse"), now=NOW)
    assert Table().scan(wave.number) == "no_such_wave"
    assert len(waves.make_waves(notes=notes, actor=make.person("warehouse"), now=NOW).waves) == 1


def test_a_wave_waits_until_the_note_on_the_table_is_done() -> None:
    first, second = singles(2)
    wave = wave_of([second])
    table = Table()
    table.scan(first.number)
    assert table.scan(wave.number) == "finish_first" and table.note_id == first.pk


def test_a_repeated_put_is_one_put() -> None:
    table = on_wave(mixed())
    assert [table.scan("AA", key="same"), table.scan("AA", key="same")] == ["slot_put", "slot_put"]
    assert ScanEvent.objects.filter(kind="put").count() == 1


def test_only_packers_make_waves() -> None:
    with pytest.raises(NotAllowed):
        waves.make_waves(notes=singles(1), actor=make.person("service"), now=NOW)


def test_pages_actions_and_rest_of_waves(client: Client) -> None:
    notes = [*singles(2), *mixed()]
    client.force_login(make_person("manager"))
    answer = client.post(
        "/api/v1/dispatch-notes/bulk/wave/", {"ids": [str(n.pk) for n in notes]}, content_type="application/json"
    )
    assert answer.status_code == 200 and all(o["ok"] for o in answer.json()["outcomes"])
    told = {o["data"]["wave"]: o["data"]["url"] for o in answer.json()["outcomes"]}
    assert told == {wave.number: f"/dispatch/waves/{wave.pk}/" for wave in Wave.objects.all()}, (
        "each row names its wave"
    )
    rows = client.get("/api/v1/waves/").json()["results"]
    assert sorted((row["kind"], row["notes"], row["waiting"]) for row in rows) == [("mixed", 2, 2), ("single", 2, 2)]
    wave = Wave.objects.get(kind="mixed")
    page = client.get(f"/dispatch/waves/{wave.pk}/").content.decode()
    assert notes[2].number in page and "AA × 2" in page and "<svg" in page
    assert client.get(f"/dispatch/station/?wave={wave.number}").status_code == 302
    assert wave.number in client.get("/dispatch/station/").content.decode()
    assert client.post(f"/api/v1/waves/{wave.pk}/print/", {}, content_type="application/json").status_code == 200
    assert client.post(f"/api/v1/waves/{wave.pk}/close/", {}, content_type="application/json").status_code == 200
    wave.refresh_from_db()
    assert wave.closed_at is not None
    client.force_login(make_person("service"))
    assert client.get("/dispatch/waves/").status_code == 403


def test_a_blocked_note_keeps_its_slot_until_it_goes_on() -> None:
    notes = mixed()
    table = on_wave(notes)
    table.all("AA", "AA")
    dispatch.block(note=notes[0], reason="quality", text="", actor=make.person("warehouse"), now=NOW)
    assert table.scan("BB") == "slots_full_bin" or table.last.code == "wave_foreign_bin"
    dispatch.unblock(note=notes[0], actor=make.person("supervisor"), now=NOW)
    assert table.scan("BB") == "slot_complete"


def test_the_slot_of_an_order_in_other_hands_stays_off_the_table() -> None:
    notes = mixed()
    first = on_wave(notes)
    assert first.scan("SLOT:1") == "note_open"
    second = Table()
    second.wave_id = first.wave_id
    assert second.scan("SLOT:1") == "being_packed" and second.note_id is None
