"""The purchaser's Today: prices to sign, goods that waiting orders lack."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.audit import SYSTEM
from inventory.models import Balance
from inventory.services import stock
from logistics.models import ApprovalRule
from logistics.selectors import buying
from logistics.services import dispatch
from logistics.services.buying import settle_needs
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from tests.factories.inventory import make_warehouse
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW


def price_duty(note: Any) -> Duty:
    return Duty.objects.filter(rule="logistics.price_signature", subject_id=note.pk).latest("pk")


@pytest.mark.covers("DSP-03")
def test_each_missing_signature_stands_on_today_of_the_role_that_can_give_it() -> None:
    note = make.make_note()
    held = price_duty(note)
    assert (held.state, held.role, held.due_at) == ("open", "purchaser", note.due_at)
    dispatch.sign(note=note, kind="note", actor=make.person("supervisor"), now=NOW)
    held.refresh_from_db()
    assert held.state == "open"
    dispatch.sign(note=note, kind="price", actor=make.person("purchaser"), now=NOW)
    held.refresh_from_db()
    assert held.state == "done"
    dispatch.edit(note=note, supply="purchase", actor=make.person("supervisor"), now=NOW)
    assert price_duty(note).state == "open"  # what was signed is void
    dispatch.withdraw(note=note, reason="wrong", actor=make.person("supervisor"), now=NOW)
    assert price_duty(note).state == "cancelled"


def test_a_price_signed_by_rule_asks_nobody() -> None:
    ApprovalRule.objects.create(name="all prices", kinds=["price"], conditions={"in_stock": True}, active=True)
    note = make.make_note()
    assert not Duty.objects.filter(rule="logistics.price_signature", subject_id=note.pk).exists()


@pytest.mark.covers("DSP-07")
def test_orders_that_lack_goods_are_one_line_for_each_article_until_the_goods_came() -> None:
    article = make.article(on_hand=1)
    first, second = (make.ready_order(lines=[(article, 2)]) for _n in range(2))
    worklist.sweep(now=NOW)
    balance = Balance.objects.get(sku=article)
    held = Duty.objects.get(rule="logistics.goods_to_buy", subject_id=balance.pk)
    assert (held.role, held.state) == ("purchaser", "open")
    assert held.facts["fields"] | {"warehouse": ""} == {"pieces": 3, "orders": 2, "warehouse": ""}
    client = Client()
    client.force_login(make_person("purchaser"))
    shown = client.get(held.facts["panel"]).content.decode()
    assert first.number in shown and second.number in shown
    stock.receive(warehouse=make_warehouse(), rows=[(article.pk, 1, None)], reference="R-1", actor=SYSTEM, now=NOW)
    settle_needs(order_refs=[first.pk, second.pk], actor=SYSTEM, now=NOW)
    held.refresh_from_db()
    assert (held.state, held.facts["fields"]["pieces"]) == ("open", 2)
    stock.receive(warehouse=make_warehouse(), rows=[(article.pk, 5, None)], reference="R-2", actor=SYSTEM, now=NOW)
    settle_needs(order_refs=[first.pk, second.pk], actor=SYSTEM, now=NOW)
    held.refresh_from_db()
    assert held.state == "done" and not buying.lacking().exists()
