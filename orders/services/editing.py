"""Facts of an order that people change: address, service, warehouse, flags; and what a match of articles changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, countries
from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from core.events import publish
from core.versions import refuse_stale
from inventory.models import Warehouse
from inventory.selectors import reserved_lines
from inventory.services import stock
from orders import selectors
from orders.choices import TO_SHIP, FlagColour, HoldReason
from orders.events import OrdersChanged, OrdersMatched
from orders.models import Order, OrderAddress, OrderFlag
from orders.services.assessing import UNDER_WAY, assess_many
from orders.services.holding import set_intercept

ADDRESS = ("recipient", "phone", "line1", "line2", "city", "state", "postcode", "country")


def address_of(order: Order) -> OrderAddress:
    """Where an order goes; of one without an address only the country is known."""
    return OrderAddress._base_manager.filter(order=order).first() or OrderAddress(order=order, country=order.country)


def _need(actor: Actor, permission: str) -> None:
    if not actor.has_perm(permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


@transaction.atomic
def edit_address(*, order: Order, actor: Actor, now: datetime, stamp: str | None = None, **fields: str) -> OrderAddress:
    """Correct where an order goes. After the note has left the desk the parcel is stopped at the next scan (ORD-24).

    Nothing personal is written to the timeline, only which fields changed. Refuses unknown fields, an unknown country
    shape, and orders that have left; with the stamp of a form also what somebody else changed meanwhile.
    """
    _need(actor, "orders.change_order")
    _need(actor, "orders.view_personal")
    unknown = set(fields) - set(ADDRESS)
    if unknown:
        raise Invalid(
            "unknown_field", _("Unknown field."), errors={name: [str(_("Unknown field."))] for name in unknown}
        )
    if fields.get("country", order.country).upper() not in {*countries.by_code(), "XK"}:
        raise Invalid("invalid_country", _("Unknown country."), errors={"country": [str(_("Unknown country."))]})
    row = Order._base_manager.select_for_update(of=("self",)).get(pk=order.pk)
    if row.state not in TO_SHIP and row.state != "unpaid":
        raise Conflict("has_left", _("The goods have left the house."))
    address = address_of(row)
    if stamp is not None:
        refuse_stale(address, stamp=stamp, given=fields)
    changed = sorted(name for name, value in fields.items() if getattr(address, name) != value)
    if not changed:
        return address
    for name in changed:
        setattr(address, name, fields[name].upper() if name == "country" else fields[name])
    address.changed_at = now
    address.save()
    if address.country != row.country:
        Order._base_manager.filter(pk=row.pk).update(country=address.country)
        order.country = address.country
    audit.record(
        row,
        "order.address",
        actor=actor,
        now=now,
        text=gettext_noop("Address changed: %(fields)s"),
        fields=", ".join(changed),
    )
    if row.stage in UNDER_WAY:
        set_intercept(order=order, reason=HoldReason.ADDRESS, actor=audit.system(actor.label), now=now)
    publish(OrdersChanged((row.pk,)))
    return address


@transaction.atomic
def set_service_many(
    *, orders: Iterable[Order], service_code: str, actor: Actor, now: datetime
) -> tuple[list[Order], dict[int, DomainError]]:
    """Choose the carrier service (its code; empty = let the rules choose). Refuses orders that have left."""
    _need(actor, "orders.change_order")
    rows = list(
        Order._base_manager.filter(pk__in=[o.pk for o in orders]).order_by("pk").select_for_update(of=("self",))
    )
    left = Conflict("has_left", _("The goods have left the house."))
    refused: dict[int, DomainError] = {
        row.pk: left for row in rows if row.state not in TO_SHIP and row.state != "unpaid"
    }
    good = [row for row in rows if row.pk not in refused]
    changed = [row for row in good if row.service_code != service_code]
    Order._base_manager.filter(pk__in=[row.pk for row in changed]).update(service_code=service_code)
    audit.record_many(
        audit.entry(
            row,
            "order.service",
            actor=actor,
            now=now,
            text=gettext_noop("Service: %(service)s"),
            service=service_code or "—",
        )
        for row in changed
    )
    if changed:
        publish(OrdersChanged(tuple(row.pk for row in changed)))
    return good, refused


@transaction.atomic
def set_warehouse(*, order: Order, warehouse: Warehouse, actor: Actor, now: datetime) -> Order:
    """Send an order from another warehouse: its stock is promised there instead. Refuses orders whose note has left the
    desk, and a warehouse that is not in use."""
    _need(actor, "orders.change_order")
    if not warehouse.active:
        raise Conflict("warehouse_closed", _("This warehouse is not in use."))
    row = Order._base_manager.select_for_update(of=("self",)).get(pk=order.pk)
    if row.state not in selectors.RESERVING or row.stage in UNDER_WAY:
        raise Conflict("under_way", _("The warehouse is working on it. Withdraw the note first."))
    if row.warehouse_id == warehouse.pk:
        return row
    stock.release(order_refs=[row.pk], actor=actor, now=now)
    Order._base_manager.filter(pk=row.pk).update(warehouse=warehouse, target_at=None)
    order.warehouse = warehouse
    audit.record(
        row,
        "order.warehouse",
        actor=actor,
        now=now,
        text=gettext_noop("Warehouse: %(warehouse)s"),
        warehouse=warehouse.name,
    )
    assess_many(order_ids=[row.pk], actor=actor, now=now)
    return row


@transaction.atomic
def change_order(
    *, order: Order, actor: Actor, now: datetime, service_code: str | None = None, warehouse: Warehouse | None = None,
    address: Mapping[str, str] | None = None,
) -> Order:  # fmt: skip
    """Change service, warehouse or address of an order, each by its own rules."""
    if service_code is not None:
        _done, refused = set_service_many(orders=[order], service_code=service_code, actor=actor, now=now)
        if refused:
            raise refused[order.pk]
    if warehouse is not None:
        set_warehouse(order=order, warehouse=warehouse, actor=actor, now=now)
    if address:
        edit_address(order=order, actor=actor, now=now, **address)
    order.refresh_from_db()
    return order


@transaction.atomic
def set_flags(*, orders: Iterable[Order], colour: str, actor: Actor, now: datetime, note: str = "") -> list[Order]:
    """Put a coloured mark with a word on orders (ORD-13); the same colour again takes the new word."""
    _need(actor, "orders.flag_order")
    if colour not in FlagColour.values:
        raise Invalid("invalid_colour", _("Unknown colour."), errors={"colour": [str(_("Unknown colour."))]})
    rows = list(orders)
    OrderFlag._base_manager.bulk_create(
        [OrderFlag(order_id=o.pk, colour=colour, note=note[:200], author_label=actor.label, at=now) for o in rows],
        update_conflicts=True, unique_fields=["order", "colour"], update_fields=["note", "author_label", "at"],
    )  # fmt: skip
    audit.record_many(
        audit.entry(
            o,
            "order.flag",
            actor=actor,
            now=now,
            text=gettext_noop("Flag: %(flag)s"),
            reason=note,
            flag=str(FlagColour(colour).label),
        )
        for o in rows
    )
    return rows


@transaction.atomic
def clear_flags(*, orders: Iterable[Order], colour: str, actor: Actor, now: datetime) -> list[Order]:
    """Take a coloured mark off orders; those without it stay as they are."""
    _need(actor, "orders.flag_order")
    rows = {o.pk: o for o in orders}
    held = OrderFlag._base_manager.filter(order_id__in=list(rows), colour=colour)
    with_it = [rows[pk] for pk in sorted(held.values_list("order_id", flat=True))]
    held.delete()
    audit.record_many(
        audit.entry(
            o,
            "order.unflag",
            actor=actor,
            now=now,
            text=gettext_noop("Flag taken off: %(flag)s"),
            flag=str(FlagColour(colour).label),
        )
        for o in with_it
    )
    return list(rows.values())


def rematch(*, item_ids: Collection[int], actor: Actor, now: datetime) -> list[int]:
    """Channel SKUs were matched (or matched anew): orders that ask for them get their stock promised and move on.

    Answers the ids of orders that were looked at again. See :func:`reassess`.
    """
    ids = selectors.orders_of_items(item_ids)
    reassess(order_ids=ids, actor=actor, now=now)
    return ids


def reassess(*, order_ids: Collection[int], actor: Actor, now: datetime) -> int:
    """Look again at orders whose articles were matched: promises of articles they no longer ask for are let go, the right
    ones made, and the apps above are told (``OrdersMatched``). In pieces, each its own transaction. Answers how many."""
    ids = sorted(order_ids)
    for start in range(0, len(ids), 500):
        piece = ids[start : start + 500]
        with transaction.atomic():
            _let_go_of_old(piece, actor, now)
            assess_many(order_ids=piece, actor=actor, now=now)
            publish(OrdersMatched(tuple(piece)))
    return len(ids)


def _let_go_of_old(order_ids: Collection[int], actor: Actor, now: datetime) -> None:
    """Promises of articles that a line no longer stands for are given back."""
    wanted = {
        (line.id, sku_id)
        for lines in selectors.lines_to_assess(order_ids).values()
        for line in lines
        for sku_id, _n in line.parts
    }
    held = stock_held(order_ids)
    stale = sorted({order for order, line, sku in held if (line, sku) not in wanted})
    if stale:
        stock.release(order_refs=stale, actor=actor, now=now)


def stock_held(order_ids: Collection[int]) -> set[tuple[int, int, int]]:
    """(order, line, SKU) of what is promised to orders and has not left."""
    rows: Mapping[int, Any] = reserved_lines(order_ids)
    return {
        (order, line, sku)
        for order, lines in rows.items()
        for line, sku, _wanted, held, done in lines
        if done == 0 or held > done
    }
