"""What holds of customs for every parcel, every item number, every file."""

from __future__ import annotations

import csv
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.rules import customs, waybill
from logistics.rules.customs import BLOCK, INFO, REVIEW, files, landed
from logistics.selectors.customs.shipped import rows
from tests.factories.customs_rules import book, convert, line, parcel

TABLE = rows("customs_rules.csv")

# --- what holds always --------------------------------------------------------------------------------------------

amounts = st.decimals(min_value=0, max_value=5000, places=2)


@settings(max_examples=200, deadline=None)
@given(
    country=st.sampled_from([row["iso2"] for row in TABLE]), value=amounts, paid=amounts,
    description=st.text(max_size=40), hs=st.text("0123456789", max_size=12), content=st.sampled_from(["sale_of_goods", "gift"]),
)  # fmt: skip
def test_nothing_below_the_price_paid_passes(
    country: str, value: Decimal, paid: Decimal, description: str, hs: str, content: str
) -> None:
    made = parcel(country, line(value=value, paid=paid, description=description, hs_code=hs), content_type=content)
    found = customs.check(made, book(), convert=convert)
    codes = {f.code for f in found if f.level == BLOCK}
    assert ("DECL_BELOW_PAID" in codes or "DECL_ZERO" in codes) is (value < paid or value == 0)
    assert ("GIFT_FOR_SALE" in codes) is (content == "gift")
    assert [customs.BLOCK, customs.REVIEW, customs.INFO].index(found[0].level) == 0 if codes else True
    ranks = [[BLOCK, REVIEW, INFO].index(f.level) for f in found]
    assert ranks == sorted(ranks) and made.value == value


@settings(max_examples=200, deadline=None)
@given(st.decimals(min_value=1, max_value=400, places=2), st.integers(1, 6))
def test_the_flat_duty_counts_headings_not_pieces(value: Decimal, headings: int) -> None:
    lines = [line(position=i, hs_code=f"7117{i:02}", value=value / headings) for i in range(headings)]
    hint = landed.estimate(parcel("FR", *lines, *lines), book(), convert=convert)
    assert hint is not None
    assert hint.duty == (3 * headings if sum((x.value for x in [*lines, *lines]), Decimal(0)) <= 150 else None)


# --- item numbers and files ---------------------------------------------------------------------------------------


def test_item_numbers_to_the_digit() -> None:
    for row in rows("s10_vectors.csv"):
        assert waybill.s10_valid(row["number"], {"CN", "GB"}) is (row["valid"] == "yes"), row


def test_what_the_check_digit_does_not_catch() -> None:
    throw = random.Random(1)
    wrong = caught = 0
    for _ in range(2000):
        serial = f"{throw.randrange(10**8):08}"
        place, digit = throw.randrange(8), throw.randrange(1, 10)
        other = serial[:place] + str((int(serial[place]) + digit) % 10) + serial[place + 1 :]
        wrong += 1
        caught += waybill.check_digit(other) != waybill.check_digit(serial)
    assert 0.97 < caught / wrong < 1


@pytest.mark.parametrize(
    "change",
    [
        {"iso2": "DEU"},
        {"value_basis": "guess"},
        {"carrier_avoid": "DHL"},
        {"review_above": "-1"},
        {"std_tax_pct": "NaN"},
    ],
)
def test_a_faulty_row_names_its_column(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        files.country({**TABLE[10], **change})


def test_the_shipped_files_are_those_of_the_reference() -> None:
    """Every column of a row is read (a column nobody reads would be a rule nobody keeps)."""
    with (files_path("goods_classes.csv")).open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(book().classes) == 33
    assert len(book().stopwords) == 79


def files_path(name: str) -> Any:
    from django.conf import settings

    return settings.BASE_DIR / "logistics" / "data" / name
