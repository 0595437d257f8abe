"""Pages of the roof: the index of all settings, by URL name, in one screen."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core.pages import Page
from erp.menu import MENU, address
from erp.modules import MODULES

#: Section -> entries (URL name, icon, label, what it is for, permission). Pages that do not exist are left out.
SECTIONS: tuple[tuple[Any, tuple[tuple[str, str, Any, Any, str], ...]], ...] = (
    (
        _("You"),
        (
            (
                "accounts:profile",
                "user-circle",
                _("Your settings"),
                _("Language, time zone, density, order of the day"),
                "",
            ),
            ("mfa_index", "shield-lock", _("Second factor"), _("A code from your phone, or a security key"), ""),
            ("account_change_password", "password-user", _("Password"), _("Change it; other sessions end"), ""),
            ("usersessions_list", "history", _("Sessions"), _("Where you are signed in"), ""),
        ),
    ),
    (
        _("Shop"),
        (
            (
                "modules",
                "layout-list",
                _("All modules"),
                _("Products, sales, supply, orders, finance, operations, stock: every page by name"),
                "",
            ),
            (
                "accounts:stores",
                "building-store",
                _("Stores"),
                _("Accounts on the channels, currency, time zone, signers"),
                "accounts.change_store",
            ),
            (
                "stores:connections",
                "plug-connected",
                _("Connections"),
                _("How each store is reached, and whether it works"),
                "stores.change_connection",
            ),
            (
                "stores:calls",
                "send",
                _("Outgoing calls"),
                _("What was told to the channels, what failed"),
                "stores.view_outbox",
            ),
            (
                "stores:inbound",
                "inbox",
                _("Unreadable records"),
                _("What came in and could not be read"),
                "stores.view_outbox",
            ),
            ("accounts:people", "users", _("People"), _("Logins, roles, stores"), "accounts.change_people"),
            ("accounts:tokens", "key", _("Tokens"), _("Keys of other programs"), "accounts.change_token"),
        ),
    ),
    (
        _("Rules"),
        (
            (
                "accounts:policies",
                "adjustments",
                _("House rules"),
                _("Every number of the house, with the day from which it counts"),
                "core.change_policy",
            ),
            (
                "accounts:calendar",
                "calendar",
                _("Working calendar"),
                _("Holidays and make-up days"),
                "core.change_policy",
            ),
            (
                "stores:deadlines",
                "hourglass",
                _("Deadlines"),
                _("Clocks of the channels, of laws and of the shop"),
                "core.change_policy",
            ),
            (
                "disputes:causes",
                "tag",
                _("Root causes"),
                _("What lies at the root of cases and bad ratings"),
                "core.change_policy",
            ),
            ("orders:rules", "sitemap", _("Order rules"), _("Sort orders as they come in"), "orders.change_automation"),
            (
                "logistics:approval-rules",
                "signature",
                _("Approval rules"),
                _("Which notes need no person's signature"),
                "orders.change_automation",
            ),
            (
                "conversations:templates",
                "template",
                _("Templates"),
                _("Texts to buyers in their languages"),
                "conversations.change_template",
            ),
            (
                "conversations:reminders",
                "refresh",
                _("Reminders"),
                _("How an unanswered question is asked again"),
                "core.change_policy",
            ),
        ),
    ),
    (
        _("Dispatch"),
        (
            (
                "logistics:services",
                "ship",
                _("Services"),
                _("Carrier services with their limits and pick-up times"),
                "logistics.view_service",
            ),
            (
                "logistics:carrier-accounts",
                "truck",
                _("Carrier accounts"),
                _("Carriers that give numbers and labels by program"),
                "logistics.change_service",
            ),
            (
                "logistics:rate-tables",
                "report-money",
                _("Rate tables"),
                _("Price lists of the carriers, from files or by hand, dated"),
                "logistics.view_service",
            ),
            (
                "logistics:prices",
                "report-money",
                _("Prices of a parcel"),
                _("What every service would cost, line by line"),
                "logistics.view_service",
            ),
            (
                "logistics:arrivals",
                "clock",
                _("Arrival times"),
                _("Table of country by service for your listings"),
                "logistics.view_service",
            ),
            (
                "logistics:terms",
                "ruler-2",
                _("Weights and limits"),
                _("Volumetric rules, steps, sizes, goods a service takes"),
                "logistics.view_service",
            ),
            (
                "logistics:places",
                "map-pin",
                _("Zones and destinations"),
                _("Zones of services and limits of single countries"),
                "logistics.view_service",
            ),
            (
                "logistics:surcharges",
                "report-money",
                _("Fuel, discounts, surcharges"),
                _("Percentages of the month, contract discounts, remote areas"),
                "logistics.view_service",
            ),
            (
                "logistics:choosing-rules",
                "sitemap",
                _("Choosing rules"),
                _("Which service an order takes when the buyer paid for none we know"),
                "logistics.view_service",
            ),
            (
                "logistics:sources",
                "map-pin",
                _("Tracking sources"),
                _("17TRACK: key, quota, health, numbers it does not take"),
                "stores.view_outbox",
            ),
            (
                "logistics:promises",
                "clock",
                _("Delivery promises"),
                _("Days promised and days of the checks"),
                "logistics.change_service",
            ),
            (
                "logistics:decisions",
                "list-check",
                _("Follow-up decisions"),
                _("What is done when a parcel is late"),
                "logistics.change_service",
            ),
            (
                "logistics:country-rules",
                "world",
                _("Customs rules of countries"),
                _("Limits, tax at the sale, identities, dated"),
                "logistics.view_service",
            ),
            (
                "logistics:goods-classes",
                "tags",
                _("Classes of goods"),
                _("What travels under conditions or not at all"),
                "logistics.view_service",
            ),
            (
                "logistics:stop-words",
                "ban",
                _("Stop words"),
                _("Descriptions that say nothing to customs"),
                "logistics.view_service",
            ),
            (
                "logistics:national-codes",
                "barcode",
                _("National tariff codes"),
                _("Longer codes that a country wants"),
                "logistics.view_service",
            ),
            (
                "logistics:nature-codes",
                "file-text",
                _("Natures of transaction"),
                _("How electronic customs data names what is in a parcel"),
                "logistics.view_service",
            ),
            (
                "logistics:tax-numbers",
                "key",
                _("Tax numbers"),
                _("IOSS, UK VAT, VOEC, EORI"),
                "logistics.view_service",
            ),
            (
                "logistics:brands",
                "tag",
                _("Brands"),
                _("Which brands we may sell"),
                "logistics.view_service",
            ),
            (
                "logistics:rule-packs",
                "file-import",
                _("Rule packs"),
                _("New customs rules and the orders they touch"),
                "logistics.view_service",
            ),
            (
                "inventory:warehouses",
                "building-warehouse",
                _("Warehouses"),
                _("Places goods are sent from, with their bins"),
                "inventory.view_stock",
            ),
        ),
    ),
    (
        _("Files and programs"),
        (
            (
                "orders:profiles",
                "file-import",
                _("Import profiles"),
                _("How your files are read"),
                "orders.import_order",
            ),
            (
                "core:jobs",
                "progress-check",
                _("Long work"),
                _("Imports, exports, prints: progress and results"),
                "core.view_job",
            ),
            (
                "reports:log",
                "history",
                _("Operations log"),
                _("Every change with who made it"),
                "core.view_audit",
            ),
            ("api:docs", "webhook", _("REST API"), _("What other programs can do"), ""),
        ),
    ),
)


class SettingsIndex(Page):
    """Every settings page this person may open."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The index."""
        sections = []
        for title, entries in SECTIONS:
            lines = [
                {"url": address(name), "icon": icon, "label": label, "text": text}
                for name, icon, label, text, permission in entries
                if address(name) and (not permission or self.actor.has_perm(permission))
            ]
            if lines:
                sections.append({"title": title, "items": lines})
        return self.render("core/settings.html", {"title": _("Settings"), "sections": sections})


class ModulesPage(Page):
    """The house by the names an owner uses (OPS-02): each module with its pages and its part of the operations log."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """What this person may open, by module."""
        sections = []
        for module, entries in MODULES.items():
            items = [
                {"url": address(name), "icon": icon, "label": label, "text": text}
                for name, icon, label, text, permission in entries
                if address(name) and self.actor.has_perm(permission)
            ]
            if self.actor.has_perm("core.view_audit"):
                log = f"{address('reports:log')}?view={module.value}"
                items.append(
                    {
                        "url": log,
                        "icon": "history",
                        "label": _("Operations log"),
                        "text": _("What was done here, by whom"),
                    }
                )
            if items:
                sections.append({"title": module.label, "items": items})
        return self.render("core/settings.html", {"title": _("All modules"), "sections": sections})


class HomePage(Page):
    """Where a day begins: a manager reads the reports, a dispatch clerk has the board, everybody else a list that empties."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Nobody is asked to sign in here: the page behind does that."""
        begins: dict[str, str] = {Role.MANAGER: "reports:page", Role.WAREHOUSE: "logistics:board"}
        return HttpResponseRedirect(address(begins.get(getattr(request.user, "role", ""), "worklist:today")))


#: What people do most, for the command palette: URL name, words, permission.
ACTS = (
    ("orders:new", _("New order by hand"), "orders.create_order"), ("orders:import", _("Import orders"), "orders.import_order"),
    ("inventory:receive", _("Receive goods"), "inventory.receive_stock"),
    ("logistics:station", _("Pack parcels"), "logistics.pack_parcel"),
    ("logistics:hand-over", _("Hand parcels over"), "logistics.hand_over_parcel"),
    ("logistics:batches", _("Print what waits"), "logistics.print_note"),
    ("conversations:by-hand", _("Copy messages into the channel"), "conversations.view_message"),
    ("conversations:tellings", _("Tellings: one matter told to many buyers"), "conversations.view_message"),
    ("worklist:list", _("All duties"), "worklist.view_duty"),
)  # fmt: skip


class Places(Page):
    """JSON for the command palette: every page and the common acts this person may open."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """``{places: [{label, group, url}]}``."""
        rows: list[tuple[str, Any, Any, str]] = [(name, label, _("Do"), right) for name, label, right in ACTS]
        for item in MENU:
            rows += [(name, label, item.label, right) for name, label, right in item.children]
        for section, entries in SECTIONS:
            rows += [(name, label, section, right) for name, _icon, label, _what, right in entries]
        may = [
            {"label": str(label), "group": str(group), "url": address(name)}
            for name, label, group, right in rows
            if address(name) and (not right or self.actor.has_perm(right))
        ]
        return JsonResponse({"places": list({place["url"]: place for place in may}.values())})
