"""Duties of dispatch, and the jobs that find what a lost message left behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.audit import SYSTEM
from core.jobs import JOBS
from logistics.models import DispatchNote, Parcel, WaybillNumber
from logistics.services import dispatch, shipping
from orders.models import Order
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store
from worklist import services as worklist
from worklist.models import Duty
from worklist.registry import RULES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW
HOUR = timedelta(hours=1)


def duty(rule: str, subject: Any) -> Duty:
    """The newest duty of a rule about a subject."""
    return Duty.objects.filter(rule=rule, subject_id=subject.pk).latest("pk")


@pytest.mark.covers("DSP-02")
def test_a_draft_is_a_duty_of_the_supervisor_until_it_is_released() -> None:
    note = make.make_note()
    held = duty("logistics.note_in_time", note)
    assert (held.state, held.role, held.due_at, held.stake) == ("open", "supervisor", note.due_at, note.order.total)
    make.make_number(note.service)
    make.sign_both(note)
    held.refresh_from_db()
    assert held.state == "done"
    dispatch.edit(note=note, supply="purchase", actor=make.person("supervisor"), now=NOW)
    assert duty("logistics.note_in_time", note).state == "open"


@pytest.mark.covers("ORD-21", "DSP-02", "DSP-21")
def test_a_missed_pickup_is_checked_by_the_clerk() -> None:
    note = make.released()
    worklist.plan(rule_key="logistics.pickup_missed", subject_ids=[note.pk], now=NOW)
    worklist.run_due(now=note.pickup_at - HOUR)
    assert not Duty.objects.filter(rule="logistics.not_handed_over").exists()
    worklist.run_due(now=note.pickup_at + HOUR)
    held = duty("logistics.not_handed_over", note)
    assert (held.state, held.role) == ("open", "service")
    shipping.hand_over(
        parcels=[make.pack(note, now=NOW + 8 * HOUR)], actor=make.person("warehouse"), now=NOW + 8 * HOUR
    )
    held.refresh_from_db()
    assert held.state == "done"


def test_a_note_that_left_in_time_makes_no_duty() -> None:
    note = make.released()
    for rule in ("logistics.pickup_missed", "logistics.three_days"):
        worklist.plan(rule_key=rule, subject_ids=[note.pk], now=NOW)
    shipping.hand_over(parcels=[make.pack(note)], actor=make.person("warehouse"), now=NOW)
    worklist.run_due(now=NOW + timedelta(days=10))
    assert not Duty.objects.filter(
        rule__in=["logistics.not_handed_over", "logistics.goods_missing", "logistics.find_goods"]
    ).exists()


RULE_KEYS = sorted(key for key in RULES if key in {
    "logistics.note_in_time", "logistics.blocked_note", "logistics.three_days", "logistics.goods_missing", "logistics.find_goods",
    "logistics.number_waiting", "logistics.pickup_missed", "logistics.not_handed_over", "logistics.declare_today", "logistics.number_low",
})  # fmt: skip


@pytest.mark.parametrize("key", RULE_KEYS)
def test_every_line_of_today_reads_and_leads_somewhere(key: str) -> None:
    rule = RULES[key]
    parcel = make.handed_over(make.ready_order(make_store(kind="spreadsheet")))
    subject = {"parcel": parcel, "service": parcel.service}.get(rule.target._meta.model_name or "", parcel.note)
    DispatchNote.objects.filter(pk=parcel.note_id).update(block_reason="quality", block_note="scratched")
    loaded = rule.load([subject.pk])[0]
    facts = rule.facts(loaded)
    assert facts["number"] and (rule.doer == "clock" or (rule.next_step(facts) and rule.sentence(facts)))
    client = Client()
    client.force_login(make_person("manager"))
    for name in ("url", "panel"):
        if name in facts:
            assert client.get(facts[name]).status_code == 200
    if rule.bulk_url():
        assert client.get(rule.bulk_url()).status_code == 200
    assert list(rule.candidates(NOW)) is not None


@pytest.mark.covers("DSP-01", "ORD-15")
def test_the_sweep_drafts_what_no_message_announced() -> None:
    order = make.ready_order()
    assert JOBS["logistics.sweep_notes"].function()["drafted"] == 1
    assert JOBS["logistics.sweep_notes"].function()["drafted"] == 0
    note = DispatchNote.objects.get(order=order)
    dispatch.withdraw(note=note, reason="wrong", actor=make.person("supervisor"), now=NOW + 900 * HOUR)
    assert JOBS["logistics.sweep_notes"].function()["drafted"] == 0  # taken back by a person: a person drafts it again


def test_the_sweep_takes_back_notes_of_cancelled_orders_and_goes_on_with_lifted_ones() -> None:
    gone, lifted = make.released(), make.released()
    Order.objects.filter(pk=gone.order_id).update(state="cancelled")
    DispatchNote.objects.filter(pk=lifted.pk).update(state="blocked", block_reason="intercepted")
    done = JOBS["logistics.sweep_notes"].function()
    assert (done["withdrawn"], done["resumed"]) == (1, 1)
    lifted.refresh_from_db()
    assert lifted.state == "released"


def test_a_lost_declaration_is_found_by_the_sweep() -> None:
    parcel = make.handed_over(make.ready_order(make_store(kind="spreadsheet")))
    Duty.objects.all().delete()
    JOBS["logistics.sweep_notes"].function()
    assert duty("logistics.declare_today", parcel).state == "open"
    assert JOBS["logistics.sweep_notes"].function() is not None
    assert Duty.objects.filter(rule="logistics.declare_today").count() == 1


def test_numbers_reach_waiting_notes_when_the_pool_is_filled() -> None:
    note = make.released(number=False)
    assert JOBS["logistics.number_notes"].function() == 0
    make.make_number(note.service)
    assert JOBS["logistics.number_notes"].function() == 1
    assert WaybillNumber.objects.get(note=note).state == "reserved"


def test_news_of_orders_reach_the_jobs(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr("logistics.subscribers.dispatch.later", lambda name, **ids: sent.append((name, ids)))
    with django_capture_on_commit_callbacks(execute=True):
        order = make.ready_order()
    assert ("logistics.draft_notes", {"order_ids": [order.pk]}) in sent
    JOBS["logistics.draft_notes"].function(order_ids=[order.pk])
    note = DispatchNote.objects.get(order=order)
    assert note.state == "draft" and not Parcel.objects.exists() and SYSTEM
