"""Every order that is not at its end shows one next step, wherever it stands: its own, its note's or its parcel's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core import longwork
from logistics.models import DispatchNote
from logistics.services import dispatch, printing
from orders.choices import Stage
from orders.models import Order
from tests.factories import dispatch as make
from tests.factories import orders as sales
from tests.factories.accounts import make_person, make_store
from tests.factories.doors import browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_house")]


def greeted(order: Order) -> Order:
    Order.objects.filter(pk=order.pk).update(greeted_at=make.NOW)
    return order


def of(note: Any) -> Order:
    return greeted(Order.objects.get(pk=note.order_id))


def printed() -> Order:
    note = make.released()
    batch, _refused = printing.print_notes(notes=[note], actor=make.person("warehouse"), now=make.NOW)
    assert batch and longwork.run(batch.job_id) == "done"
    return of(note)


def blocked() -> Order:
    note = make.released()
    dispatch.block(note=note, reason="quality", text="scratched", actor=make.person("warehouse"), now=make.NOW)
    return of(note)


def declared() -> Order:
    parcel = make.handed_over()
    type(parcel).objects.filter(pk=parcel.pk).update(declared_at=make.NOW)
    Order.objects.filter(pk=parcel.order_id).update(stage=Stage.SHIPPED)
    return of(parcel)


STEPS: list[tuple[str, Callable[[], Order], str]] = [
    ("unpaid", lambda: sales.make_order(make_store(), state="unpaid", stage=Stage.UNPAID), "Ask about the payment"),
    ("not greeted", lambda: make.ready_order(), "Greet"),
    ("ready", lambda: greeted(make.ready_order()), "Make dispatch notes"),
    ("drafted", lambda: of(make.make_note()), "Sign"),
    ("blocked", blocked, "Problem solved"),
    ("without number", lambda: of(make.released(number=False)), "Get waybill number"),
    ("to print", lambda: of(make.released()), "Print notes and labels"),
    ("printed", printed, "To the packing table"),
    ("packed", lambda: of(make.pack(make.released())), "Hand over"),
    ("handed over", lambda: of(make.handed_over()), "Mark as shipped in the shop"),
    ("declared", declared, "Follow the parcel"),
    ("held", lambda: sales.make_order(make_store(), state="held", stage=Stage.HELD, hold_reason="other"), "Release"),
]


def main_buttons(client: Client, url: str) -> list[str]:
    """The words of the primary buttons in the heading of a page."""
    page = client.get(url).content.decode()
    head = page[page.index('<header class="d-h">') : page.index("</header>", page.index('<header class="d-h">'))]
    first = re.findall(r'class="b primary[^"]*".*?</(?:button|a)>', head, re.DOTALL)
    shown = [re.sub(r"<kbd.*?</kbd>|<svg.*?</svg>|<[^>]+>|^[^>]*>", " ", one, flags=re.DOTALL).split() for one in first]
    return [" ".join(words) for words in shown]


@pytest.mark.parametrize(("name", "make_one", "label"), STEPS, ids=[row[0] for row in STEPS])
def test_the_page_of_an_order_has_one_next_step(name: str, make_one: Callable[[], Order], label: str) -> None:
    order = make_one()
    client = Client()
    client.force_login(make_person("manager", language="en"))
    assert main_buttons(client, f"/orders/{order.pk}/") == [label], name


def test_a_printed_note_leads_to_the_packing_table_and_never_to_the_change_that_voids_signatures() -> None:
    note = DispatchNote.objects.get(order=printed())
    page = f"/dispatch/notes/{note.pk}/"
    client = Client()
    for role, main in (("service", []), ("supervisor", []), ("warehouse", ["To the packing table"])):
        client.force_login(make_person(role, language="en"))
        assert main_buttons(client, page) == main, role
    answer = client.post(f"/dispatch/station/scan/?code={note.number}")
    assert answer["Location"] == "/dispatch/station/"
    assert f'data-reference="{note.number}"' in client.get("/dispatch/station/").content.decode()


def test_a_step_of_the_note_leads_back_to_the_order() -> None:
    order = blocked()
    note = DispatchNote.objects.get(order=order)
    client = Client()
    client.force_login(make_person("manager", language="en"))
    answer = client.post(f"/lists/dispatch-notes/{note.pk}/do/unblock/?next=/orders/{order.pk}/")
    note.refresh_from_db()
    assert note.state == "released" and answer["Location"] == f"/orders/{order.pk}/"


def test_a_clerk_sees_no_step_that_is_not_his() -> None:
    order = blocked()
    client = Client()
    client.force_login(make_person("warehouse", language="en"))
    assert "/do/unblock/" not in client.get(f"/orders/{order.pk}/").content.decode()


def test_an_empty_day_of_the_warehouse_names_what_waits_at_its_table() -> None:
    packer, clerk = browser("warehouse", language="en"), browser("service", language="en")
    assert packer.get("/")["Location"] == "/dispatch/" and clerk.get("/")["Location"] == "/today/"
    assert "Everything is done." in packer.get("/today/").content.decode()
    printed()
    page = packer.get("/today/?whose=mine").content.decode()
    assert (
        "1 note waits in the warehouse." in page and 'href="/dispatch/"' in page and "Everything is done." not in page
    )
    assert "waits in the warehouse" not in clerk.get("/today/").content.decode()


def test_a_packed_note_leads_to_its_parcel() -> None:
    parcel = make.pack(make.released())
    page = browser("service").get(f"/dispatch/notes/{parcel.note_id}/").content.decode()
    assert f"/parcels/{parcel.pk}/" in page


def test_who_signs_is_told_what_customs_ask_to_look_at() -> None:
    note = make.make_note(make.ready_order(lines=[(make.article(weight_g=None), 2)], country="FR"))
    url = f"/lists/dispatch-notes/{note.pk}/do/sign/"
    seen = browser("supervisor", language="en").get(url).content.decode()
    assert "2 pieces to France" in seen and "Customs ask to look at" in seen
    assert "Customs ask" not in browser("purchaser", language="en").get(url).content.decode()
