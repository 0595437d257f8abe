"""Which service is proposed when the one of a note may not carry what the goods are worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from core.models import ExchangeRate
from logistics.models import DispatchNote, PromiseRule, Service
from logistics.rules.choosing import Candidate, Wanted, instead_of
from logistics.rules.quotes import Quote
from logistics.selectors import signing
from tests.factories import dispatch as make
from tests.factories.rates import make_rate

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture(autouse=True)
def no_scope() -> Any:
    with scopes_disabled():
        yield


def over_its_limit() -> tuple[DispatchNote, dict[str, Service]]:
    """A note to Brazil whose service may carry 5 US dollars, beside three services that may carry more."""
    for currency, rate in (("USD", "1.1"), ("CNY", "7.8")):
        ExchangeRate.objects.create(currency=currency, rate=Decimal(rate), day=date(2026, 11, 19), source="test")
    made = {
        "SLOW": make.make_service("SLOW", kind="postal_tracked", match_words=[], days_min=20, days_max=80),
        "QUICK": make.make_service("QUICK", kind="express", match_words=[], days_min=3, days_max=7),
        "DEAR": make.make_service("DEAR", kind="express", match_words=[], days_min=2, days_max=5),
        "OFF": make.make_service("OFF", kind="express", match_words=[], days_min=2, days_max=5, active=False),
    }
    for code, price in (("SLOW", 10), ("QUICK", 90), ("DEAR", 200), ("OFF", 1)):
        make_rate(made[code], "BR", item_fee=Decimal(price), per_kg=Decimal(0))
    PromiseRule.objects.create(
        rule_id="test-all", priority=0, service_match="*", destination_match="*", promise_days=30, first_check_days=7,
        second_check_days=20, lost_after_days=40, extend_when_days_left=3, valid_from=date(2026, 1, 1),
    )  # fmt: skip
    note = make.make_note(make.ready_order(country="BR"))
    Service.objects.filter(code="CP_REG").update(value_max=Decimal(5), value_max_currency="USD")
    return note, made


def proposed(note: DispatchNote) -> str:
    row = DispatchNote.objects.select_related("order", "store", "service", "warehouse").get(pk=note.pk)
    found = [f for f in signing.cases([row], NOW)[row.pk].findings if f.code == "VALUE_LIMIT_SERVICE"]
    assert len(found) == 1
    return found[0].fields["instead"]


def test_the_cheapest_that_keeps_the_promise_is_named_first_and_late_ones_last() -> None:
    note, _services = over_its_limit()
    assert proposed(note) == "QUICK, DEAR, SLOW"


def test_what_refuses_the_parcel_or_the_value_is_not_named() -> None:
    note, services = over_its_limit()
    Service.objects.filter(code="QUICK").update(value_max=Decimal(1), value_max_currency="USD")
    Service.objects.filter(code="DEAR").update(max_weight_g=10)
    assert proposed(note) == "SLOW"
    assert services["OFF"].active is False


def test_prices_are_read_once_for_any_number_of_notes_and_not_at_all_without_one() -> None:
    note, _services = over_its_limit()
    more = [make.make_note(make.ready_order(country="BR")) for _i in range(4)]
    rows = list(DispatchNote.objects.select_related("order", "store", "service", "warehouse").order_by("pk"))
    signing.cases(rows[:1], NOW)  # the small tables are remembered
    with CaptureQueriesContext(connection) as one:
        signing.cases(rows[:1], NOW)
    with CaptureQueriesContext(connection) as five:
        signing.cases(rows, NOW)
    assert len(five) == len(one)
    assert len(rows) == len(more) + 1
    Service.objects.filter(pk=note.service_id).update(value_max=None)
    fresh = list(DispatchNote.objects.select_related("order", "store", "service", "warehouse").order_by("pk"))
    with CaptureQueriesContext(connection) as none:
        signing.cases(fresh, NOW)
    assert len(none) < len(five)


def test_advised_against_and_unpriced_services() -> None:
    def offered(code: str, cost: int | None, **more: Any) -> Candidate:
        quote = Quote(code, more.pop("refusal", ""), days_max=more.pop("days", 5), warnings=more.pop("warnings", ()))
        return Candidate(quote, cost=None if cost is None else Decimal(cost), promise_days=30, **more)

    rows = [
        offered("OWN", 1), offered("AGAINST", 2, against="slow there"), offered("ASK", 3, warnings=("ask:liquid",)),
        offered("UNPRICED", None, refusal="no_rates"), offered("HEAVY", None, refusal="weight"), offered("GOOD", 9), offered("LATE", 4, days=60),
    ]  # fmt: skip
    assert instead_of("OWN", rows, Wanted(None, "BR")) == ["GOOD", "LATE", "UNPRICED"]
