"""Pieces said to be missing are answered with the packing record in front."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from core.errors import Conflict
from core.models import ActivityEntry
from disputes import services
from disputes.models import Answer, Case
from logistics.models import Parcel
from logistics.rules.weighcheck import Tolerance, weigh_check
from logistics.selectors import dispatch_record
from logistics.services.seeding import load_reference
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from tests.factories.disputes import make_case

NOW = make.NOW


@pytest.mark.covers("RMD-03")
@pytest.mark.parametrize(
    ("expected", "packed", "missing", "answer"),
    [
        (100, 100, 30, "full"), (100, 104, 30, "full"), (100, 70, 30, "short"), (100, 74, 30, "short"), (100, 85, 30, "inconclusive"),
        (100, 100, 9, "inconclusive"), (1000, 1015, 60, "full"), (1000, 1000, 39, "inconclusive"), (100, None, 30, "none"),
        (None, 100, 30, "none"), (100, 100, None, "none"),
    ],
)  # fmt: skip
def test_the_scale_answers_full_short_or_cannot_tell(expected: Any, packed: Any, missing: Any, answer: str) -> None:
    given = [None if x is None else Decimal(x) for x in (expected, packed, missing)]
    assert weigh_check(*given, Tolerance()) == answer


@pytest.fixture
def case(db: Any) -> Any:
    with scopes_disabled():
        load_reference(now=NOW)
        parcel = make.handed_over(make.ready_order(lines=[(make.article(weight_g=Decimal(20)), 2)]))
        yield make_case(parcel.order, kind="short")


@pytest.mark.covers("RMD-03")
def test_an_answer_needs_the_record_as_it_is_now(case: Case) -> None:
    clerk = make_person("manager").actor
    given: dict[str, Any] = {
        "case": case,
        "kind": "evidence",
        "text": "It weighed what two weigh.",
        "actor": clerk,
        "now": NOW,
    }
    for record in ("", "0" * 24):
        with pytest.raises(Conflict) as refused:
            services.answer(**given, record=record)
        assert refused.value.code == "record_unseen"
    records = dispatch_record.records_of_order(case.order_id, NOW)
    held = records[0]
    assert (held.reckoned_g, held.parcel.weight_g, held.verdict, held.lines[0].scanned) == (Decimal(60), 60, "full", 2)
    seen = dispatch_record.digest_of(records)
    Parcel.objects.filter(pk=held.parcel.pk).update(weight_g=40)  # what was seen is no longer what is
    with pytest.raises(Conflict):
        services.answer(**given, record=seen)
    records = dispatch_record.records_of_order(case.order_id, NOW)
    assert records[0].verdict == "short"
    services.answer(**given, record=dispatch_record.digest_of(records))
    assert Answer.objects.count() == 1
    assert ActivityEntry.objects.filter(verb="case.record_seen", subject_id=case.pk).count() == 1


def test_other_claims_and_orders_without_a_parcel_are_answered_too(case: Case) -> None:
    clerk = make_person("manager").actor
    other = make_case(make.ready_order(), kind="damaged")
    services.answer(case=other, kind="evidence", text="x", actor=clerk, now=NOW)
    bare = make_case(make.ready_order(), kind="short")
    empty = dispatch_record.digest_of(dispatch_record.records_of_order(bare.order_id, NOW))
    services.answer(case=bare, kind="evidence", text="x", actor=clerk, now=NOW, record=empty)
    assert Answer.objects.count() == 2


@pytest.mark.covers("RMD-03")
def test_the_record_stands_beside_the_form_and_on_the_case(case: Case, client: Client) -> None:
    boss = make_person("manager")
    client.force_login(boss)
    parcel = Parcel.objects.get(order_id=case.order_id)
    panel = client.get(reverse("core:panel", args=["cases", case.pk, "packing"])).content.decode()
    url = reverse("disputes:answer", args=[case.pk])
    page = client.get(url).content.decode()
    record = dispatch_record.digest_of(dispatch_record.records_of_order(case.order_id))
    for text in (panel, page):
        assert parcel.tracking_number in text and "60 g" in text and parcel.packed_by.label in text
    assert f'value="{record}"' in page
    given = {"kind": "evidence", "text": "It weighed what two weigh."}
    refused = client.post(url, given)
    assert refused.status_code == 422 and f'value="{record}"' in refused.content.decode()
    shown = client.post(url, {**given, "record": record})
    assert shown.status_code == 200 and f'name="record" value="{record}"' in shown.content.decode()
    sent = client.post(url, {**given, "record": record, "step": "send"})
    assert sent.status_code == 302 and Answer.objects.count() == 1


def test_a_program_reads_the_record_and_names_it(case: Case, client: Client) -> None:
    client.force_login(make_person("manager"))
    told = client.get(f"/api/v1/cases/{case.pk}/packing-record/").json()
    assert told["parcels"][0]["verdict"] == "full" and told["parcels"][0]["lines"][0]["scanned"] == 2
    body = {"kind": "evidence", "text": "It weighed what two weigh."}
    url = f"/api/v1/cases/{case.pk}/answer/"
    without = client.post(url, body, content_type="application/json", headers={"Idempotency-Key": "a1"})
    assert without.status_code == 409 and without.json()["code"] == "record_unseen"
    answer = client.post(
        url, {**body, "record": told["record"]}, content_type="application/json", headers={"Idempotency-Key": "a2"}
    )
    assert answer.status_code == 200, answer.content
