"""Wait, refund or new parcel: the costs by hand, the lane's chance in them, the doors on both pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django_scopes import scopes_disabled

from conversations.models import Message
from conversations.services import seeding
from core.audit import SYSTEM
from core.errors import Conflict, NotAllowed
from disputes import services
from disputes.rules.costs import Figures, Sums, compare
from disputes.selectors import costs
from logistics.models import Parcel, ParcelLine
from logistics.selectors import lanes as lane_selectors
from logistics.services import lanes
from logistics.services.seeding_tracking import load_tracking
from tests.factories import lanes as past
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.factories.dispatch import article
from tests.factories.disputes import make_case
from tests.factories.lanes import fill, lognormal, spread
from tests.factories.rates import make_rate

NOW = past.NOW
DAY = timedelta(days=1)
HOUSE = Figures(
    packing=Decimal("0.5"), commission=Decimal("0.08"), given_back=Decimal(1), claim=Decimal(0), dispute_chance=Decimal("0.3"),
    dispute_weight=Decimal(20), arrives=Decimal("0.5"),
)  # fmt: skip


@pytest.mark.covers("RMD-07")
@pytest.mark.parametrize(("paid", "goods", "freight", "arrives", "wait", "refund", "resend", "cheaper", "least"), [
    # refund 100 x 0.92 = 92; new parcel 40 + 25 + 0.5 = 65.5; waiting (1 - 0.8) x 92 + 0.3 x 20 = 24.4
    ("100", "40", "25", "0.8", "24.4", "92", "65.5", "resend", "wait"),
    # the lane gives it up: waiting 0.95 x 92 + 6 = 93.4
    ("100", "40", "25", "0.05", "93.4", "92", "65.5", "resend", "resend"),
    # no lane: the house's half: 46 + 6 = 52
    ("100", "40", "25", None, "52", "92", "65.5", "resend", "wait"),
    # cheap goods to a dear place: refund 9.2, new parcel 5 + 30 + 0.5; waiting 0.9 x 9.2 + 6 = 14.28
    ("10", "5", "30", "0.1", "14.28", "9.2", "35.5", "refund", "refund"),
    ("100", None, "25", "0.8", "24.4", "92", None, "", ""),
    (None, "40", "25", "0.8", None, None, "65.5", "", ""),
])  # fmt: skip
def test_costs_by_hand(paid, goods, freight, arrives, wait, refund, resend, cheaper, least):
    def number(text):
        return None if text is None else Decimal(text)

    found = compare(Sums(number(paid), number(goods), number(freight)), HOUSE, number(arrives))
    assert (found.wait, found.refund, found.resend) == (number(wait), number(refund), number(resend))
    assert (found.cheaper, found.least) == (cheaper, least)


@pytest.fixture
def house(db):
    with scopes_disabled(), time_machine.travel(NOW, tick=False):
        load_tracking(now=NOW - 400 * DAY)
        yield


def browser(role: str = "service") -> Client:
    found = Client()
    found.force_login(make_person(role))
    return found


@pytest.mark.covers("RMD-07")
def test_the_lane_s_chance_stands_in_the_costs_and_both_pages_lead_to_the_remedy(house):
    seeding.load_reference(now=NOW)
    shop = make.store("spreadsheet", currency="USD")
    fill(spread(lognormal(400, lost=0.03), over=300), store=shop)
    make_rate(make.service(), "DE")
    box = make.parcel(shop, shipped=NOW - 50 * DAY, weight_g=400, order=make.order(shop, currency="CNY"))
    ParcelLine.objects.create(parcel=box, sku=article(cost=Decimal("3"), cost_currency="CNY"), quantity=2)
    plain = costs.compared(box.order, NOW)
    assert plain.told is None and plain.costs.chance == Decimal("0.5") and plain.sums.goods == 6
    lanes.refresh_lanes(now=NOW)
    found = costs.compared(box.order, NOW)
    share = lane_selectors.still_arrives_for(box.order, NOW)
    assert (
        found.told
        and found.told <= 401
        and float(found.costs.chance) == pytest.approx(share.share, abs=1e-4)
        and share.exact
    )
    refund = Decimal("24.50") * Decimal("0.92")
    assert found.costs.refund == refund and found.costs.wait == (1 - found.costs.chance) * refund
    assert found.costs.resend == 6 + found.sums.freight + Decimal("0.5")
    client = browser()
    panel = client.get(f"/lists/parcels/{box.pk}/panels/remedy/").content.decode()
    assert (
        f"by the {found.told} parcels that speak for its lane" in panel
        and "costs least" in panel
        and "Goods again" not in panel
    )
    assert "Goods again" in browser("manager").get(f"/lists/parcels/{box.pk}/panels/remedy/").content.decode()
    # impatient and no dispute: both are offered, as a draft, once
    Parcel.objects.filter(pk=box.pk).update(buyer_mood="impatient")
    assert "impatient" in client.get(f"/lists/parcels/{box.pk}/panels/remedy/").content.decode()
    for _twice in range(2):
        assert (
            client.post(f"/api/v1/parcels/{box.pk}/offer-choice/", content_type="application/json").status_code == 200
        )
    text = Message.objects.get(about_id=box.pk)
    assert (
        (text.template_code, text.state) == ("X07", "draft")
        and "refund of 24.50 CNY" in text.body
        and "CP_REG" in text.body
    )
    with pytest.raises(NotAllowed):
        services.offer_choice(parcel=box, actor=make_person("warehouse").actor, now=NOW)
    # a dispute: the answer goes through it
    case = make_case(box.order, now=NOW)
    with pytest.raises(Conflict, match="dispute is open"):
        services.offer_choice(parcel=box, actor=SYSTEM, now=NOW)
    for url in (f"/lists/parcels/{box.pk}/panels/remedy/", f"/lists/cases/{case.pk}/panels/remedy/"):
        shown = client.get(url).content.decode()
        assert f"/cases/{case.pk}/answer/?kind=resend" in shown and f"/cases/{case.pk}/answer/?kind=refund" in shown
        assert "only after the buyer has withdrawn it" in shown
    assert client.get(f"/cases/{case.pk}/answer/?kind=resend").context["form"].initial["kind"] == "resend"


def test_a_young_lane_that_cannot_tell_the_end_does_not_talk_a_parcel_lost(house, monkeypatch):
    """Six weeks of parcels: the curve saw some of those as old arrive, and nothing of what comes after day 45."""
    seeding.load_reference(now=NOW)
    shop = make.store("spreadsheet", currency="CNY")
    fill(spread(lognormal(300, lost=0.0), over=45), store=shop)
    make_rate(make.service(), "DE")
    box = make.parcel(shop, shipped=NOW - 24 * DAY, weight_g=400, order=make.order(shop, currency="CNY"))
    lanes.refresh_lanes(now=NOW)
    comes = lane_selectors.still_arrives_for(box.order, NOW)
    assert comes and not comes.exact and 0 < comes.share < 0.95
    monkeypatch.setattr(costs, "figures", lambda store, now: replace(HOUSE, arrives=Decimal("0.99")))
    found = costs.compared(box.order, NOW)
    assert found.costs.chance == Decimal("0.99") and found.told is None  # the lane knows no better than "at least"
    monkeypatch.setattr(costs, "figures", lambda store, now: replace(HOUSE, arrives=Decimal("0.01")))
    found = costs.compared(box.order, NOW)
    assert float(found.costs.chance) == pytest.approx(comes.share, abs=1e-4) and found.at_least
    panel = browser().get(f"/lists/parcels/{box.pk}/panels/remedy/").content.decode()
    assert "at least so much, by the" in panel
