"""Waybill numbers: pool, file, carrier, hand; one number one note, also with many hands at once."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from core.errors import Conflict, Invalid, NotAllowed
from core.states import move
from logistics.models import DispatchNote, WaybillNumber
from logistics.rules import waybill
from logistics.services import dispatch, number_files, numbers
from stores.models import OutboundCall
from stores.services.outbox import sending
from tests.factories import dispatch as make
from tests.factories.accounts import make_store
from tests.factories.doors import browser
from tests.factories.stores import connected, running_shop
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW


def signed(**facts: Any) -> DispatchNote:
    """A note with both signatures that found no number."""
    return make.released(number=False, **facts)


@pytest.mark.covers("DSP-22")
def test_numbers_are_added_once_and_doubtful_ones_marked() -> None:
    service = make.make_service()
    type(service).objects.filter(pk=service.pk).update(number_pattern=r"R[A-Z]\d{9}CN")
    service.refresh_from_db()
    keeper = make.person("warehouse")
    made = numbers.add_to_pool(
        service=service, text="RB123456785CN .. RB123456808CN\nRB555555556CN\nhello", actor=keeper, now=NOW
    )
    assert (len(made.added), made.doubtful, made.unreadable) == (4, ["RB555555556CN"], ["hello"])
    assert not WaybillNumber.objects.get(number="RB555555556CN").check_ok
    again = numbers.add_to_pool(service=service, text="RB123456785CN", actor=keeper, now=NOW)
    assert (again.added, again.known) == ([], ["RB123456785CN"])
    with pytest.raises(Invalid):
        numbers.add_to_pool(service=service, text="nothing", actor=keeper, now=NOW)
    with pytest.raises(NotAllowed):
        numbers.add_to_pool(service=service, text="RB123456785CN", actor=make.person("service"), now=NOW)


def test_lines_that_cannot_be_read_stand_on_the_page_and_are_sent_again() -> None:
    service, clerk = make.make_service(), browser("warehouse")
    address, chosen = reverse("logistics:numbers-add"), {"service": service.code}
    page = clerk.post(address, {**chosen, "text": "RB123456785CN\nhello\n\nRB*99, RB123456799CN"})
    told = page.content.decode()
    assert page.status_code == 200 and WaybillNumber.objects.count() == 2
    rows = [re.sub(r"<[^>]+>", "|", row) for row in re.findall(r"<tr><td.*?</tr>", told.split('id="unread"')[1])]
    assert [[cell for cell in row.split("|") if cell] for row in rows] == [
        ["2", "hello", "It has no digits."], ["4", "RB*99", "It has signs that no waybill number has."],
    ]  # fmt: skip
    assert "<textarea" in told and "hello\nRB*99</textarea>" in told, "they stand in the field, to be corrected"
    done = clerk.post(address, {**chosen, "text": "RB123456808CN"})
    assert done.status_code == 302 and WaybillNumber.objects.count() == 3
    nothing = clerk.post(address, {**chosen, "text": "hello\nyou"})
    said = nothing.content.decode()
    assert nothing.status_code == 422 and "Line 1, “hello”: It has no digits." in said and "Line 2, “you”" in said


@pytest.mark.covers("DSP-22")
def test_the_oldest_free_numbers_are_reserved_as_a_set() -> None:
    notes = [signed() for _ in range(3)]
    rows = [make.make_number(notes[0].service) for _ in range(2)]
    made = numbers.reserve_for(notes=notes, actor=SYSTEM, now=NOW)
    assert [n.pk for n in made.reserved] == [notes[0].pk, notes[1].pk]
    assert made.refused[notes[2].pk].code == "no_number"
    assert [make.number_of(n) for n in notes[:2]] == [r.number for r in rows]
    again = numbers.reserve_for(notes=notes[:2], actor=SYSTEM, now=NOW)
    assert (again.reserved, again.refused) == ([], {})


def test_the_statements_do_not_grow_with_the_notes() -> None:
    counts = []
    for size in (2, 9):
        notes = [signed() for _ in range(size)]
        make.fill_pool(notes[0].service, size)
        with CaptureQueriesContext(connection) as asked:
            assert len(numbers.reserve_for(notes=notes, actor=SYSTEM, now=NOW).reserved) == size
        counts.append(len(asked))
    assert counts[1] <= counts[0]


def test_a_draft_gets_no_number() -> None:
    note = make.make_note()
    make.make_number(note.service)
    assert numbers.reserve_for(notes=[note], actor=SYSTEM, now=NOW).refused[note.pk].code == "not_approved"


def test_a_low_pool_is_a_duty_until_it_is_filled() -> None:
    note = signed()
    make.make_number(note.service)
    numbers.reserve_for(notes=[note], actor=SYSTEM, now=NOW)
    duty = Duty.objects.get(rule="logistics.number_low", subject_id=note.service_id)
    assert (duty.state, duty.role) == ("open", "warehouse")
    make.fill_pool(note.service, 60)
    duty.refresh_from_db()
    assert duty.state == "done"


def test_a_typed_number_replaces_the_reserved_one() -> None:
    note = make.released()
    first = make.number_of(note)
    keeper = make.person("warehouse")
    row = numbers.set_by_hand(note=note, number=" rb 1234 5678 5 cn", actor=keeper, now=NOW)
    assert (row.number, row.source, row.check_ok) == ("RB123456785CN", "hand", True)
    assert WaybillNumber.objects.get(number=first).state == "free"
    assert numbers.set_by_hand(note=note, number="RB123456785CN", actor=keeper, now=NOW).pk == row.pk
    other = make.released()
    with pytest.raises(Conflict) as refused:
        numbers.set_by_hand(note=other, number="RB123456785CN", actor=keeper, now=NOW)
    assert refused.value.code == "number_taken"
    with pytest.raises(Invalid):
        numbers.set_by_hand(note=other, number="—", actor=keeper, now=NOW)


def test_a_void_number_never_comes_back() -> None:
    note = make.released()
    row = WaybillNumber.objects.get(note=note)
    numbers.void(number=row, reason="torn", actor=make.person("warehouse"), now=NOW)
    with pytest.raises(Conflict) as refused:
        numbers.set_by_hand(note=note, number=row.number, actor=make.person("warehouse"), now=NOW)
    assert refused.value.code == "number_void"
    with pytest.raises(Conflict):
        move(WaybillNumber.objects.get(pk=row.pk), "reserve", actor=SYSTEM, now=NOW)


@pytest.mark.covers("DSP-22")
def test_a_file_ties_numbers_to_orders_row_by_row() -> None:
    a, b = signed(), signed()
    text = f"order,number\n{a.order.number},RB123456785CN\n{b.number};x\nNOPE,RB123456799CN\n{b.order.number},RB123456785CN\n"
    taken, refused = number_files.add_from_file(content=text.replace(";", ","), actor=make.person("warehouse"), now=NOW)
    assert taken == 1 and make.number_of(a) == "RB123456785CN"
    assert [(r.row, r.order) for r in refused] == [(3, b.number), (4, "NOPE"), (5, b.order.number)]
    assert "belongs to another note" in refused[2].message


@pytest.mark.covers("DSP-22")
def test_the_carrier_is_asked_once_and_its_number_is_tied() -> None:
    with running_shop() as server:
        store, _control = connected(server)
        service = make.make_service("AE_STANDARD", connector="sandbox", match_words=["aliexpress standard"])
        type(service).objects.filter(pk=service.pk).update(connector="sandbox")
        note = make.sign_both(make.make_note(make.ready_order(store, shipping_method="AliExpress Standard Shipping")))
        call = OutboundCall.objects.get(ability="waybill")
        assert (call.key, call.subject_id, call.payload["reference"]) == (
            f"waybill:{note.number}:0",
            note.pk,
            note.number,
        )
        numbers.reserve_for(notes=[note], actor=SYSTEM, now=NOW)
        assert OutboundCall.objects.filter(ability="waybill").count() == 1
        sending.drain(NOW)
        call.refresh_from_db()
        assert call.state == "sent", call.error
        row = WaybillNumber.objects.get(note=note)
        assert (row.source, row.state, row.number) == ("api", "reserved", call.receipt["facts"]["tracking_number"])


def test_the_database_holds_one_living_number_a_note() -> None:
    note = make.released()
    with pytest.raises(IntegrityError), transaction.atomic():
        make.make_number(note.service, note=note, state="reserved")


@pytest.mark.django_db(transaction=True)
def test_eight_workers_never_give_one_number_twice() -> None:
    """160 notes, 150 numbers, eight workers at once: 150 notes get one each, nobody waits, no number is used twice."""
    store, sku = make_store(), make.article(on_hand=1000)
    note_ids = []
    for _ in range(160):
        note_ids.append(make.make_note(make.ready_order(store, lines=[(sku, 1)])).pk)
    DispatchNote.objects.filter(pk__in=note_ids).update(state="released")
    service = DispatchNote.objects.get(pk=note_ids[0]).service
    make.fill_pool(service, 150)
    start = threading.Barrier(8)
    found: list[int] = []
    faults: list[BaseException] = []

    def work(mine: list[int]) -> None:
        try:
            start.wait()
            with scopes_disabled():
                for at in range(0, len(mine), 5):
                    rows = list(DispatchNote.objects.filter(pk__in=mine[at : at + 5]))
                    found.extend(n.pk for n in numbers.reserve_for(notes=rows, actor=SYSTEM, now=NOW).reserved)
        except BaseException as error:  # a thread must tell
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(note_ids[i::8],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    # a worker that skipped locked rows may come out empty once; the sweep gives the rest
    rest = list(DispatchNote.objects.filter(pk__in=note_ids).exclude(numbers__state="reserved"))
    numbers.reserve_for(notes=rest, actor=SYSTEM, now=NOW)
    taken = Counter(WaybillNumber.objects.filter(state="reserved").values_list("number", flat=True))
    assert len(taken) == 150 and max(taken.values()) == 1
    per_note = Counter(WaybillNumber.objects.filter(state="reserved").values_list("note_id", flat=True))
    assert max(per_note.values()) == 1 and len(per_note) == 150


def test_an_unprinted_number_is_freed_and_a_carrier_number_voided() -> None:
    note = make.released()
    row = WaybillNumber.objects.get(note=note)
    WaybillNumber.objects.filter(pk=row.pk).update(source="api")
    dispatch.withdraw(note=note, reason="x", actor=make.person("supervisor"), now=NOW)
    row.refresh_from_db()
    assert row.state == "void"


@pytest.mark.covers("DSP-22")
def test_a_file_of_numbers_costs_the_same_for_one_row_and_for_many() -> None:
    notes, keeper = [signed() for _ in range(6)], make.person("warehouse")
    counts = []
    for some in (notes[:1], notes[1:]):
        text = "\n".join(f"{note.number}\tCARRIER {note.pk:08}" for note in some)
        with CaptureQueriesContext(connection) as asked:
            assert number_files.add_from_file(content=text, actor=keeper, now=NOW) == (len(some), [])
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert make.number_of(notes[3]) == f"CARRIER{notes[3].pk:08}"
    # a second file replaces; the same note or number twice, and what is void or another's, is refused by row
    first, second = notes[0], notes[1]
    numbers.void(number=WaybillNumber.objects.get(note=second), reason="lost", actor=keeper, now=NOW)
    text = (
        f"order,number\n{first.number},NEW00001\n{first.order.number},NEW00002\n{second.number},NEW00001\n"
        f"{notes[2].number},CARRIER{second.pk:08}\n{notes[3].number},CARRIER{notes[4].pk:08}\n{notes[5].number},<b>1234567\n"
    )
    taken, refused = number_files.add_from_file(content=text, actor=keeper, now=NOW)
    assert taken == 1 and make.number_of(first) == "NEW00001"
    assert [row.row for row in refused] == [3, 4, 5, 6, 7]
    assert "row 2" in refused[0].message and "void" in refused[2].message
    assert "another note" in refused[1].message and "another note" in refused[3].message
    assert WaybillNumber.objects.filter(note=first).exclude(state="reserved").get().state == "void"
    with pytest.raises(Invalid):
        number_files.add_from_file(content="A,B\n" * 20_001, actor=keeper, now=NOW)


@pytest.mark.covers("DSP-22")
@pytest.mark.parametrize(
    "text",
    [
        "1" * 5000 + " .. " + "1" * 5000,  # more digits than a number can be made of
        "A" + "0" * 70 + "1 .. A" + "0" * 70 + "2",  # longer than a number is
        "a" + "." * 40_000 + " b c",  # a pattern that is tried at every place
        "AB\x1b12345",
    ],
)
def test_what_is_no_number_is_named_and_costs_nothing(text: str) -> None:
    began = time.monotonic()
    assert waybill.expand(text)[0] == [] and time.monotonic() - began < 1


def test_a_typed_number_has_the_signs_of_a_number() -> None:
    note, keeper = signed(), make.person("warehouse")
    for typed in ("AB\x1b12345", "<B>12345", "=1+12345", "12;34567"):
        with pytest.raises(Invalid):
            numbers.set_by_hand(note=note, number=typed, actor=keeper, now=NOW)


def test_more_numbers_than_a_pool_holds_are_refused_before_they_are_made() -> None:
    ranges = "\n".join(f"B{i:05}00000..B{i:05}99999" for i in range(2000))
    with pytest.raises(Invalid) as refused:
        numbers.add_to_pool(service=make.make_service(), text=ranges, actor=make.person("warehouse"), now=NOW)
    assert refused.value.code == "too_many" and not WaybillNumber.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("DSP-22")
def test_a_number_is_not_torn_up_while_its_label_is_being_scanned() -> None:
    note, keeper = make.released(), make.person("warehouse")
    number, packing = WaybillNumber.objects.get(note=note), threading.Event()
    told: list[str] = []

    def tear_up() -> None:
        packing.wait(10)
        try:
            with scopes_disabled():
                numbers.void(number=number, reason="spoiled", actor=keeper, now=NOW)
            told.append("void")
        except Conflict as error:
            told.append(error.code)
        finally:
            connection.close()

    other = threading.Thread(target=tear_up)
    other.start()
    with transaction.atomic():  # the last scan is answered; its transaction is not over yet
        make.pack(note, keeper)
        packing.set()
        other.join(0.7)
        assert told == []  # whoever tears up waits for the table
    other.join(20)
    number.refresh_from_db()
    assert (told, number.state) == (["label_in_use"], "reserved")
