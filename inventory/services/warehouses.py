"""Warehouses, bins, reorder points."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, clock
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from inventory.models import Balance, Bin, Warehouse
from inventory.services.shelf import fetch

_FIELDS = ("name", "time_zone", "country", "sender_name", "address", "phone", "active", "is_default")


def _need(actor: Actor, permission: str) -> None:
    if not actor.has_perm(permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


@transaction.atomic
def save_warehouse(
    *, code: str, actor: Actor, now: datetime, warehouse: Warehouse | None = None, **fields: object
) -> Warehouse:
    """A new warehouse, or other facts of one. The first is the default; making another the default takes it from the
    one that was. Refuses a taken code, an unknown zone, and switching off the default."""
    _need(actor, "inventory.change_stock")
    unknown = set(fields) - set(_FIELDS)
    if unknown:
        raise Invalid(
            "unknown_field", _("Unknown field."), errors={name: [str(_("Unknown field."))] for name in unknown}
        )
    row = Warehouse.objects.select_for_update().get(pk=warehouse.pk) if warehouse else Warehouse(code=code)
    for name, value in fields.items():
        setattr(row, name, value)
    row.code = code
    try:
        clock.zone(row.time_zone)
    except ValueError as error:
        raise Invalid(
            "invalid_zone", _("Unknown time zone."), errors={"time_zone": [str(_("Unknown time zone."))]}
        ) from error
    first = not Warehouse.objects.filter(is_default=True).exclude(pk=row.pk).exists()
    row.is_default = row.is_default or first
    if row.is_default and not row.active:
        raise Conflict("default_warehouse", _("Make another warehouse the default first."))
    if row.is_default:
        Warehouse.objects.filter(is_default=True).exclude(pk=row.pk).update(is_default=False)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict("code_taken", _("This code is taken.")) from error
    audit.record(row, "warehouse.save", actor=actor, now=now, text=gettext_noop("Warehouse saved"))
    return row


def change_warehouse(*, warehouse: Warehouse, actor: Actor, now: datetime, **fields: object) -> Warehouse:
    """Change only the facts given. See :func:`save_warehouse`."""
    code = str(fields.pop("code", warehouse.code))
    return save_warehouse(code=code, warehouse=warehouse, actor=actor, now=now, **fields)


def ensure_default(*, now: datetime) -> Warehouse:
    """The default warehouse; a house that has none yet gets one called MAIN, in the installation's zone."""
    found = Warehouse.objects.filter(is_default=True).first()
    if found is not None:
        return found
    with transaction.atomic():
        Warehouse.objects.bulk_create(
            [Warehouse(code="MAIN", name="Main warehouse", time_zone=settings.TIME_ZONE, is_default=True)],
            ignore_conflicts=True,
        )
    found = Warehouse.objects.filter(is_default=True).first()
    return found or Warehouse.objects.order_by("pk")[0]


@transaction.atomic
def save_bin(
    *, warehouse: Warehouse, code: str, actor: Actor, now: datetime, sort: str = "", bin: Bin | None = None
) -> Bin:
    """A new bin, or another code or walking place of one. Refuses an empty or taken code."""
    _need(actor, "inventory.count_stock")
    code = code.strip()
    if not code or len(code) > 30:
        raise Invalid(
            "invalid_code",
            _("A bin has a code of 1 to 30 characters."),
            errors={"code": [str(_("1 to 30 characters."))]},
        )
    row = Bin.objects.select_for_update().get(pk=bin.pk) if bin else Bin(warehouse=warehouse)
    row.code, row.sort = code, sort.strip()[:60]
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict("code_taken", _("This warehouse has a bin with this code.")) from error
    audit.record(row, "bin.save", actor=actor, now=now, text=gettext_noop("Bin %(code)s saved"), code=row.code)
    return row


@transaction.atomic
def put_into_bin(*, balance: Balance, code: str, actor: Actor, now: datetime) -> Balance:
    """Say where an article lies; an empty code takes it from its bin. A bin that is new is made."""
    _need(actor, "inventory.count_stock")
    place = None
    if code.strip():
        place, _made = Bin.objects.get_or_create(warehouse_id=balance.warehouse_id, code=code.strip()[:30])
    before = Balance.objects.values_list("bin__code", flat=True).get(pk=balance.pk)
    Balance.objects.filter(pk=balance.pk).update(bin=place)
    balance.bin = place
    if before != (place.code if place else None):
        audit.record(
            balance, "stock.bin", actor=actor, now=now, text=gettext_noop("Bin: %(before)s → %(after)s"), before=before or "—",
            after=place.code if place else "—",
        )  # fmt: skip
    return balance


@transaction.atomic
def set_reorder_point(*, balance: Balance, pieces: int, actor: Actor, now: datetime) -> Balance:
    """Below how many available pieces the purchaser is told. 0 = never. Refuses figures below 0."""
    _need(actor, "inventory.change_stock")
    if not 0 <= pieces <= 10_000_000:
        raise Invalid("invalid_quantity", _("Pieces cannot be below 0."), errors={"pieces": [str(_("0 or more."))]})
    before = Balance.objects.values_list("reorder_point", flat=True).get(pk=balance.pk)
    fetch("UPDATE inventory_balance SET reorder_point = %s WHERE id = %s", [pieces, balance.pk])
    balance.reorder_point = pieces
    if before != pieces:
        audit.record(
            balance, "stock.reorder_point", actor=actor, now=now, text=gettext_noop("Reorder point: %(before)s → %(after)s"), before=before,
            after=pieces,
        )  # fmt: skip
    return balance
