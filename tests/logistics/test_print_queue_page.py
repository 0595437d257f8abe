"""The print queue says what waits; services go by their names; tabs stay true after an action."""

from __future__ import annotations

import pytest
from django.test import Client

from logistics.models import PrintBatch, Service
from tests.factories import dispatch as make
from tests.factories.accounts import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(make_person("manager", language="en"))
    return client


def test_what_waits_to_be_printed_is_printed_with_one_button(desk: Client) -> None:
    assert "Nothing waits to be printed" in desk.get("/dispatch/print/").content.decode()
    notes = [make.released() for _n in range(2)]
    Service.objects.filter(code=notes[0].service.code).update(
        name_en="China Post Registered Air Mail", name_zh="挂号小包"
    )
    shown = desk.get("/dispatch/print/")
    assert shown.context["waits"] == 2 and "China Post Registered Air Mail" in shown.content.decode()
    form = {"scope": "all", "query": "work=to-print", "next": "/dispatch/print/"}
    asked = desk.post(shown.context["print_url"], form)
    assert asked.status_code == 200 and notes[0].number in asked.content.decode()
    fields = {**form, "step": "apply", "documents": ["pick_list", "notes", "labels"]}
    made = desk.post(shown.context["print_url"], fields)
    assert made.status_code == 200 and PrintBatch.objects.get().note_count == 2


def test_service_names_stand_on_board_and_lists(desk: Client) -> None:
    note = make.make_note()
    Service.objects.filter(pk=note.service_id).update(name_en="Registered Packet", name_zh="挂号小包")
    for address in ("/dispatch/", "/dispatch/notes/", f"/dispatch/notes/{note.pk}/"):
        assert "Registered Packet" in desk.get(address).content.decode(), address


def test_the_open_tab_stays_marked_and_its_count_is_fresh_after_an_action(desk: Client) -> None:
    notes = [make.make_note() for _n in range(2)]
    page = desk.get("/dispatch/notes/")
    part = {"HX-Request": "true"}
    tabs = desk.get("/lists/dispatch-notes/tabs/", headers=part).context["views"]
    assert next(tab for tab in tabs if tab["name"] == "to-sign")["count"] == "2"
    desk.post(
        "/lists/dispatch-notes/do/withdraw/", {"ids": [notes[0].pk], "step": "apply", "reason": "wrong"}, headers=part
    )
    again = desk.get(page.context["reload_url"], headers=part)
    assert [tab["name"] for tab in again.context["views"] if tab["active"]] == ["to-sign"]
    tabs = desk.get("/lists/dispatch-notes/tabs/", headers=part).context["views"]
    assert next(tab for tab in tabs if tab["name"] == "to-sign")["count"] == "1"
