"""The one table of who may do what. Permission names are ``app.verb_noun``; pages, REST and services ask for them."""

from __future__ import annotations

from accounts.choices import Role

_EVERYBODY = {
    "worklist.view_duty", "worklist.work_duty", "core.view_job", "orders.view_order", "products.view_sku",
    "logistics.view_parcel", "logistics.view_note", "logistics.view_service",
}  # fmt: skip

_SERVICE = _EVERYBODY | {
    "orders.import_order", "orders.create_order", "orders.change_order", "orders.hold_order", "orders.cancel_order",
    "orders.take_up_order", "orders.flag_order", "orders.export_order", "orders.view_personal",
    "customers.view_buyer", "conversations.view_message", "conversations.send_message", "conversations.change_template",
    "logistics.change_note", "logistics.track_parcel", "logistics.extend_parcel", "logistics.settle_parcel",
    "disputes.view_feedback", "disputes.reply_feedback", "disputes.view_case", "disputes.change_case", "disputes.offer_remedy",
    "inventory.view_stock", "products.match_sku", "logistics.view_lane",
}  # fmt: skip

_WAREHOUSE = _EVERYBODY | {
    "logistics.print_note", "logistics.block_note", "logistics.pack_parcel", "logistics.hand_over_parcel",
    "logistics.number_parcel", "inventory.view_stock", "inventory.count_stock", "inventory.receive_stock",
    "orders.view_personal",
}  # fmt: skip

_PURCHASER = _EVERYBODY | {
    "logistics.sign_dispatch", "logistics.sign_price", "logistics.change_note", "logistics.block_note", "inventory.view_stock",
    "inventory.change_stock", "inventory.receive_stock", "inventory.purchase_stock", "products.change_sku",
    "products.match_sku", "products.view_cost", "logistics.view_lane",
}  # fmt: skip

_SUPERVISOR = _SERVICE | {
    "logistics.sign_dispatch", "logistics.sign_note", "logistics.change_note", "logistics.release_note", "logistics.withdraw_note",
    "logistics.block_note", "logistics.print_note", "logistics.review_customs", "logistics.number_parcel",
    "orders.release_order", "worklist.assign_duty", "disputes.approve_remedy", "products.change_sku", "products.view_cost",
    "customers.blacklist_buyer", "conversations.approve_template", "core.view_audit", "reports.view_report",
    "logistics.manage_incident",
}  # fmt: skip

_MANAGER = _SERVICE | _WAREHOUSE | _PURCHASER | _SUPERVISOR | {
    "accounts.change_store", "accounts.change_people", "accounts.change_token", "core.change_policy",
    "logistics.change_service", "orders.change_automation", "customers.erase_buyer", "customers.export_buyer",
    "core.view_metrics", "stores.change_connection", "stores.view_outbox", "reports.view_report",
    "disputes.approve_any_remedy",
}  # fmt: skip

_ADMINISTRATOR = _EVERYBODY | {
    "accounts.change_store", "accounts.change_people", "accounts.change_token", "core.change_policy", "core.change_house",
    "core.view_audit", "core.view_metrics", "logistics.change_service", "orders.change_automation", "conversations.change_template",
    "conversations.view_message", "customers.view_buyer", "customers.erase_buyer", "customers.export_buyer",
    "inventory.view_stock", "stores.change_connection", "stores.view_outbox", "orders.import_order", "orders.view_personal",
    "reports.view_report", "logistics.view_lane",
}  # fmt: skip

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.SERVICE: frozenset(_SERVICE),
    Role.WAREHOUSE: frozenset(_WAREHOUSE),
    Role.PURCHASER: frozenset(_PURCHASER),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.MANAGER: frozenset(_MANAGER),
    Role.ADMINISTRATOR: frozenset(_ADMINISTRATOR),
}

#: Every permission that exists; a name outside this set in a declaration is a typing error and refused at start.
PERMISSIONS: frozenset[str] = frozenset().union(*ROLE_PERMISSIONS.values())
