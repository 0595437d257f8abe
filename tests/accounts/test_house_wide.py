"""What counts for all stores is set by people who work in all of them; the values of the own store by its people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled

from conversations import services as texts
from conversations.models import Template
from core import calendar, policies
from core.errors import NotAllowed
from logistics.models import ApprovalRule
from logistics.services import setup
from orders.models import OrderRule
from orders.policies import HOLD_LOOK_HOURS
from orders.reading.plan import Plan
from orders.services import sorting
from orders.services.importing import profiles
from stores.models import Deadline
from stores.services import deadlines
from tests.factories.accounts import make_person, make_store
from tests.factories.dispatch import make_service

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TEXT = {"purpose": "x", "body": "Hello", "send_mode": "manual"}


@pytest.fixture(autouse=True)
def unscoped() -> Any:
    with scopes_disabled():
        yield
    policies.forget()


def writes(actor: Any, store: Any) -> dict[str, Any]:
    """Everything that counts for ``store`` (None: all stores), as calls."""
    given = {"actor": actor, "now": NOW}
    mark = str(store.pk if store else 0)
    return {
        "policy": lambda: policies.set_value(
            key=HOLD_LOOK_HOURS.key, text="30", valid_from=date(2026, 1, 1), store_id=store and store.pk, **given
        ),
        "text": lambda: texts.create_template(code=f"Z{mark}", language="en", store=store, **TEXT, **given),
        "profile": lambda: profiles.save_profile(name=f"P{mark}", store=store, plan=Plan(), **given),
        "sorting": lambda: sorting.save_rule(name=f"R{mark}", store=store, set_flag="red", conditions={}, **given),
        "approval": lambda: setup.save_rule(
            rule=ApprovalRule(), changes={"name": f"A{mark}", "store_id": store and store.pk}, **given
        ),
    }


def house_only(actor: Any) -> dict[str, Any]:
    """What always counts for all stores."""
    given = {"actor": actor, "now": NOW}
    clock = Deadline.objects.filter(unit="hours").first() or Deadline.objects.create(
        rule_code="T1", value="3", unit="hours", valid_from=date(2020, 1, 1), channel="sandbox", topic="x"
    )
    service = make_service()
    return {
        "clock": lambda: deadlines.set_deadline(
            deadline=clock, value="5", unit="hours", valid_from=date(2026, 2, 2), **given
        ),
        "calendar": lambda: calendar.set_day(day=date(2027, 1, 1), working=False, name="x", **given),
        "service": lambda: setup.change_service(service=service, changes={"carrier": "Other"}, **given),
        "workdays": lambda: policies.set_value(
            key="core.workdays", text="[0, 1]", valid_from=date(2026, 1, 1), store_id=None, **given
        ),
    }


def refused(calls: dict[str, Any]) -> set[str]:
    found = set()
    for name, call in calls.items():
        try:
            call()
        except NotAllowed as error:
            assert error.code in ("house_wide", "not_your_store")
            found.add(name)
    return found


def test_people_of_one_store_set_only_the_values_of_their_store() -> None:
    here, there = make_store(), make_store()
    one = make_person("manager", [here]).actor
    house = writes(one, None) | house_only(one)
    assert refused(house) == set(house)
    assert refused(writes(one, there)) == set(writes(one, there))
    assert refused(writes(one, here)) == set()


def test_people_of_all_stores_set_the_house_whichever_store_they_look_at() -> None:
    make_store()
    person = make_person("manager")
    assert refused(writes(person.actor, None) | house_only(person.actor)) == set()


def test_the_administrator_keeps_the_house_without_working_in_its_stores() -> None:
    keeper = make_person("administrator", []).actor
    house = writes(keeper, None) | house_only(keeper)
    assert refused({name: house[name] for name in ("policy", "clock", "calendar", "service", "text")}) == set()


def test_changing_what_is_there_needs_the_same() -> None:
    here = make_store()
    whole, one = make_person("manager").actor, make_person("manager", [here]).actor
    text = texts.create_template(code="Z9", language="en", actor=whole, now=NOW, **TEXT)
    profile = profiles.save_profile(name="P9", store=None, plan=Plan(), actor=whole, now=NOW)
    rule = sorting.save_rule(name="R9", set_flag="red", conditions={}, actor=whole, now=NOW)
    calls = {
        "text": lambda: texts.change_template(template=text, body="Bye", actor=one, now=NOW),
        "profile": lambda: profiles.change_profile(
            profile=profile, name="P8", mapping={}, options={}, actor=one, now=NOW
        ),
        "gone": lambda: profiles.delete_profile(profile=profile, actor=one, now=NOW),
        "mine": lambda: sorting.save_rule(rule=rule, store=here, actor=one, now=NOW),
        "deleted": lambda: sorting.delete_rule(rule=rule, actor=one, now=NOW),
    }
    assert refused(calls) == set(calls)
    assert Template.objects.get(pk=text.pk).body == "Hello" and OrderRule.objects.filter(pk=rule.pk).exists()
    own = texts.copy_for_store(template=text, store=here, actor=one, now=NOW)
    assert texts.change_template(template=own, body="Bye", actor=one, now=NOW).body == "Bye"


def test_the_page_offers_only_the_own_store(client: Any) -> None:
    here = make_store()
    client.force_login(make_person("manager", [here]))
    url = reverse("accounts:policy", args=[HOLD_LOOK_HOURS.key])
    page = client.get(url)
    assert page.status_code == 200 and b"All stores</option>" not in page.content
    sent = {"value": "30", "valid_from": "2026-01-01", "note": "", "store": ""}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, {**sent, "store": str(here.pk)}).status_code == 302
