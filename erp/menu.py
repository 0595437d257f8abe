"""The whole menu in one screen, and what every page's frame needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, pgettext_lazy

from accounts.selectors import store_names
from core import counts
from core.models import SystemMark


@dataclass(frozen=True)
class Item:
    """A line of the rail: address by URL name, the permission it needs, the paths it stands for."""

    key: str
    url: str
    label: Any
    icon: str
    permission: str
    paths: tuple[str, ...]
    letter: str = ""
    rule: bool = False
    bottom: bool = False
    children: tuple[tuple[str, Any, str], ...] = ()


MENU = (
    Item("today", "worklist:today", pgettext_lazy("menu", "Today"), "list-check", "worklist.view_duty", ("/today/",), "t"),
    Item("orders", "orders:list", pgettext_lazy("menu", "Orders"), "receipt", "orders.view_order", ("/orders/",), "o"),
    Item(
        "dispatch", "logistics:board", pgettext_lazy("menu", "Dispatch"), "package-export", "logistics.view_note", ("/dispatch/",), "d",
        children=(
            ("logistics:board", pgettext_lazy("menu", "Board"), "logistics.view_note"),
            ("logistics:notes", pgettext_lazy("menu", "Notes"), "logistics.view_note"),
            ("logistics:batches", pgettext_lazy("menu", "Print queue"), "logistics.print_note"),
            ("logistics:station", pgettext_lazy("menu", "Packing"), "logistics.pack_parcel"),
            ("logistics:waves", pgettext_lazy("menu", "Waves"), "logistics.pack_parcel"),
            ("logistics:hand-over", pgettext_lazy("menu", "Hand over"), "logistics.hand_over_parcel"),
            ("logistics:manifests", pgettext_lazy("menu", "Hand-over lists"), "logistics.view_note"),
            ("logistics:numbers", pgettext_lazy("menu", "Waybill numbers"), "logistics.number_parcel"),
            ("logistics:customs-gaps", pgettext_lazy("menu", "Customs gaps"), "logistics.view_note"),
            ("logistics:customs-data", pgettext_lazy("menu", "Customs data"), "logistics.number_parcel"),
        ),
    ),
    Item(
        "parcels", "logistics:parcels", pgettext_lazy("menu", "Parcels"), "package", "logistics.view_parcel", ("/parcels/",), "p",
        children=(
            ("logistics:parcels", pgettext_lazy("menu", "Parcels"), "logistics.view_parcel"),
            ("logistics:lanes", pgettext_lazy("menu", "Lanes"), "logistics.view_lane"),
            ("logistics:incidents", pgettext_lazy("menu", "Incidents"), "logistics.view_lane"),
            ("logistics:reviews", pgettext_lazy("menu", "Weekly review"), "logistics.track_parcel"),
        ),
    ),
    Item(
        "messages", "conversations:inbox", pgettext_lazy("menu", "Messages"), "message", "conversations.view_message",
        ("/messages/",), "m",
    ),
    Item(
        "cases", "disputes:cases", pgettext_lazy("menu", "Cases"), "scale", "disputes.view_case", ("/cases/", "/remedies/"), "u",
        children=(
            ("disputes:cases", pgettext_lazy("menu", "Cases"), "disputes.view_case"),
            ("disputes:remedies", pgettext_lazy("menu", "Remedies"), "disputes.view_case"),
        ),
    ),
    Item("feedback", "disputes:feedback", pgettext_lazy("menu", "Feedback"), "star", "disputes.view_feedback", ("/feedback/",), "f"),
    Item(
        "products", "products:list", pgettext_lazy("menu", "Products"), "tag", "products.view_sku", ("/products/",), "a", rule=True,
        children=(
            ("products:list", pgettext_lazy("menu", "Articles"), "products.view_sku"),
            ("products:to-match", pgettext_lazy("menu", "To match"), "products.match_sku"),
        ),
    ),
    Item(
        "stock", "inventory:list", pgettext_lazy("menu", "Stock"), "building-warehouse", "inventory.view_stock", ("/stock/",), "s",
    ),
    Item("customers", "customers:list", pgettext_lazy("menu", "Customers"), "users", "customers.view_buyer", ("/customers/",), "c"),
    Item(
        "reports", "reports:page", pgettext_lazy("menu", "Reports"), "chart-bar", "reports.view_report", ("/reports/",), "r",
        children=(
            ("reports:page", pgettext_lazy("menu", "Overview"), "reports.view_report"),
            ("reports:daily", pgettext_lazy("menu", "By day"), "reports.view_report"),
            ("reports:log", pgettext_lazy("menu", "Operations log"), "core.view_audit"),
        ),
    ),
    Item("jobs", "core:jobs", pgettext_lazy("menu", "Long work"), "progress-check", "core.view_job", ("/jobs/",), "j", rule=True),
    Item("settings", "settings", pgettext_lazy("menu", "Settings"), "settings", "worklist.view_duty", ("/settings/",), "e", bottom=True),
)  # fmt: skip


@lru_cache(maxsize=256)
def address(name: str) -> str:
    """The address behind a URL name; empty when the page does not exist in this installation."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def context(request: HttpRequest) -> dict[str, Any]:
    """The ``shell`` of templates/base.html for a signed-in person."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    if getattr(request, "htmx", False) and not getattr(request.htmx, "boosted", False):
        return {}  # parts of pages have no frame
    language = get_language() or ""
    figures = counts.counts_for(request.actor)  # type: ignore[attr-defined]
    return {"shell": shell_of(
        language, user.permissions, (user.label, user.get_role_display(), user.theme, user.density), place(request.path),
        tuple(figures.items()), tuple(map(tuple, store_names(user.actor))), user.current_store_id, is_demo(),
    )}  # fmt: skip


def place(path: str) -> tuple[str, str]:
    """The menu item a page belongs to, and the address when it stands in the menu itself."""
    for item in MENU:
        if path.startswith(item.paths):
            return item.key, path if any(address(name) == path for name, _label, _permission in item.children) else ""
    return "", ""


@lru_cache(maxsize=256)
def shell_of(
    language: str, permissions: frozenset[str], person: tuple[str, str, str, str], where: tuple[str, str],
    figures: tuple[tuple[str, tuple[int, bool]], ...], stores: tuple[tuple[int, str, str], ...], store: int | None, demo: bool,
) -> dict[str, Any]:  # fmt: skip
    """What the frame shows, made once for equal pages; ``key`` stands for all of it (core.kept)."""
    label, role, theme, density = person
    chosen = next((row for row in stores if row[0] == store), None)
    found = dict(figures)
    return {
        "key": (permissions, person, where, figures, stores, store, demo),
        "menu": [
            _line(item, where, found, permissions)
            for item in MENU
            if item.permission in permissions and address(item.url)
        ],
        "user": {"name": label, "initial": label[:1].upper(), "role": role},
        "stores": [
            {"code": code, "name": name, "active": chosen is not None and chosen[0] == pk} for pk, code, name in stores
        ],
        "store": {"code": chosen[1], "name": chosen[2]} if chosen else None,
        "language": language,
        "languages": [("zh-hans", "中文"), ("en", "English")],
        "theme": theme,
        "density": density,
        "urls": {
            "home": address("worklist:today") or "/",
            "search": address("core:search"),
            "typing": address("core:search-typing"),
            "table": address("logistics:station") if "logistics.pack_parcel" in permissions else "",
            "table_scan": address("logistics:station-scan"),
            "counter": address("logistics:hand-over") if "logistics.hand_over_parcel" in permissions else "",
            "places": address("places"),
            "preferences": address("accounts:preferences"),
            "profile": address("accounts:profile"),
            "second_factor": address("mfa_index"),
            "password": address("account_change_password"),
            "sign_out": address("account_logout"),
        },
        "recent": [],
        "demo": demo,
    }


def _line(
    item: Item, where: tuple[str, str], figures: dict[str, tuple[int, bool]], permissions: frozenset[str]
) -> dict[str, Any]:
    count, hot = figures.get(item.key, (0, False))
    active = where[0] == item.key
    children = []
    if active:
        for name, label, permission in item.children:
            target = address(name)
            if target and permission in permissions:
                children.append({"url": target, "label": str(label), "count": "", "active": where[1] == target})
    return {
        "key": item.key, "url": address(item.url), "label": str(item.label), "icon": item.icon, "count": counts.text(count),
        "hot": hot and bool(count), "active": active, "rule": item.rule, "bottom": item.bottom, "letter": item.letter,
        "children": children,
    }  # fmt: skip


_demo: bool | None = None


def is_demo() -> bool:
    """Whether this is a demo database (remembered: a database does not change its kind)."""
    global _demo
    if _demo is None:
        _demo = SystemMark.objects.filter(name="demo").exists()
    return _demo
