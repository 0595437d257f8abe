"""Hand-over lists: one for each carrier and day, signed for by name, and the alarms of the day's end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ApiToken
from core import crypto
from core.errors import Conflict, Invalid, NotAllowed
from core.models import ActivityEntry
from logistics import documents
from logistics.models import DispatchNote, Manifest, ManifestLine, Parcel
from logistics.selectors import manifests as reads
from logistics.services import dispatch, manifests, shipping
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store
from tests.factories.stores import make_call
from tests.logistics.test_printing import pages
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_house")]
NOW = make.NOW


def living(rule: str) -> list[int]:
    return list(Duty._base_manager.filter(rule=rule, closed_at__isnull=True).values_list("subject_id", flat=True))


def sealed(count: int, **facts: Any) -> list[Parcel]:
    store = facts.pop("store", None) or make_store(kind="spreadsheet")
    return [make.pack(make.released(make.ready_order(store, **facts))) for _i in range(count)]


# --- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.covers("DSP-13", "DSP-14")
def test_what_a_carrier_takes_on_one_day_stands_on_one_list() -> None:
    first, second = sealed(2)
    make.make_service("DHL", carrier="DHL", kind="express", match_words=["dhl"])
    third = sealed(1, shipping_method="DHL")[0]
    worker = make.person("warehouse")
    shipping.hand_over(parcels=[first, third], actor=worker, now=NOW)
    shipping.hand_over(parcels=[second], actor=worker, now=NOW + timedelta(hours=2))
    shipping.hand_over(parcels=[second], actor=worker, now=NOW + timedelta(hours=3))  # again is once
    found = {row.carrier: row for row in Manifest.objects.all()}
    assert {name: reads.numbers_on(row) for name, row in found.items()} == {
        "China Post": [first.tracking_number, second.tracking_number], "DHL": [third.tracking_number],
    }  # fmt: skip
    assert {row.day for row in found.values()} == {date(2026, 11, 20)}
    assert sorted(living("logistics.list_unsigned")) == sorted(row.pk for row in found.values())
    tomorrow = sealed(1)
    shipping.hand_over(parcels=tomorrow, actor=worker, now=NOW + timedelta(days=1))
    assert Manifest.objects.filter(carrier="China Post").count() == 2


@pytest.mark.covers("DSP-13")
def test_the_carrier_signs_by_name_and_what_leaves_later_has_its_own_list() -> None:
    first, second = sealed(2)
    worker = make.person("warehouse")
    shipping.hand_over(parcels=[first], actor=worker, now=NOW)
    held = Manifest.objects.get()
    with pytest.raises(Invalid):
        manifests.sign(manifest=held, taken_by="  ", counted=1, actor=worker, now=NOW)
    with pytest.raises(Invalid) as refused:
        manifests.sign(manifest=held, taken_by="Li Wei", counted=2, actor=worker, now=NOW)
    assert "remark" in refused.value.errors
    with pytest.raises(NotAllowed):
        manifests.sign(manifest=held, taken_by="Li Wei", counted=1, actor=make.person("service"), now=NOW)
    at = NOW + timedelta(hours=1)
    manifests.sign(manifest=held, taken_by=" Li  Wei ", counted=1, actor=worker, now=at)
    held.refresh_from_db()
    assert (held.taken_by, held.counted, held.signed_at, held.signed_label) == ("Li Wei", 1, at, worker.label)
    assert len(held.content_hash) == 64
    assert living("logistics.list_unsigned") == []
    assert ActivityEntry.objects.filter(verb="manifest.sign", subject_id=held.pk).count() == 1
    with pytest.raises(Conflict):
        manifests.sign(manifest=held, taken_by="Other", counted=1, actor=worker, now=at)
    shipping.hand_over(parcels=[second], actor=worker, now=at)
    later = Manifest.objects.exclude(pk=held.pk).get()
    assert reads.numbers_on(later) == [second.tracking_number]
    with pytest.raises(Conflict):
        manifests.unsign(manifest=held, reason="wrong list", actor=worker, now=at)
    manifests.sign(manifest=later, taken_by="Li Wei", counted=0, remark="van was full", actor=worker, now=at)
    manifests.unsign(manifest=held, reason="wrong list", actor=worker, now=at)
    assert living("logistics.list_unsigned") == [held.pk]


def test_the_database_holds_that_a_signature_has_a_name_and_a_parcel_one_list() -> None:
    parcel = make.handed_over()
    held = Manifest.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Manifest.objects.filter(pk=held.pk).update(signed_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ManifestLine.objects.create(manifest=held, parcel=parcel)


def test_the_statements_do_not_grow_with_the_parcels() -> None:
    parcels = sealed(6)
    worker = make.person("warehouse")
    shipping.hand_over(parcels=parcels[:1], actor=worker, now=NOW)
    with CaptureQueriesContext(connection) as one:
        shipping.hand_over(parcels=parcels[1:2], actor=worker, now=NOW)
    with CaptureQueriesContext(connection) as four:
        shipping.hand_over(parcels=parcels[2:], actor=worker, now=NOW)
    assert len(four) <= len(one) + 1  # (numbers of several orders may be read in one go more)
    assert ManifestLine.objects.count() == 6


def test_people_see_lists_with_parcels_of_their_stores_only() -> None:
    mine, other = make_store(kind="spreadsheet"), make_store(kind="spreadsheet")
    shipping.hand_over(parcels=sealed(1, store=other), actor=make.person("warehouse"), now=NOW)
    held = Manifest.objects.get()
    from django_scopes import scope

    with scope(store=[mine.pk]):
        assert not reads.manifests_for(make.person("warehouse")).exists()
    with scope(store=[other.pk]):
        assert list(reads.manifests_for(make.person("warehouse"))) == [held]


# --- page, paper, program --------------------------------------------------------------------------------------------


def test_page_paper_and_rest(client: Client) -> None:
    parcel = make.handed_over(make.ready_order(make_store(kind="spreadsheet")))
    held = Manifest.objects.get()
    worker = make_person("warehouse")
    client.force_login(worker)
    page = client.get(reverse("logistics:manifest", args=[held.pk])).content.decode()
    assert parcel.tracking_number in page and held.number in page
    listed = client.get(reverse("logistics:manifests")).content.decode()
    assert held.number in listed
    paper = client.get(reverse("logistics:manifest-paper", args=[held.pk]))
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    key = f"sp_{crypto.new_key()}"
    token = ApiToken.objects.create(
        program="wms", prefix=key[:12], digest=crypto.digest(key), role="warehouse", all_stores=True,
        scopes=["read", "write"], created_at=NOW,
    )  # fmt: skip
    head = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k1"}
    body = {"taken_by": "Li Wei", "counted": 1}
    url = f"/api/v1/manifests/{held.pk}/sign/"
    answer = client.post(url, body, content_type="application/json", headers=head)
    assert answer.status_code == 200, answer.content
    shown = client.get(f"/api/v1/manifests/{held.pk}/", headers=head).json()
    assert (shown["taken_by"], shown["counted"], shown["count"], shown["untold"]) == ("Li Wei", 1, 1, 1)
    ApiToken.objects.filter(pk=token.pk).update(role="service")
    refused = client.post(
        f"/api/v1/manifests/{held.pk}/unsign/", {"reason": "x"}, content_type="application/json",
        headers={**head, "Idempotency-Key": "k2"},
    )  # fmt: skip
    assert refused.status_code == 403


def test_the_paper_names_who_signed() -> None:
    parcel = make.handed_over()
    held = Manifest.objects.get()
    blank = documents.hand_over_record([parcel], actor_label="Chen", now=NOW, manifest=held)
    manifests.sign(manifest=held, taken_by="Li Wei", counted=1, actor=make.person("warehouse"), now=NOW)
    held.refresh_from_db()
    signed = documents.hand_over_record([parcel], actor_label="Chen", now=NOW, manifest=held)
    assert blank["taken"] == "" and signed["taken"].startswith("Li Wei · 1 · 2026-11-20 10:00")
    page = pages(documents.render_hand_over(signed))[0]
    assert page["codes"] == {("Code128", held.number)}, "the number of the list is not read by a scanner"
    assert parcel.service.name_en in page["text"] and parcel.service.code not in page["text"]


# --- the alarms ------------------------------------------------------------------------------------------------------


@pytest.mark.covers("DSP-13")
def test_what_left_without_an_online_number_stands_on_today_when_the_day_is_over() -> None:
    parcel = make.handed_over(make.ready_order(make_store(kind="spreadsheet")))
    call = make_call(parcel.store, ability="declare_shipment", subject_type="logistics.parcel", subject_id=parcel.pk)
    Parcel.objects.filter(pk=parcel.pk).update(declare_call=call)  # a program tells the shop, and has no answer yet
    worklist.sweep(now=NOW + timedelta(hours=3))
    assert living("logistics.not_online") == []  # the day is not over
    worklist.sweep(now=NOW + timedelta(hours=15))
    assert living("logistics.not_online") == [parcel.pk]
    assert list(reads.untold()) == [parcel]
    shipping.confirm_declared(parcel=parcel, actor=make.person("service"), now=NOW + timedelta(hours=16))
    assert living("logistics.not_online") == []
    assert not reads.untold().exists()


@pytest.mark.covers("DSP-07")
def test_a_reserved_number_without_goods_alarms_until_the_hand_over() -> None:
    sku = make.article(on_hand=0)
    note = make.released(make.ready_order(lines=[(sku, 2)]))
    assert note.state == "released"
    dispatch.reserve_number(note=note, actor=make.person("service"), now=NOW)
    assert living("logistics.number_waiting") == [note.pk]
    duty = Duty._base_manager.get(rule="logistics.number_waiting", closed_at__isnull=True)
    worklist.done(duty=duty, actor=make.person("service"), now=NOW, reason="told the buyer")
    assert living("logistics.number_waiting") == []
    worklist.sweep(now=NOW + timedelta(days=1))
    assert living("logistics.number_waiting") == [note.pk]  # a word does not end it
    DispatchNote.objects.filter(pk=note.pk).update(state="packed")
    worklist.sweep(now=NOW + timedelta(days=1, hours=1), full=True)
    assert living("logistics.number_waiting") == [note.pk]  # packing does not either
    DispatchNote.objects.filter(pk=note.pk).update(state="closed")
    worklist.sweep(now=NOW + timedelta(days=1, hours=2), full=True)
    assert living("logistics.number_waiting") == []


@pytest.mark.covers("DSP-07")
def test_the_third_day_alarms_about_a_number_that_was_reserved_by_itself() -> None:
    sku = make.article(on_hand=0)
    note = make.released(make.ready_order(lines=[(sku, 2)]))
    assert make.number_of(note)
    worklist.sweep(now=NOW)  # the news of the release stays in this transaction: the sweep finds it
    worklist.run_due(now=NOW + timedelta(days=6))
    assert living("logistics.number_waiting") == [note.pk]
