"""The pages of the house by module, in the words of shop owners: like the menu it names pages of every app."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.choices import Module

#: Module -> pages: URL name, icon, label, what it is for, permission. Pages that do not exist are left out.
MODULES: dict[Module, tuple[tuple[str, str, Any, Any, str], ...]] = {
    Module.PRODUCT: (
        ("products:list", "tag", pgettext_lazy("menu", "Articles"), _("What we stock and sell"), "products.view_sku"),
        ("products:to-match", "link", pgettext_lazy("menu", "To match"), _("Channel SKUs without an article"), "products.match_sku"),
        ("orders:import-products", "file-import", _("Import articles"), _("From a file"), "products.change_sku"),
    ),
    Module.SALES: (
        ("customers:list", "users", pgettext_lazy("menu", "Customers"), _("Buyers with their orders"), "customers.view_buyer"),
        ("conversations:inbox", "message", pgettext_lazy("menu", "Messages"), _("Who waits for an answer"), "conversations.view_message"),
        ("disputes:feedback", "star", pgettext_lazy("menu", "Feedback"), _("Ratings and their replies"), "disputes.view_feedback"),
        (
            "conversations:templates", "template", _("Templates"), _("Texts to buyers in their languages"),
            "conversations.change_template",
        ),
    ),
    Module.SUPPLY: (
        ("logistics:services", "ship", _("Services"), _("Carrier services with their limits and pick-up times"), "logistics.view_service"),
        ("logistics:rate-tables", "report-money", _("Rate tables"), _("Price lists of the carriers"), "logistics.view_service"),
        ("logistics:promises", "clock", _("Delivery promises"), _("Days promised and days of the checks"), "logistics.change_service"),
        ("logistics:numbers", "barcode", pgettext_lazy("menu", "Waybill numbers"), _("Numbers of the carriers"), "logistics.number_parcel"),
        ("inventory:receive", "packages", _("Receive goods"), _("Goods that arrive from suppliers"), "inventory.receive_stock"),
    ),
    Module.ORDERS: (
        ("orders:list", "receipt", pgettext_lazy("menu", "Orders"), _("Every order by where it stands"), "orders.view_order"),
        ("logistics:board", "package-export", pgettext_lazy("menu", "Dispatch"), _("Printing, packing, hand-over"), "logistics.view_note"),
        ("logistics:parcels", "package", pgettext_lazy("menu", "Parcels"), _("Followed until they arrive"), "logistics.view_parcel"),
        ("disputes:cases", "scale", pgettext_lazy("menu", "Cases"), _("Disputes, returns, exchanges"), "disputes.view_case"),
        ("orders:rules", "sitemap", _("Order rules"), _("Sort orders as they come in"), "orders.change_automation"),
    ),
    Module.FINANCE: (
        ("reports:page", "chart-bar", pgettext_lazy("menu", "Reports"), _("Revenue, refunds, every figure"), "reports.view_report"),
        ("reports:daily", "table-export", pgettext_lazy("menu", "By day"), _("Figures of each store and day"), "reports.view_report"),
        ("disputes:remedies", "receipt", pgettext_lazy("menu", "Remedies"), _("Money paid back, goods sent again"), "disputes.view_case"),
    ),
    Module.OPERATIONS: (
        ("worklist:today", "list-check", pgettext_lazy("menu", "Today"), _("What is owed to whom by when"), "worklist.view_duty"),
        ("worklist:list", "list-check", _("All duties"), _("Open, done and stuck"), "worklist.view_duty"),
        ("accounts:policies", "adjustments", _("House rules"), _("Every number of the house"), "core.change_policy"),
        ("accounts:calendar", "calendar", _("Working calendar"), _("Holidays and make-up days"), "core.change_policy"),
        ("accounts:people", "users", _("People"), _("Logins, roles, stores"), "accounts.change_people"),
        ("core:jobs", "progress-check", _("Long work"), _("Imports, exports, prints: progress and results"), "core.view_job"),
    ),
    Module.STOCK: (
        ("inventory:list", "building-warehouse", pgettext_lazy("menu", "Stock"), _("There, promised, free"), "inventory.view_stock"),
        ("inventory:warehouses", "building-warehouse", _("Warehouses"), _("Places with their bins"), "inventory.view_stock"),
        ("orders:import-stock", "file-import", _("Import stock"), _("Counted pieces from a file"), "inventory.change_stock"),
    ),
}  # fmt: skip
