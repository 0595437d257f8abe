"""The stage of the demonstration: who sends, what is missing for customs."""

from __future__ import annotations

from typing import Any

import pytest
from django_scopes import scopes_disabled

from demo.services import shop
from inventory.models import Warehouse
from inventory.services import warehouses
from logistics.documents.glyphs import missing_glyphs
from logistics.services.seeding import load_reference
from products.models import Sku
from tests.factories import dispatch as make

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
