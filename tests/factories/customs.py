"""Rows of the lists of customs."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Store
from logistics.models import (
    Brand,
    CountryRule,
    DispatchNote,
    GoodsClassRule,
    NationalCode,
    NatureCode,
    RulePack,
    StopWordRule,
    TaxNumber,
    ValueDifference,
)
from logistics.selectors import signing
from tests.factories import dispatch as make
from tests.factories.accounts import make_store
from tests.house.rows import Rows

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
_count = itertools.count(1)


def _gaps(store: Any, count: int, person: Any) -> None:
    for i in range(count):
        facts: dict[str, Any] = [
            {"customs_text": ""},
            {"hs_code": ""},
            {"weight_g": None},
            {"origin": "", "hs_code": "7117"},
        ][i % 4]
        make.make_note(make.ready_order(store, lines=[(make.article(**facts), 1)], country="US" if i % 2 else "FR"))


def _differences(store: Any, count: int, person: Any) -> None:
    for i in range(count):
        note = make.make_note(make.ready_order(store))
        line = note.lines.get()
        waits = i % 3 == 0
        ValueDifference.objects.create(
            note=note, order_line_id=line.order_line_id, sku_id=line.sku_id, paid=line.paid, before=line.value,
            value=line.value + (-1 if waits else 1), reason="price_correction" if waits else "real_value", text="told" if i % 2 else "",
            document="refund 7" if waits else "", state="waiting" if waits else "applied", entered_label="Somebody", entered_at=NOW,
            agreed_label="" if waits else "Other", agreed_at=None if waits else NOW,
        )  # fmt: skip


def _countries(store: Any, count: int, person: Any) -> None:
    for i in range(count - CountryRule.objects.count()):
        CountryRule.objects.create(
            country=["DE", "FR", "BR"][i % 3], valid_from=date(2001, 1, 1) + timedelta(days=next(_count)), group=["EU", "EU", "LATAM"][i % 3],
            currency="EUR" if i % 3 else "USD", duty_free_max=None if i % 2 else Decimal(i), review_above=Decimal(150) if i % 2 else None,
            review_currency="EUR" if i % 2 else "", bands=[{"to_g": 500, "low": "5", "high": "5"}] if i % 2 else [],
            band_currency="EUR" if i % 2 else "", rule_en="A rule", rule_zh="规则" if i % 2 else "",
        )  # fmt: skip


def _classes(store: Any, count: int, person: Any) -> None:
    for i in range(count - GoodsClassRule.objects.count()):
        GoodsClassRule.objects.create(
            code=f"class-{next(_count)}", valid_from=date(2020, 1, 1), meaning_en="wood", meaning_zh="木" if i % 2 else "",
            prefixes=["44"] if i % 2 else [], action=["block", "country_check"][i % 2], active=i % 3 != 0,
        )  # fmt: skip


def _words(store: Any, count: int, person: Any) -> None:
    for i in range(count - StopWordRule.objects.count()):
        StopWordRule.objects.create(
            term=f"word {next(_count)}", whole=i % 2 == 0, level=["block", "review"][i % 2], valid_from=date(2020, 1, 1),
            active=i % 3 != 0,
        )  # fmt: skip


def _codes(store: Any, count: int, person: Any) -> None:
    for i in range(count - NationalCode.objects.count()):
        NationalCode.objects.create(
            country=["US", "CA"][i % 2], hs6=f"{711700 + i % 9}", code=f"{711700 + i % 9}0000",
            valid_from=date(2001, 1, 1) + timedelta(days=next(_count)),
        )  # fmt: skip


def _natures(store: Any, count: int, person: Any) -> None:
    for i in range(count - NatureCode.objects.count()):
        NatureCode.objects.create(
            content_type=["sale_of_goods", "gift", "other"][i % 3], code=f"{10 + i}", meaning="sale" if i % 2 else "",
            valid_from=date(2001, 1, 1) + timedelta(days=next(_count)),
        )  # fmt: skip


def _numbers(store: Any, count: int, person: Any) -> None:
    for i in range(count - TaxNumber.objects.count()):
        TaxNumber.objects.create(
            scheme=["IOSS", "EORI", "VOEC"][i % 3], number=f"IM{next(_count):08}", store=None,
            valid_from=date(2001, 1, 1) + timedelta(days=next(_count)),
            valid_to=date(2050, 1, 1) if i % 2 else None,
        )  # fmt: skip


def _brands(store: Any, count: int, person: Any) -> None:
    for i in range(count - Brand.objects.count()):
        Brand.objects.create(name=f"Brand {next(_count)}", words=[f"brand{i}"], document="paper" if i % 2 else "")


def _packs(store: Any, count: int, person: Any) -> None:
    for i in range(count - RulePack.objects.count()):
        RulePack.objects.create(
            name=f"pack {next(_count)}", valid_from=date(2026, 1, 1 + i % 28), countries=["DE"] if i % 2 else [],
            loaded_label="Somebody", loaded_at=NOW,
        )  # fmt: skip


LISTING_ROWS = {
    "customs-gaps": Rows(_gaps), "value-differences": Rows(_differences), "country-rules": Rows(_countries, owned=False),
    "goods-classes": Rows(_classes, owned=False), "stop-words": Rows(_words, owned=False), "national-codes": Rows(_codes, owned=False),
    "nature-codes": Rows(_natures, owned=False),
    "tax-numbers": Rows(_numbers, owned=False), "brands": Rows(_brands, owned=False), "rule-packs": Rows(_packs, owned=False),
}  # fmt: skip


def codes(note: DispatchNote, now: datetime = NOW) -> dict[str, str]:
    """What customs says of the note at that moment: code and level."""
    return {
        f.code: f.level
        for f in signing.cases(
            [DispatchNote.objects.select_related("order", "store", "service", "warehouse").get(pk=note.pk)], now
        )[note.pk].findings
    }


def own_shop(**facts: Any) -> Store:
    """An independent store: no platform collects tax or identities."""
    return make_store(kind="woocommerce", **facts)
