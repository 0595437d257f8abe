"""Rules that count for one store: who works elsewhere sees neither the rule nor that there is such a store."""

from __future__ import annotations

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from accounts.models import Store
from logistics.models import ApprovalRule, ChoiceRule
from logistics.services import seeding
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("model", "at"), [(ChoiceRule, "choosing-rules"), (ApprovalRule, "approval-rules")])
def test_a_rule_of_another_store_is_not_opened_and_other_stores_are_not_offered(model: type, at: str) -> None:
    with scopes_disabled():
        seeding.load_reference(now=make.NOW)
        mine, other = make_store(), make_store()
        Store.objects.filter(pk=other.pk).update(name="Silk and Sons", code="silk")
        rule = model.objects.first()  # type: ignore[attr-defined]
    boss, all_of_us = Client(), Client()
    boss.force_login(make_person("manager", stores=[mine]))
    all_of_us.force_login(make_person("manager"))
    address = f"/dispatch/{at}/{rule.pk}/"
    for page in (address, f"/dispatch/{at}/new/"):
        assert "Silk and Sons" not in boss.get(page).content.decode()
        assert "Silk and Sons" in all_of_us.get(page).content.decode()
    rule.store = other
    rule.save()
    assert (boss.get(address).status_code, all_of_us.get(address).status_code) == (404, 200)
    if model is ApprovalRule:
        assert boss.post(f"{address}off/").status_code == 404
    Store.objects.filter(pk=other.pk).update(closed_at=make.NOW)
    assert "Silk and Sons" in all_of_us.get(address).content.decode(), "a rule keeps its store when it is closed"
