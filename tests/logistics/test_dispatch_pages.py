"""Pages and REST of dispatch: every page opens for who may, the whole day can be done through them, strangers see nothing."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import longwork
from logistics.models import ApprovalRule, DispatchNote, Manifest, Parcel, PrintBatch, Service, WaybillNumber
from logistics.services import dispatch
from tests.factories import dispatch as make
from tests.factories.accounts import make_store
from tests.factories.doors import browser, program
from worklist.models import Duty

pytestmark = pytest.mark.django_db
NOW = make.NOW
_keys = itertools.count(1)
PAGES = [
    "board", "notes", "batches", "station", "hand-over", "numbers", "numbers-add", "numbers-file", "services", "approval-rules", "approval-rule-new",
]  # fmt: skip


@pytest.fixture(autouse=True)
def house(no_rule_signs: None) -> None:
    """A service to choose."""
    make.make_service()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_empty_and_filled(name: str, language: str) -> None:
    boss = browser("manager", language=language)
    assert boss.get(reverse(f"logistics:{name}")).status_code == 200
    make.pack(make.released())
    make.make_note()
    assert boss.get(reverse(f"logistics:{name}")).status_code == 200


@pytest.mark.parametrize(
    ("name", "role", "status"),
    [("station", "service", 403), ("hand-over", "purchaser", 403), ("numbers-add", "service", 403), ("approval-rule-new", "supervisor", 403), ("station", "warehouse", 200), ("board", "service", 200)],
)  # fmt: skip
def test_pages_ask_for_the_role(name: str, role: str, status: int) -> None:
    assert browser(role).get(reverse(f"logistics:{name}")).status_code == status


@pytest.mark.parametrize(
    "state", ["draft", "released", "blocked", "packed", "closed", "withdrawn", "short", "unmatched"]
)
def test_the_page_of_a_note_opens_in_every_state(state: str) -> None:
    if state == "draft":
        note = make.make_note()
    elif state == "packed":
        note = make.pack(make.released()).note
    elif state == "closed":
        note = make.handed_over().note
    elif state == "short":
        note = make.released(lines=[(make.article(on_hand=0), 2)])
    else:
        note = make.released()
    if state in ("blocked", "withdrawn"):
        DispatchNote.objects.filter(pk=note.pk).update(state=state, block_reason="quality", block_note="scratched <b>")
    for name in ("note", "note-pane"):
        answer = browser("manager").get(reverse(f"logistics:{name}", args=[note.pk]))
        assert answer.status_code == 200 and note.number in answer.content.decode()
    assert browser("manager", stores=[make_store()]).get(reverse("logistics:note", args=[note.pk])).status_code == 404


def test_change_and_ask_forms() -> None:
    note = make.released(lines=[(make.article(on_hand=0), 2)])
    line, boss = note.lines.get(), browser("manager")
    page = boss.get(reverse("logistics:note-edit", args=[note.pk]))
    assert page.status_code == 200
    data = {
        "service": "CP_REG",
        "supply": "purchase",
        f"line{line.pk}-wish": "blue",
        f"line{line.pk}-unit_cost": "1.5",
        f"line{line.pk}-value": "12.00",
    }
    assert boss.post(reverse("logistics:note-edit", args=[note.pk]), data).status_code == 302
    note.refresh_from_db()
    assert (note.state, note.supply, note.declared_value, note.lines.get().wish) == ("draft", "purchase", 12, "blue")
    bad = boss.post(reverse("logistics:note-edit", args=[note.pk]), {**data, f"line{line.pk}-value": "3.00"})
    assert bad.status_code == 422
    assert boss.get(reverse("logistics:note-ask", args=[note.pk])).status_code == 200
    assert boss.post(reverse("logistics:note-ask", args=[note.pk]), {"new_date": "x"}).status_code == 422


class Wedge:
    """A scanner at a browser: posts each code with its own key."""

    def __init__(self, client: Client, name: str) -> None:
        self.client, self.url = client, reverse(f"logistics:{name}")

    def scan(self, code: str, key: str = "") -> tuple[int, str]:
        """Status and markup of the answer."""
        headers = {"HX-Request": "true", "Idempotency-Key": key or f"w{next(_keys)}"}
        answer = self.client.post(self.url, {"code": code}, headers=headers)
        return answer.status_code, answer.content.decode()


@pytest.mark.covers("ORD-09", "DSP-14", "DSP-17", "DSP-13", "ORD-21")
def test_the_day_of_the_warehouse_through_its_pages() -> None:
    note = make.make_note()
    make.make_number(note.service)
    signer, buyer, packer = browser("supervisor"), browser("purchaser"), browser("warehouse")
    act = reverse("core:act", args=["dispatch-notes", note.pk, "sign"])
    assert buyer.post(act, {"step": "apply"}).status_code in (200, 204, 302)
    assert signer.post(act, {"step": "apply"}).status_code in (200, 204, 302)
    note.refresh_from_db()
    assert note.state == "released"
    act = reverse("core:act", args=["dispatch-notes", note.pk, "print"])
    packer.post(act, {"step": "apply"})
    batch = PrintBatch.objects.get()
    assert longwork.run(batch.job_id) == "done"
    page = packer.get(reverse("logistics:batch", args=[batch.pk]))
    assert reverse("logistics:batch-file", args=[batch.pk]) in page.content.decode()
    pdf = packer.get(reverse("logistics:batch-file", args=[batch.pk]))
    assert b"".join(pdf.streaming_content)[:5] == b"%PDF-"
    Service.objects.filter(code="CP_REG").update(name_en="Registered packet")
    table = Wedge(packer, "station-scan")
    sku = note.lines.get().sku.code
    status, markup = table.scan("NK-NOBODY")
    assert status == 409 and "Scan the barcode of a dispatch note first" in markup
    assert table.scan(note.number)[0] == 200
    status, markup = table.scan("FOREIGN-1")
    assert status == 409 and 'data-result="refused"' in markup
    assert table.scan(f"2*{sku}", "twice")[0] == 200 == table.scan(f"2*{sku}", "twice")[0]
    for code in ("ok", "ok", "ok", "weight:50"):
        assert table.scan(code)[0] == 200, code
    status, markup = table.scan(make.number_of(note))
    assert status == 200 and 'data-result="done"' in markup
    assert "pile of Registered packet" in markup, "the pile is named as people call the service"
    counter = Wedge(packer, "hand-over-scan")
    assert counter.scan("XX")[0] == 409
    assert counter.scan(make.number_of(note))[0] == 200
    status, markup = counter.scan("hand-over")
    held = Manifest.objects.get()
    assert status == 200 and "1 parcels handed over" in markup
    assert reverse("logistics:manifest", args=[held.pk]) in markup, "the list to be signed is one touch away"
    assert Parcel.objects.get(note=note).state == "shipped"
    sheet = packer.get(reverse("logistics:hand-over-sheet"))
    assert sheet["Content-Type"] == "application/pdf" and sheet.content[:5] == b"%PDF-"


def test_all_parcels_of_a_service_come_onto_the_counter_and_off_again() -> None:
    parcels = [make.pack(make.released()) for _ in range(2)]
    counter = Wedge(browser("warehouse"), "hand-over-scan")
    assert counter.scan("all:NOPE")[0] == 409
    status, markup = counter.scan("all:CP_REG")
    assert status == 200 and all(parcel.tracking_number in markup for parcel in parcels)
    assert counter.scan("undo")[0] == 200
    assert "1 parcels handed over" in counter.scan("hand-over")[1]


@pytest.mark.covers("DSP-13")
def test_a_number_is_entered_in_a_shop_by_hand() -> None:
    parcel = make.handed_over(make.ready_order(make_store(kind="spreadsheet")))
    clerk = browser("service")
    for name in ("declare", "declare-pane"):
        assert parcel.tracking_number in clerk.get(reverse(f"logistics:{name}", args=[parcel.pk])).content.decode()
    assert clerk.post(reverse("logistics:declare", args=[parcel.pk])).status_code == 302
    parcel.refresh_from_db()
    assert parcel.declared_at and Duty.objects.get(rule="logistics.declare_today").state == "done"


def test_numbers_are_added_and_read_from_a_file() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    keeper, note = browser("warehouse"), make.released(number=False)
    answer = keeper.post(
        reverse("logistics:numbers-add"), {"service": "CP_REG", "text": "RB123456785CN .. RB123456808CN"}
    )
    assert answer.status_code == 302 and WaybillNumber.objects.filter(state="free").count() == 3
    assert keeper.post(reverse("logistics:numbers-add"), {"service": "CP_REG", "text": "  "}).status_code == 422
    upload = SimpleUploadedFile("n.csv", f"{note.order.number},RB500000007CN\nNOPE,RB500000015CN\n".encode())
    answer = keeper.post(reverse("logistics:numbers-file"), {"file": upload})
    assert answer.status_code == 200 and "NOPE" in answer.content.decode()
    assert make.number_of(note) == "RB500000007CN"


def test_a_service_of_our_own_is_made_on_its_page_and_by_program() -> None:
    boss = browser("manager")
    url = reverse("logistics:service-new")
    assert url in boss.get(reverse("logistics:services")).content.decode()
    given = {"code": "my line", "name_en": "Our line", "name_zh": "自有专线", "carrier": "Our carrier", "kind": "dedicated_line",
             "tracking_level": "to_arrival", "active": "on"}  # fmt: skip
    assert boss.post(url, given).status_code == 422, "a code has no blanks"
    assert boss.post(url, {**given, "code": "my_line"}).status_code == 302
    made = Service.objects.get(code="MY_LINE")
    assert (made.kind, made.tracking_level, made.match_words) == (
        "dedicated_line",
        "to_arrival",
        ["Our line", "自有专线"],
    )
    refused = boss.post(url, {**given, "code": "MY_LINE"})
    assert refused.status_code == 422 and "with this code" in refused.content.decode()
    assert browser("service").post(url, {**given, "code": "OTHER"}).status_code == 403
    api = program()
    body = {"code": "BY_REST", "name_en": "Line two", "carrier": "Our carrier", "kind": "express"}
    answer = api.post("/api/v1/services/", body, content_type="application/json", headers={"Idempotency-Key": "s1"})
    assert answer.status_code == 201 and Service.objects.get(code="BY_REST").tracking_level == "full"


def test_services_and_rules_are_edited_by_those_who_may() -> None:
    boss, row = browser("manager"), Service.objects.get(code="CP_REG")
    url = reverse("logistics:service", args=[row.pk])
    given = {
        "name_en": "Registered",
        "carrier": "China Post",
        "active": "on",
        "kind": "postal_registered",
        "tracking_level": "full",
        "match_words": "air mail\nregistered",
        "tracking_url": "https://t/{number}",
    }
    assert boss.post(url, given).status_code == 302
    row.refresh_from_db()
    assert (row.name_en, row.match_words) == ("Registered", ["air mail", "registered"])
    assert boss.post(url, {**given, "tracking_url": "javascript:alert(1)"}).status_code == 422
    assert browser("service").post(url, given).status_code == 403
    url = reverse("logistics:approval-rule-new")
    good = {"name": "small", "active": "on", "position": "1", "kinds": ["price"], "value_to": "5", "country": "Brazil, DE",
            "in_stock": "yes"}  # fmt: skip
    assert boss.post(url, good).status_code == 302
    rule = ApprovalRule.objects.get(name="small")
    assert rule.conditions == {"in_stock": True, "value": {"lte": 5}, "country": ["BR", "DE"]}
    page = reverse("logistics:approval-rule", args=[rule.pk])
    ApprovalRule.objects.filter(pk=rule.pk).update(conditions={**rule.conditions, "pieces": {"gt": 2}})
    assert "Pieces &gt; 2" in boss.get(page).content.decode()
    assert boss.post(page, {**good, "in_stock": "", "value_from": "1.50"}).status_code == 302
    rule.refresh_from_db()
    assert rule.conditions == {"pieces": {"gt": 2}, "value": {"gte": "1.5", "lte": 5}, "country": ["BR", "DE"]}
    for wrong in ({"value_from": "9"}, {"country": "Atlantis"}, {"value_to": "x"}, {"in_stock": "maybe"}):
        assert boss.post(url, {**good, "name": "x", **wrong}).status_code == 422
    assert boss.post(url, {"name": "x", "active": "on", "position": "1", "kinds": ["price"]}).status_code == 422
    assert boss.post(reverse("logistics:approval-rule-off", args=[rule.pk])).status_code == 302


@pytest.mark.covers("DSP-03", "DSP-06")
def test_the_same_by_rest() -> None:
    note = make.make_note()
    make.make_number(note.service)
    api = program()

    def post(path: str, body: Any = None, status: int = 200) -> Any:
        answer = api.post(
            f"/api/v1/{path}/",
            json.dumps(body or {}),
            content_type="application/json",
            headers={"Idempotency-Key": f"k{next(_keys)}"},
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    assert post(f"dispatch-notes/{note.pk}/release", status=409)["code"] == "not_signed"
    post(f"dispatch-notes/{note.pk}/sign", {"kind": "price"})
    assert post(f"dispatch-notes/{note.pk}/sign", {"kind": "note"}, 409)["code"] == "same_signer"
    dispatch.sign(note=note, kind="note", actor=make.person("supervisor"), now=NOW)
    row = api.get(f"/api/v1/dispatch-notes/{note.pk}/").json()
    assert (row["state"], row["waybill"], row["pieces"], row["lines"][0]["value"]) == (
        "released",
        make.number_of(note),
        2,
        "10.00",
    )
    assert post(f"dispatch-notes/{note.pk}/print", {"documents": ["labels"]})["outcome"]["data"]["batch"].startswith(
        "B-"
    )
    assert post(f"dispatch-notes/{note.pk}/block", {"reason": "quality", "text": "torn"})["state"] == "blocked"
    post(f"dispatch-notes/{note.pk}/unblock")
    etag = api.get(f"/api/v1/dispatch-notes/{note.pk}/")["ETag"]
    answer = api.patch(
        f"/api/v1/dispatch-notes/{note.pk}/",
        json.dumps({"supply": "purchase"}),
        content_type="application/json",
        headers={"If-Match": etag},
    )
    assert answer.status_code == 200 and answer.json()["state"] == "draft"
    assert post(f"dispatch-notes/{note.pk}/withdraw", {"reason": "test"})["state"] == "withdrawn"
    assert api.get("/api/v1/services/?active=true").status_code == 200
    assert post("waybill-numbers", {"service": "CP_REG", "text": "RB123456785CN"}, 201)["number"] == "RB123456785CN"


def test_orders_get_and_print_their_notes_in_bulk() -> None:
    order = make.ready_order()
    api = program()
    bulk = {"ids": [str(order.pk)]}
    answer = api.post(
        "/api/v1/orders/bulk/make-notes/",
        json.dumps(bulk),
        content_type="application/json",
        headers={"Idempotency-Key": "b1"},
    )
    assert answer.json()["done"] == 1, answer.content
    note = make.sign_both(DispatchNote.objects.get(order=order))
    answer = api.post(
        "/api/v1/orders/bulk/print-notes/",
        json.dumps(bulk),
        content_type="application/json",
        headers={"Idempotency-Key": "b2"},
    )
    assert answer.json()["done"] == 1 and PrintBatch.objects.get().rows.get().note_id == note.pk
    row = api.get(f"/api/v1/orders/{order.pk}/").json()
    assert (row["note"], row["note_state"]) == (note.number, "released")
    panel = browser("manager").get(reverse("core:panel", args=["orders", order.pk, "dispatch"]))
    assert note.number in panel.content.decode()


def test_a_machine_packs_and_hands_over_by_rest() -> None:
    note = make.released()
    sku, number = note.lines.get().sku.code, make.number_of(note)
    api = program()

    def post(path: str, body: Any, status: int = 200) -> Any:
        answer = api.post(
            f"/api/v1/{path}/",
            json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": f"k{next(_keys)}"},
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    body = {"items": {sku: 2}, "checks": ["quality", "colour", "address"], "label": number, "weight_g": 50}
    assert post(f"dispatch-notes/{note.pk}/pack", {**body, "items": {sku: 3}}, 409)["code"] == "too_many_at_once"
    assert post(f"dispatch-notes/{note.pk}/pack", {**body, "items": [1]}, 422)["code"] == "invalid_input"
    made = post(f"dispatch-notes/{note.pk}/pack", body)
    parcel = made["outcome"]["data"]["parcel_id"]
    assert made["state"] == "packed"
    assert post(f"parcels/{parcel}/hand-over", {})["state"] == "shipped"
    assert [row["id"] for row in api.get("/api/v1/parcels/?undeclared=true").json()["results"]] == [parcel]
    assert post(f"parcels/{parcel}/declared", {})["declared_at"]


@pytest.mark.parametrize(
    ("role", "shown"), [("purchaser", True), ("supervisor", True), ("service", False), ("warehouse", False)]
)
def test_only_signers_see_the_button(role: str, shown: bool) -> None:
    note = make.make_note()
    markup = browser(role).get(reverse("logistics:note", args=[note.pk])).content.decode()
    assert (reverse("core:act", args=["dispatch-notes", note.pk, "sign"]) in markup) is shown
