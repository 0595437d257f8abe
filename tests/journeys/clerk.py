"""What a clerk finds in the morning: new orders, a wish, a parcel that stands still, two letters, a bad rating, a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django_scopes import scopes_disabled

from accounts.models import Store, User
from conversations import services as conversations
from core.audit import SYSTEM
from core.clock import utcnow
from core.models import ExchangeRate
from disputes.models import Case, Feedback
from logistics.models import ApprovalRule, Parcel, Service
from logistics.services import tracking
from orders.models import Order
from stores.contracts import RemoteEvent, RemoteMessage
from tests.factories import disputes, parcels
from tests.factories.accounts import make_person, make_store
from tests.factories.inventory import make_sku, make_warehouse
from tests.factories.orders import make_item, make_order
from worklist import services as worklist
from worklist.models import Duty

PASSWORD = "a-lamp-9-harbour"


@dataclass
class Morning:
    """The shop as the clerk finds it."""

    store: Store
    clerk: User
    new: list[Order] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    parcel: Parcel | None = None
    rating: Feedback | None = None
    case: Case | None = None

    @property
    def wished(self) -> Order:
        """The order whose buyer has a wish."""
        return self.new[0]


def morning(*, orders: int = 3, language: str = "en") -> Morning:
    """A spreadsheet shop, where nothing leaves the house by a program."""
    now = utcnow()
    with scopes_disabled():
        call_command("load_reference", "--json", stdout=StringIO())
        ApprovalRule.objects.all().delete()
        for code, rate in (("USD", "1.10"), ("CNY", "7.70")):
            ExchangeRate.objects.create(day=now.date(), base="EUR", currency=code, rate=rate, source="test")
        make_warehouse(name="Yiwu")
        store = make_store("lamps", kind="spreadsheet", name="Island Lamps")
        clerk = make_person("service", username="clerk", display_name="Lin", language=language)
        clerk.set_password(PASSWORD)
        clerk.save()
        made = Morning(store, clerk)
        lamp = make_sku("LAMP-RED", on_hand=90, name_en="Red lamp", name_zh="红灯", bin="A-01")
        item = make_item(store, "L-RED", sku=lamp, title="Red lamp")
        for n in range(orders):
            note = "Line 1 in red. Gift wrap please!" if n == 0 else ""
            made.new.append(
                make_order(
                    store,
                    lines=[(item, 1)],
                    note=note,
                    now=now - timedelta(minutes=n),
                    assess=True,
                    shipping_method="China Post Registered Air Mail",
                )
            )
        made.parcel = _standing_parcel(store)
        for n, order in enumerate(made.new[:2]):
            said = RemoteMessage(
                f"m{n}",
                order.buyer.key,
                now - timedelta(hours=20 * (n + 1)),
                f"Hello, letter {n}: where is my parcel?",
                order.external_id,
            )
            conversations.record_inbound(store=store, remotes=[said], actor=SYSTEM, now=now)
            made.letters.append(said.body)
        sent = parcels.order(store, placed_at=now - timedelta(days=9), paid_at=now - timedelta(days=9))
        made.rating = Feedback.objects.create(
            store=store, order=sent, external_id="r1", stars=1, text="broken", given_at=now, received_at=now
        )
        made.case = disputes.make_case(
            parcels.order(store, placed_at=now, paid_at=now), kind="damaged", now=now, claimed=Decimal("5")
        )
        worklist.sweep(now=now)
    return made


def _standing_parcel(store: Store) -> Parcel:
    """A parcel that somebody must decide on."""
    now = utcnow()
    service = Service.objects.get(code="CP_REG")
    box = parcels.parcel(store, service.code, shipped=now - timedelta(days=33))
    event = RemoteEvent("", now - timedelta(days=4), "held", "Held by customs", "Leipzig")
    tracking.record_events(parcel_events={box.pk: [event]}, source="file", now=now)
    tracking.check_many(parcels=[box], actor=make_person("manager").actor, now=now)
    facts = {box.pk: {"advice": "carrier_inquiry", "rule": "NR-09", "days": 33, "number": box.tracking_number}}
    type(box).objects.filter(pk=box.pk).update(advice="carrier_inquiry")
    worklist.open_for(rule_key="logistics.parcel_step", facts=facts, now=now)
    Duty.objects.filter(rule="logistics.parcel_step").update(role="service")
    return box


def sign_in(page: Any, live_server: Any, person: User) -> None:
    """Without the page of sign-in."""
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
