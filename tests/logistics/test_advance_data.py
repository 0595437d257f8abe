"""Electronic customs data as a file for a carrier or a batch, and the gaps that are owed before the label."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import longwork, policies
from core.audit import SYSTEM
from core.errors import Conflict, NotAllowed
from core.models import ActivityEntry, Job
from logistics.models import Declaration, DispatchNote, NatureCode, Parcel
from logistics.rules.customs import advance as rules
from logistics.selectors.customs import advance as reads
from logistics.services import dispatch
from logistics.services.customs import advance, completing, filling, tables
from logistics.services.customs.fault_words import fault_text
from orders.models import OrderAddress
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_house")]
NOW = make.NOW


def sealed(**facts: Any) -> DispatchNote:
    """A sealed parcel with an address."""
    order = make.ready_order(**facts)
    OrderAddress.objects.update_or_create(
        order=order,
        defaults={
            "recipient": "Anna Braun", "phone": "+49 30 1234", "line1": "Hauptstr. 1", "city": "Berlin", "postcode": "10115",
            "country": order.country, "changed_at": NOW,
        },
    )  # fmt: skip
    note = make.released(order)
    note.warehouse.address = note.warehouse.address or "1 Road, Yiwu"
    note.warehouse.save(update_fields=["address"])
    make.pack(note)
    note.refresh_from_db()
    return note


def item(**changes: Any) -> rules.Item:
    """A parcel nothing speaks against, with one article."""
    columns = {
        "item_number": "RB123456785CN", "reference": "DN-1", "transaction": "11", "sender_name": "Yiwu Star", "sender_address": "1 Road",
        "sender_country": "CN", "recipient_name": "Anna Braun", "recipient_line1": "Hauptstr. 1", "recipient_city": "Berlin",
        "recipient_country": "DE", "recipient_phone": "+49", "gross_weight_g": 60, "currency": "USD", "goods_total": Decimal("12.80"),
    }  # fmt: skip
    article = {
        "line": 1, "description": "necklace of zinc alloy", "quantity": 2, "net_weight_g": Decimal(30), "value": Decimal("12.80"),
        "hs_code": "711719", "origin": "CN",
    }  # fmt: skip
    for name, value in changes.items():
        (columns if name in rules.PARCEL else article)[name] = value
    return rules.Item(columns, [article], postal=True)


@pytest.mark.parametrize(
    ("change", "line", "column", "reason", "warns"),
    [
        ({"item_number": ""}, 0, "item_number", "missing", False),
        ({"item_number": "RB123456784CN"}, 0, "item_number", "check_digit", True),
        ({"item_number": "YT1234"}, 0, "item_number", "not_s10", True),
        ({"recipient_name": "N/A"}, 0, "recipient_name", "nobody", False),
        ({"recipient_name": " "}, 0, "recipient_name", "missing", False),
        ({"recipient_city": ""}, 0, "recipient_city", "missing", False),
        ({"transaction": ""}, 0, "transaction", "missing", False),
        ({"gross_weight_g": None}, 0, "gross_weight_g", "not_weighed", False),
        ({"gross_weight_g": 20}, 0, "gross_weight_g", "below_net", True),
        ({"goods_total": Decimal(13)}, 0, "goods_total", "not_the_sum", False),
        ({"description": ""}, 1, "description", "missing", False),
        ({"description": "Accessories."}, 1, "description", "vague", False),
        ({"description": "锌合金项链"}, 1, "description", "not_latin", False),
        ({"quantity": 0}, 1, "quantity", "missing", False),
        ({"net_weight_g": None}, 1, "net_weight_g", "missing", False),
        ({"hs_code": ""}, 1, "hs_code", "missing", False),
        ({"hs_code": "7117"}, 1, "hs_code", "short", False),
        ({"origin": ""}, 1, "origin", "missing", False),
    ],
)
def test_every_fault_names_parcel_line_column_and_reason(
    change: dict[str, Any], line: int, column: str, reason: str, warns: bool
) -> None:
    found = rules.faults(item(**change), vague={"accessories"}, persons={"n/a"})
    assert [(f.reference, f.line, f.column, f.reason, f.warns) for f in found] == [
        ("DN-1", line, column, reason, warns)
    ]
    text = fault_text(found[0])
    assert "DN-1" in text and column in text


def test_a_right_parcel_has_no_fault_and_contact_is_asked_where_the_house_says_so() -> None:
    assert rules.faults(item(), vague=set(), persons=set(), asks_contact=True) == []
    silent = rules.faults(item(recipient_phone=""), vague=set(), persons=set(), asks_contact=True)
    assert [f.column for f in silent] == ["recipient_phone"]


@pytest.mark.covers("CUS-17")
def test_the_file_of_a_carrier_holds_what_is_right_and_names_the_rest() -> None:
    good, bad = sealed(country="DE"), sealed(country="DE")
    OrderAddress.objects.filter(order=bad.order).update(recipient="unknown")
    clerk = make.person("warehouse")
    job = advance.start(note_ids=[good.pk, bad.pk], actor=clerk, now=NOW, mark=True)
    longwork.run(job.pk)
    job = Job.objects.get(pk=job.pk)
    assert job.state == Job.State.DONE, job.log
    assert (job.result["parcels"], job.result["left_out"], job.result["marked"]) == (1, 1, 1)
    assert any(bad.number in line[2] and "recipient_name" in line[2] for line in job.log)
    with longwork.private_storage().open(job.result_file) as file:
        rows = list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"))))
    assert [(r["reference"], r["transaction"], r["recipient_country"], r["hs_code"], r["origin"]) for r in rows] == [
        (good.number, "11", "DE", "711719", "CN")
    ]
    held = Declaration.objects.get(note=good)
    assert rows[0]["item_number"] == held.item_number and rows[0]["gross_weight_g"] == "60"
    assert Decimal(rows[0]["goods_total"]) == held.goods_total
    assert held.data_sent_at and Declaration.objects.get(note=bad).data_sent_at is None
    assert ActivityEntry.objects.filter(verb="note.data_file", subject_id=good.pk).count() == 1
    assert reads.notes_waiting(good.service.carrier) == [bad.pk]


def test_a_note_without_a_declaration_is_named_and_json_nests_the_articles() -> None:
    good, draft = sealed(), make.make_note()
    told = reads.told([good.pk, draft.pk], NOW)
    assert [(f.reference, f.reason) for f in told.faults] == [(draft.number, "no_declaration")]
    nested = json.loads(advance.content(told, "json"))
    assert nested[0]["reference"] == good.number and nested[0]["articles"][0]["quantity"] == "2"


def test_the_nature_of_transaction_is_a_dated_table() -> None:
    note = sealed()
    row = NatureCode.objects.get(content_type="sale_of_goods")
    day = NOW.date() + timedelta(days=10)
    tables.set_rule(row=row, valid_from=day, changes={"code": "12"}, actor=make.person("manager"), now=NOW)
    assert reads.told([note.pk], NOW).good[0].columns["transaction"] == "11"
    assert reads.told([note.pk], NOW + timedelta(days=11)).good[0].columns["transaction"] == "12"


def test_who_may_not_see_addresses_gets_no_file() -> None:
    with pytest.raises(NotAllowed):
        advance.start(note_ids=[1], actor=make.person("purchaser"), now=NOW)
    with pytest.raises(Conflict):
        advance.start(note_ids=[], actor=make.person("warehouse"), now=NOW)


def test_the_page_checks_a_carrier_and_begins_the_file(client: Client) -> None:
    note = sealed()
    policies.change(
        policy=policies.POLICIES["logistics.advance_data"],
        value="CP_REG",
        valid_from=NOW.date(),
        actor=make.person("manager"),
        now=NOW,
    ) if hasattr(policies, "change") else None
    client.force_login(make_person("warehouse"))
    url = reverse("logistics:customs-data")
    page = client.get(f"{url}?carrier=China+Post").content.decode()
    assert "China Post" in page and 'name="format"' in page
    answer = client.post(url, {"carrier": "China Post", "format": "json"})
    job = Job.objects.get(kind=advance.JOB)
    assert answer.status_code == 302 and job.payload["notes"] == [note.pk]
    client.force_login(make_person("service"))
    assert client.get(url).status_code == 403


# --- gaps are owed ---------------------------------------------------------------------------------------------------


@pytest.mark.covers("CUS-17")
def test_an_order_with_gaps_is_owed_before_its_label_and_ends_when_they_are_closed() -> None:
    first, second = make.article(customs_text=""), make.article(weight_g=None)
    note = make.make_note(make.ready_order(lines=[(first, 1), (second, 1)]))
    whole = make.make_note()
    worklist.sweep(now=NOW)
    duty = Duty._base_manager.get(rule="logistics.customs_gaps", closed_at__isnull=True)
    assert (duty.subject_id, duty.due_at, duty.role) == (note.pk, note.due_at, "purchaser")
    assert first.code in duty.facts["articles"] and note.number in duty.facts["url"]
    assert whole.pk != note.pk
    buyer = make.person("purchaser")
    completing.complete(skus=[first], actor=buyer, now=NOW, customs_text="necklace of zinc alloy")
    duty.refresh_from_db()
    assert duty.closed_at is None
    completing.complete(skus=[second], actor=buyer, now=NOW, weight_g=Decimal(9))
    duty.refresh_from_db()
    assert duty.state == "done"


def test_in_the_warehouse_the_clock_is_the_pick_up_and_the_label_ends_it() -> None:
    note = make.released()
    sku = note.lines.get().sku
    sku.origin = ""
    sku.save(update_fields=["origin"])
    worklist.plan(rule_key="logistics.customs_gaps", subject_ids=[note.pk], now=NOW)
    duty = Duty._base_manager.get(rule="logistics.customs_gaps", closed_at__isnull=True)
    assert duty.due_at == note.pickup_at
    dispatch.withdraw(note=note, reason="x", actor=make.person("manager"), now=NOW)
    worklist.sweep(now=NOW + timedelta(hours=1), full=True)
    duty.refresh_from_db()
    assert duty.closed_at is not None and SYSTEM.is_system


@pytest.mark.covers("CUS-17")
def test_data_that_says_something_else_by_now_counts_as_given_no_more() -> None:
    clerk, chief, note = make.person("warehouse"), make.person("supervisor"), sealed(country="DE")
    held = Declaration.objects.get(note=note)

    def given() -> bool:
        filling.mark_sent(notes=[note], actor=clerk, now=NOW)
        held.refresh_from_db()
        return held.data_sent_at is not None

    assert given()
    filling.change(note=note, actor=chief, now=NOW, comments="fragile")  # not part of the data
    held.refresh_from_db()
    assert held.data_sent_at is not None
    filling.change(note=note, actor=chief, now=NOW, incoterm="DDP")
    held.refresh_from_db()
    assert held.data_sent_at is None and given()
    parcel = Parcel.objects.get(note=note)
    filling.weigh(note=note, parcel=parcel, actor=clerk)
    held.refresh_from_db()
    assert held.data_sent_at is not None  # weighed again, the same
    parcel.weight_g = 75
    filling.weigh(note=note, parcel=parcel, actor=clerk)
    held.refresh_from_db()
    assert held.data_sent_at is None
    # what changed between the file and its mark is not marked
    told = reads.told([note.pk], NOW)
    filling.change(note=note, actor=chief, now=NOW, incoterm="DAP")
    assert advance.finish(told=told, name="f", mark=True, actor=clerk, now=NOW) == 0
    assert advance.finish(told=reads.told([note.pk], NOW), name="f", mark=True, actor=clerk, now=NOW) == 1


def test_no_spreadsheet_runs_what_a_buyer_is_called() -> None:
    note = sealed(country="DE")
    OrderAddress.objects.filter(order=note.order).update(
        recipient="=HYPERLINK(1)", line1="@SUM(1)", phone="+49 30 1234"
    )
    rows = list(csv.DictReader(io.StringIO(advance.content(reads.told([note.pk], NOW), "csv").decode("utf-8-sig"))))
    names = ("recipient_name", "recipient_line1", "recipient_phone")
    assert [rows[0][name] for name in names] == ["'=HYPERLINK(1)", "'@SUM(1)", "+49 30 1234"]
