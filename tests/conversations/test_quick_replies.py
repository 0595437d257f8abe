"""MSG-26: what buyers ask again and again (bank, return address) is a ready text with the facts of the house."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from conversations import services
from conversations.models import Conversation, Message
from conversations.selectors.fact_words import fact_word
from conversations.services import seeding
from core import policies
from core.errors import DomainError
from tests.factories import parcels as make
from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture(autouse=True)
def house() -> Iterator[None]:
    seeding.load_reference(now=NOW)
    with scopes_disabled():
        yield


@pytest.mark.covers("MSG-26")
@pytest.mark.parametrize(("code", "key", "fact"), [
    ("Q01", "conversations.bank_account", "IBAN DE02 1203 0000 0000 2020 51"), ("Q02", "conversations.return_address", "Halle 3, 20457 Hamburg"),
])  # fmt: skip
def test_a_recurring_fact_is_kept_once_and_sent_by_one_text(code: str, key: str, fact: str) -> None:
    clerk, boss = make_person("service"), make_person("manager")
    order = make.order(make.store("spreadsheet"))
    with pytest.raises(DomainError) as refused:  # nothing is made up while the house has not said it
        services.send_template(base_code=code, about=order, key="k0", actor=clerk.actor, now=NOW)
    assert fact_word(key.split(".")[1]) in refused.value.message
    policies.set_value(key=key, text="of all stores", valid_from=NOW.date(), actor=boss.actor, now=NOW)
    policies.set_value(key=key, text=fact, valid_from=NOW.date(), store_id=order.store_id, actor=boss.actor, now=NOW)
    sent = services.send_template(base_code=code, about=order, key="k1", actor=clerk.actor, now=NOW)
    assert sent is not None and fact in sent.body and "⟦" not in sent.body
    client, thread = Client(), Conversation.objects.get(buyer=order.buyer)
    client.force_login(clerk)
    shown = client.post(
        f"/messages/threads/{thread.pk}/compose/", {"code": code, "about": f"orders.order:{order.pk}", "fill": "1"}
    )
    assert fact in shown.context["text"] and not shown.context["gaps"]
    client.post("/messages/write/", {
        "thread": thread.pk, "code": code, "about": f"orders.order:{order.pk}", "text": shown.context["text"], "subject": "Hello",
    })  # fmt: skip
    assert Message.objects.filter(template_code=code, author=clerk, body__contains=fact).count() == 2
