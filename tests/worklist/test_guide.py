"""The first steps of an empty shop: they tick themselves and go away for ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from accounts.models import Store
from core import guide
from core.models import SystemMark
from tests.factories import dispatch as make
from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    guide.forget()
    with scopes_disabled():
        yield
    guide.forget()


def test_the_steps_tick_themselves_and_disappear() -> None:
    client = Client()
    client.force_login(make_person("manager", language="en"))
    assert 'class="guide"' in client.get("/today/").content.decode()
    shown = client.get("/today/")
    assert [step.done for step in shown.context["steps"]] == [False] * 5
    make.ready_order()
    assert Store.objects.exists()
    steps = {str(step.label): step.done for step in client.get("/today/").context["steps"]}
    assert steps["Make a store"] and steps["Bring orders in"] and steps["Receive stock"]
    assert not steps["Choose carrier services"]
    make.make_number()
    make_person("service")
    assert client.get("/today/").context["steps"] == []
    assert SystemMark.objects.filter(name=guide.MARK).exists()
    assert 'class="guide"' not in client.get("/today/").content.decode()


def test_a_clerk_sees_only_what_he_may_do() -> None:
    client = Client()
    client.force_login(make_person("service", language="en"))
    assert [str(step.label) for step in client.get("/today/").context["steps"]] == ["Bring orders in"]
