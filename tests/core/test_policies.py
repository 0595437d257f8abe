"""House rules: a value that could stop the shop is refused where it is entered."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core import policies
from core.audit import SYSTEM
from core.errors import Invalid
from tests.core.conftest import NOW

pytestmark = pytest.mark.django_db


def put(key: str, text: str) -> Any:
    return policies.set_value(key=key, text=text, valid_from=date(2026, 1, 1), actor=SYSTEM, now=NOW).value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("logistics.complete_days", "99999999999999999999"), ("logistics.complete_days", "-5"), ("logistics.complete_days", "NaN"),
        ("logistics.complete_days", "1.5"), ("logistics.complete_days", "true"), ("orders.fresh_days", "999999999"),
        ("worklist.pauses_minutes", "[]"), ("worklist.pauses_minutes", '["x"]'), ("worklist.pauses_minutes", "[-1]"),
        ("worklist.pauses_minutes", "[" * 5000), ("worklist.urgency", "[]"), ("worklist.urgency", '[["3", 0]]'),
        ("worklist.urgency", "[[24]]"), ("worklist.urgency", '[[null, "many"]]'), ("worklist.tries", "0"),
        ("stores.calls_per_second", "0"), ("logistics.note_times", "{}"), ("core.workdays", "[]"), ("orders.unpaid_hours", "[NaN]"),
        ("worklist.house_currency", "x"), ("orders.pay_cutoff", "25:99"), ("orders.pay_cutoff", "noon"),
        ("logistics.late_chance", "abc"), ("logistics.late_chance", "NaN"), ("logistics.late_chance", "-1"),
        ("logistics.weigh", "yes"), ("conversations.agent_name", "a\x00b"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_computed_is_refused(key: str, text: str) -> None:
    with pytest.raises(Invalid):
        put(key, text)


@pytest.mark.parametrize(
    ("key", "text", "kept"),
    [
        ("logistics.complete_days", " 20 ", 20), ("logistics.weigh", "False", False), ("orders.pay_cutoff", "17:30", "17:30"),
        ("worklist.pauses_minutes", "[2, 4]", [2, 4]), ("core.workdays", "[0, 1, 2, 3, 4]", [0, 1, 2, 3, 4]),
        ("worklist.urgency", '[[12, "4"], [null, "1"]]', [[12, "4"], [None, "1"]]), ("worklist.house_currency", "USD", "USD"),
        ("logistics.late_chance", "0.5", "0.5"), ("conversations.agent_name", "Lin", "Lin"), ("conversations.agent_name", "", ""),
    ],
)  # fmt: skip
def test_a_value_of_the_kind_of_the_default_is_kept(key: str, text: str, kept: object) -> None:
    assert put(key, text) == kept


@pytest.mark.parametrize("key", sorted(policies.POLICIES))
def test_every_default_can_be_written_back(key: str) -> None:
    default = policies.POLICIES[key].default
    assert put(key, policies.show(default)) == default


def test_a_rule_with_known_values_takes_no_other(db: None) -> None:
    assert "logistics.print_language" in policies.POLICIES
    for wrong in ("klingon", "en-GB", "zh", ""):
        with pytest.raises(Invalid):
            put("logistics.print_language", wrong)
    assert put("logistics.print_language", "en") == "en"
