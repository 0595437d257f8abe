"""Two people who edit the same record: the second is told what the first changed, whichever form it is."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django_scopes import scopes_disabled

from core.formpage import FormPage
from inventory.models import Warehouse
from logistics.models import (
    ApprovalRule,
    ChoiceRule,
    CountryRule,
    DecisionRule,
    PromiseRule,
    RateRow,
    RateTable,
    Service,
    ServiceDestination,
    ServiceTerms,
)
from logistics.services import seeding
from orders.models import ImportProfile, OrderRule
from stores.models import Deadline
from stores.services import seeding as clocks
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store
from tests.factories.doors import browser

pytestmark = pytest.mark.django_db
NOW = make.NOW
TOLD = "Somebody else changed this"


class Fields(HTMLParser):
    """What the main form of a page would send."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self.area = self.select = ""
        self.chosen = self.inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Inputs, options that are chosen."""
        at = dict(attrs)
        name = at.get("name") or ""
        if tag == "main":
            self.inside = True
        if not self.inside:
            return
        if tag == "input" and name and at.get("type") not in ("file", "submit"):
            if at.get("type") not in ("checkbox", "radio") or "checked" in at:
                self.data.setdefault(name, []).append(at.get("value") or ("on" if at.get("type") == "checkbox" else ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in at:
            self.data.setdefault(self.select, []).append(at.get("value") or "")
        elif tag == "textarea":
            self.area = name
            self.data.setdefault(name, []).append("")

    def handle_data(self, data: str) -> None:
        """The text of a text area."""
        if self.area:
            self.data[self.area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        """The end of a text area."""
        if tag == "textarea":
            self.area = ""


def errors_of(page: Any) -> list[str]:
    """What stands at the fields."""
    return re.findall(r'role="alert".*?</div>', page.content.decode(), re.S)


def opened(client: Client, address: str) -> dict[str, Any]:
    """The form as somebody opened it."""
    page = client.get(address)
    assert page.status_code == 200, address
    found = Fields()
    found.feed(page.content.decode())
    return found.data


def _things() -> dict[str, tuple[str, Any, str, str, str]]:
    """Page -> (name of the address, record, field, what the first and what the second write)."""
    seeding.load_reference(now=NOW)
    clocks.load_reference(now=NOW)
    store = make_store("mine")
    order = make.ready_order(store)
    table = RateTable.objects.order_by("pk").first()
    profile = ImportProfile.objects.create(name="Old", store=store, mapping={"sku": "Art"}, options={}, created_at=NOW)
    country = CountryRule.objects.filter(country="DE").latest("valid_from")
    place = ServiceDestination.objects.get(service__code="EMS", country="JP")
    return {
        "service": ("logistics:service", Service.objects.get(code="EMS"), "name_en", "Mail A", "Mail B"),
        "terms": ("logistics:terms-edit", ServiceTerms.objects.filter(service__code="EMS").latest("valid_from"), "divisor", "7000", "9000"),
        "place": ("logistics:place", place, "zone", "7", "8"),
        "choice": ("logistics:choosing-rule", ChoiceRule.objects.get(), "position", "7", "8"),
        "approval": ("logistics:approval-rule", ApprovalRule.objects.get(), "position", "7", "8"),
        "table": ("logistics:rate-table-edit", table, "level", "gold", "silver"),
        "country": ("logistics:country-rule", country, "hs_digits", "8", "10"),
        "promise": ("logistics:promise", PromiseRule.objects.get(rule_id="DP-050"), "promise_days", "40", "35"),
        "decision": ("logistics:decision", DecisionRule.objects.get(rule_id="NR-08"), "next_check_days", "5", "6"),
        "article": ("products:edit", order.lines.get().item.matches.get().sku, "hs_code", "961590", "420292"),
        "warehouse": ("inventory:warehouse", Warehouse.objects.first(), "sender_name", "Ann", "Bob"),
        "person": ("accounts:person", make_person("service"), "display_name", "Ann", "Bob"),
        "store": ("accounts:store", store, "name", "Shop A", "Shop B"),
        "clock": ("stores:deadline", Deadline.objects.order_by("pk").first(), "value", "17", "19"),
        "address": ("orders:address-edit", order, "city", "Ulm", "Bonn"),
        "profile": ("orders:profile", profile, "name", "Shop A", "Shop B"),
        "policy": ("accounts:policy", "orders.fresh_days", "value", "15", "16"),
        "order rule": ("orders:rule", OrderRule.objects.create(name="Flag it", position=5, set_flag="red"), "name", "Rule A", "Rule B"),
    }  # fmt: skip


def test_the_second_is_told_and_nothing_is_overwritten() -> None:
    """For each kind of record: both open it, one saves, the other is refused with the new value and may then save over it."""
    with scopes_disabled():
        things = _things()
        first, second = browser("manager"), browser("manager")
        admin = browser("administrator"), browser("administrator")
        for what, (name, record, field, one, two) in things.items():
            address = reverse(name, args=[getattr(record, "pk", record)])
            ann, bob = admin if what in ("person", "store") else (first, second)
            a, b = opened(ann, address), opened(bob, address)
            assert "_version" in b, f"{what}: the form carries no stamp"
            saved = ann.post(address, {**a, field: one})
            assert saved.status_code == 302, (what, errors_of(saved))
            refused = bob.post(address, {**b, field: two})
            told = refused.content.decode()
            assert refused.status_code == 422 and TOLD in told, (what, errors_of(refused))
            assert re.search(f"It says now: [^<]*{one}", told), f"{what}: what the other changed is not said"
            again = Fields()
            again.feed(told)
            assert again.data[field] == [two], f"{what}: what was typed is lost"
            assert bob.post(address, again.data).status_code == 302, f"{what}: after comparing one may save"


def test_prices_of_a_list_are_not_overwritten() -> None:
    """The grid of prices: many rows in one form."""
    with scopes_disabled():
        seeding.load_reference(now=NOW)
        row = RateRow.objects.order_by("pk").first()
        assert row is not None
        address, field = reverse("logistics:rate-grid", args=[row.table_id]), f"r{row.pk}-item_fee"
        ann, bob = browser("manager"), browser("manager")
        a, b = opened(ann, address), opened(bob, address)
        assert ann.post(address, {**a, field: "77"}).status_code == 302
        refused = bob.post(address, {**b, field: "88"})
        assert refused.status_code == 422 and "77" in refused.content.decode()
        row.refresh_from_db()
        assert row.item_fee == 77
        again = Fields()
        again.feed(refused.content.decode())
        assert bob.post(address, again.data).status_code == 302
        row.refresh_from_db()
        assert row.item_fee == 88


def test_a_version_of_another_day_is_the_same_rule() -> None:
    """A dated rule: the first made a version of today, the second still had the older one open."""
    with scopes_disabled():
        seeding.load_reference(now=NOW)
        rule = CountryRule.objects.filter(country="FR").latest("valid_from")
        address = reverse("logistics:country-rule", args=[rule.pk])
        ann, bob = browser("manager"), browser("manager")
        a, b = opened(ann, address), opened(bob, address)
        day = str(date(2026, 12, 24))
        assert ann.post(address, {**a, "tax_percent": "21", "valid_from": day}).status_code == 302
        refused = bob.post(address, {**b, "tax_percent": "22", "valid_from": day})
        assert refused.status_code == 422 and TOLD in refused.content.decode(), errors_of(refused)
        later = opened(bob, address)
        after = bob.post(address, {**later, "duty_free_max": "9", "valid_from": day})
        assert after.status_code == 302, ("opened after it: no conflict", errors_of(after))


#: Pages over a record whose form starts with something, and that overwrite nothing of it: they ask, answer or add.
ASKS = {
    "NoteEdit", "NoteAsk", "NoteReserve", "NoteChoose", "VersionPage", "DeclarePage", "AddressEditPage", "CausePage", "TemplatePage",
    "AnswerPage", "ReplyPage", "DraftPage", "TellingRowPage", "ConnectionPage", "Act",
}  # fmt: skip


def _pages(patterns: Any) -> Any:
    for one in patterns:
        if hasattr(one, "url_patterns"):
            yield from _pages(one.url_patterns)
        elif isinstance(view := getattr(one.callback, "view_class", None), type) and issubclass(view, FormPage):
            yield view, str(one.pattern)


def test_every_page_that_edits_a_record_says_so() -> None:
    """Whoever adds a form over a record decides: it edits (and is stamped), or it stands in the list above."""
    unsaid = {
        view.__name__
        for view, pattern in _pages(get_resolver().url_patterns)
        if "<" in pattern and not view.edits and view.initial is not FormPage.initial and view.__name__ not in ASKS
    }
    assert unsaid == set()
