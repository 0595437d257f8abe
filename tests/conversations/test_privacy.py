"""A buyer who asks to be forgotten is forgotten in messages, in the outbox and in what the channel had sent."""

from __future__ import annotations

import json

from django.db import connection
from django_scopes import scopes_disabled

from accounts.models import Store
from conversations import services
from conversations.services import privacy
from core.audit import SYSTEM
from stores.choices import Ability
from stores.connectors.sandbox.control import Control
from stores.models import InboundRecord
from stores.services import inbound, outbox
from tests.factories.orders import make_buyer
from tests.factories.stores import NOW


def test_words_and_addresses_are_gone_everywhere(door: tuple[Store, Control]) -> None:
    store, control = door
    with scopes_disabled():
        buyer = make_buyer(store, key="b1", email="canary@example.org", name="Canary Jones")
        control.put_messages([{"buyer": "b1", "text": "I am Canary Jones", "at": NOW.isoformat()}], NOW)
        inbound.fetch(store=store, kind=Ability.MESSAGES_IN, now=NOW)
        thread = services.record_inbound(store=store, remotes=[], actor=SYSTEM, now=NOW) or None
        assert thread is None
        conversation = buyer.conversations.get()
        services.write(conversation=conversation, body="Dear Canary Jones", actor=SYSTEM, now=NOW)
        outbox.drain(NOW)
        services.write(conversation=conversation, body="Again, Canary Jones", actor=SYSTEM, now=NOW)
        assert "Canary" in json.dumps(privacy.export_buyer(buyer))
        assert privacy.erase_buyer(buyer, NOW) > 0
        assert privacy.erase_buyer(buyer, NOW) == 0
        outbox.drain(NOW)
        assert len(control.journal("message")) == 1, "what had not left stays here"
        inbound.reconcile(store=store, kind=Ability.MESSAGES_IN, now=NOW)
        assert InboundRecord.objects.get().payload == {"erased": True}
        with connection.cursor() as cursor:
            for table in (
                "conversations_message",
                "conversations_delivery",
                "stores_outboundcall",
                "stores_inboundrecord",
            ):
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ILIKE '%canary%'")
                assert cursor.fetchone() == (0,), table
