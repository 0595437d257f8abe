"""What must hold in dispatch whatever comes between two steps: changes that meet a shared box, a print job, a torn-up batch."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ApiToken
from core import crypto, longwork
from core.audit import SYSTEM
from core.errors import NotAllowed
from core.models import ActivityEntry
from core.scope import acting_scope
from logistics.models import ApprovalRule, DispatchNote, PrintBatch, PrintLog, WaybillNumber
from logistics.services import dispatch, numbers, printing
from orders.models import Order, OrderAddress, OrderLine
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from tests.logistics.tables import Table
from tests.logistics.test_together import pair
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW
LATER = NOW + timedelta(minutes=5)


@pytest.mark.covers("DSP-25")
def test_a_change_of_a_note_that_shares_its_box_is_written() -> None:
    first, second = pair()
    Table().all(first.number, "JOIN")
    ems = make.make_service("EMS", kind="ems", match_words=["ems"])
    for note in (first, second):
        note.refresh_from_db()
        line = note.lines.get()
        change = dispatch.LineChange(line.pk, value=line.value + 10)
        chief = make.person("supervisor")
        assert dispatch.edit(note=note, service=ems, supply="purchase", lines=[change], actor=chief, now=NOW)
        held = DispatchNote.objects.get(pk=note.pk)
        assert (held.service, held.supply, held.state, held.together) == (ems, "purchase", "draft", None)
        assert held.declared_value == line.value + 10


def begun(note: DispatchNote) -> PrintBatch:
    """A batch of one note whose job has not run yet."""
    batch, _refused = printing.print_notes(notes=[note], actor=make_person("warehouse").actor, now=NOW)
    assert batch is not None
    return batch


def set_now(batch: PrintBatch) -> PrintLog:
    """Its job runs; answers the row of its one note."""
    assert longwork.run(batch.job_id) == "done"
    return PrintLog.objects.get(batch=batch)


@pytest.mark.covers("DSP-14", "DSP-22")
@pytest.mark.parametrize("how", ["service", "wish", "torn up", "number void"])
def test_what_changed_while_its_batch_was_set_still_waits_to_be_printed(how: str) -> None:
    note, chief, packer = make.released(), make.person("supervisor"), make_person("warehouse").actor
    make.make_number(note.service)
    batch = begun(note)
    if how == "service":
        ems = make.make_service("EMS", kind="ems", match_words=["ems"])
        dispatch.edit(note=note, service=ems, actor=chief, now=LATER)
    elif how == "wish":
        change = dispatch.LineChange(note.lines.get().pk, wish="red")
        dispatch.edit(note=note, lines=[change], actor=chief, now=LATER)
    elif how == "torn up":
        printing.void_batch(batch=batch, reason="wrong paper", actor=packer, now=LATER)
    else:
        number = WaybillNumber.objects.get(note=note, state="reserved")
        numbers.void(number=number, reason="spoiled", actor=packer, now=LATER)
    row = set_now(batch)
    note.refresh_from_db()
    assert note.printed_at is None
    # a label whose number is void is not set at all, and the batch says why
    assert (row.problem, bool(row.label_number)) == (("", True) if how == "wish" else ("changed", False))


@pytest.mark.covers("DSP-22")
def test_tearing_a_batch_up_leaves_what_a_later_one_printed() -> None:
    note, packer = make.released(), make_person("warehouse").actor
    first = begun(note)
    set_now(first)
    numbers.void(number=WaybillNumber.objects.get(note=note), reason="spoiled", actor=packer, now=NOW)
    make.make_number(note.service)
    numbers.reserve_for(notes=[note], actor=packer, now=NOW)
    second = begun(note)
    set_now(second)
    good = make.number_of(note)
    assert printing.void_batch(batch=first, reason="spoiled", actor=packer, now=LATER) == 0
    note.refresh_from_db()
    assert make.number_of(note) == good and note.printed_at is not None
    make.make_number(note.service)
    assert printing.void_batch(batch=second, reason="spoiled", actor=packer, now=LATER) == 1
    note.refresh_from_db()
    assert make.number_of(note) != good and note.printed_at is None


def test_a_batch_of_several_stores_is_torn_up_by_who_works_in_all_of_them() -> None:
    note, other = make.released(), make.released()
    packer = make_person("warehouse").actor
    batch, _refused = printing.print_notes(notes=[note, other], actor=packer, now=NOW)
    assert batch is not None
    set_of_one = make_person("warehouse", stores=[note.store])
    with acting_scope(set_of_one.actor), pytest.raises(NotAllowed):
        printing.void_batch(batch=batch, reason="spoiled", actor=set_of_one.actor, now=NOW)
    batch.refresh_from_db()
    assert batch.void_at is None


def program(*scopes: str) -> Client:
    """A program of a manager with these scopes."""
    key = f"sp_{crypto.new_key()}"
    ApiToken.objects.create(
        program="p", prefix=key[:12], digest=crypto.digest(key), created_at=NOW, role="manager", scopes=list(scopes), all_stores=True,
    )  # fmt: skip
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.mark.covers("DSP-14")
def test_papers_with_addresses_are_for_who_may_see_addresses() -> None:
    note = make.released()
    batch = begun(note)
    set_now(batch)
    rest = [
        f"/api/v1/dispatch-notes/{note.pk}/documents/{kind}/"
        for kind in ("packing-slip", "return-label", "payment", "held")
    ]
    blind, seeing = program("read", "write"), program("read", "write", "personal-data")
    assert [blind.get(url).status_code for url in rest] == [403] * 4
    assert [seeing.get(url).status_code for url in rest] == [200] * 4
    file = f"/api/v1/print-batches/{batch.pk}/file/"
    assert (blind.get(file).status_code, seeing.get(file).status_code) == (404, 200)
    # nor by the job a program without the right began itself
    begun_by_it = blind.post(f"/api/v1/dispatch-notes/{note.pk}/print/", "{}", content_type="application/json")
    job = PrintBatch.objects.get(pk=begun_by_it.json()["outcome"]["data"]["batch_id"]).job_id
    assert longwork.run(job) == "done" and blind.get(f"/api/v1/jobs/{job}/result/").status_code == 404
    pages = [
        reverse("logistics:note-paper", args=[note.pk, "payment"]),
        reverse("logistics:note-customs", args=[note.pk]),
    ]
    for role, status in (("purchaser", 403), ("warehouse", 200)):
        person = Client()
        person.force_login(make_person(role))
        assert [person.get(url).status_code for url in pages] == [status] * 2
        assert (pages[1] in person.get(reverse("logistics:note", args=[note.pk])).content.decode()) == (status == 200)
    # a batch that was torn up has no file any more, by no door; one whose file is gone is missing, not broken
    at = reverse("logistics:batch-file", args=[batch.pk])
    assert person.get(at).status_code == 200
    batch.refresh_from_db()
    longwork.private_storage().delete(batch.job.result_file)
    assert seeing.get(file).status_code == 404
    make.make_number(note.service)
    printing.void_batch(batch=batch, reason="spoiled", actor=make.person("warehouse"), now=LATER)
    assert (person.get(at).status_code, seeing.get(file).status_code) == (404, 404)


@pytest.mark.covers("DSP-03")
def test_what_goods_cost_is_for_who_may_see_it() -> None:
    note = make.released()
    line, url = note.lines.get(), reverse("logistics:note-edit", args=[note.pk])
    dispatch.edit(
        note=note,
        lines=[dispatch.LineChange(line.pk, unit_cost=Decimal("7.77"))],
        actor=make.person("purchaser"),
        now=NOW,
    )
    told = ActivityEntry.objects.get(subject_id=note.pk, text="Changed: %(what)s")
    assert "7.77" not in str(told.params) and "price" in str(told.params)
    for role, seen in (("service", False), ("purchaser", True)):
        person = Client()
        person.force_login(make_person(role))
        page = person.get(url).content.decode()
        assert ("7.77" in page, f"line{line.pk}-unit_cost" in page) == (seen, seen)
    with pytest.raises(NotAllowed):
        dispatch.edit(
            note=note, lines=[dispatch.LineChange(line.pk, unit_cost=Decimal(1))], actor=make.person("service"), now=NOW
        )


def test_a_form_that_shows_an_older_note_overwrites_nothing() -> None:
    note, boss = make.released(), Client()
    boss.force_login(make_person("manager"))
    line, url = note.lines.get(), reverse("logistics:note-edit", args=[note.pk])
    form = {"service": "CP_REG", "supply": "stock", "revision": note.revision, f"line{line.pk}-wish": ""}
    assert f'name="revision" value="{note.revision}"' in boss.get(url).content.decode()
    change = dispatch.LineChange(line.pk, wish="no plastic")
    dispatch.edit(note=note, lines=[change], actor=make.person("supervisor"), now=NOW)
    answer = boss.post(url, form)
    line.refresh_from_db()
    assert (answer.status_code, line.wish) == (422, "no plastic")
    assert boss.post(url, {**form, "revision": note.revision}).status_code == 302


def test_notes_that_stay_as_they_are_cost_nothing_when_their_orders_are_looked_at_again() -> None:
    ApprovalRule.objects.create(name="small", kinds=["price", "note"], conditions={"value": {"lt": 1}})
    counts = []
    for size in (2, 7):
        ids = [make.make_note().order_id for _ in range(size)]
        with CaptureQueriesContext(connection) as asked:
            assert dispatch.refresh_lines(order_ids=ids, actor=SYSTEM, now=NOW) == 0
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.covers("ORD-24")
def test_a_box_that_was_opened_again_follows_its_order() -> None:
    note, packer = make.released(), make.person("warehouse")
    make.pack(note, packer)
    assert Table(packer).all(note.number, "UNDO") == ["already_packed", "undone"]
    OrderLine.objects.filter(order=note.order).update(buyer_note="blue please")
    assert dispatch.refresh_lines(order_ids=[note.order_id], actor=SYSTEM, now=NOW) == 1
    make.sign_both(note)
    parcel = make.pack(note, packer)
    assert [line.note_line for line in parcel.lines.all()] == [
        note.lines.get()
    ] and note.lines.get().wish == "blue please"


def test_who_may_not_see_addresses_sees_no_name_on_a_note_a_parcel_or_a_duty() -> None:
    note, parcel = make.make_note(), make.pack(make.released())
    Order.objects.update(buyer_name="Zelda Quiring")
    OrderAddress.objects.update(recipient="Zelda Quiring")
    worklist.refresh(rule_key="logistics.price_signature", subject_ids=[note.pk], now=NOW)
    duty = Duty.objects.get(rule="logistics.price_signature", subject_id=note.pk)
    pages = [
        reverse("logistics:note", args=[note.pk]), reverse("logistics:note-pane", args=[note.pk]),
        reverse("logistics:parcel", args=[parcel.pk]), reverse("worklist:duty", args=[duty.pk]), reverse("worklist:today"),
    ]  # fmt: skip
    for role, seen in (("purchaser", False), ("manager", True)):
        person = Client()
        person.force_login(make_person(role))
        told = ["Zelda" in person.get(url).content.decode() for url in pages]
        assert told == [seen] * 4 + [seen and told[4]], role
