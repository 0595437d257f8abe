"""The stage of the demonstration: who sends, what is missing for customs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django_scopes import scopes_disabled

from demo.services import shop, standing
from inventory.models import Warehouse
from inventory.services import warehouses
from logistics.documents.glyphs import missing_glyphs
from logistics.models import Incident, LaneDay, TransitReview
from logistics.services.seeding import load_reference
from products.models import Sku
from tests.factories import dispatch as make
from tests.factories import parcels

NOW = make.NOW


@pytest.mark.django_db
def test_the_demonstration_says_who_sends_and_lacks_as_much_as_a_real_shop(settings: Any, tmp_path: Any) -> None:
    with scopes_disabled():
        load_reference(now=NOW)
        shop.set_stage(now=NOW)
        house = Warehouse.objects.get(is_default=True)
        assert (
            house.address
            and house.phone
            and house.sender_name
            and not missing_glyphs([house.address, house.sender_name])
        )
        warehouses.change_warehouse(warehouse=house, actor=shop.DEMO, now=NOW, address="1 Own Road")
        shop.set_stage(now=NOW)
        house.refresh_from_db()
        assert house.address == "1 Own Road", "what a person wrote stays"
        skus = Sku.objects.filter(code__in=[row["code"] for row in shop.articles()])
        gaps = skus.filter(origin="").count()
        assert 0 < gaps < skus.count() / 10, "some articles lack something for customs, not all"
        # the desk can still sign them: a missing origin is looked at, it does not stop the parcel
        order = make.ready_order(lines=[(skus.filter(origin="").first(), 1)])
        assert make.released(order).state == "released"


def test_what_stands_at_the_end_of_the_demonstration(db: None) -> None:
    """Lanes are reckoned, the review is taken, one lane is disturbed and one was; the dispatch goes on. Twice is once."""
    with scopes_disabled():
        shop.set_stage(now=NOW)
        store = parcels.store()
        for number, country in enumerate(("BR", "BR", "BR", "RU", "RU", "DE")):
            parcels.parcel(store, country=country, shipped=NOW - timedelta(days=30 + number))
        for _again in range(2):
            standing.disturb(now=NOW)
            standing.reckon(now=NOW)
        rows = list(Incident.objects.order_by("pk").values_list("countries", "state", "stops_new"))
        assert rows == [("BR", "open", False), ("RU", "ended", False)]
        assert TransitReview.objects.filter(store=store).count() == 1 and LaneDay.objects.exists()
