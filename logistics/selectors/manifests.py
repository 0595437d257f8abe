"""Hand-over lists: what each carrier took, who said so, and what of it the shops do not know yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.models import Store
from core.audit import Actor
from core.clock import local_day, start_of_day
from inventory.models import Warehouse
from logistics.models import Manifest, ManifestLine, Parcel
from logistics.selectors.dispatch import LEFT

#: A list is found again by this.
Key = tuple[int, str, date]


def manifests_for(actor: Actor) -> QuerySet[Manifest]:
    """Lists with a parcel of the actor's stores, each with its ``count``, ``weight_g`` and how many are ``untold``."""
    lines = ManifestLine.objects.filter(manifest_id=OuterRef("pk")).order_by()
    grouped = lines.values("manifest_id")
    return Manifest.objects.filter(Exists(lines)).annotate(
        count=Subquery(grouped.annotate(n=Count("pk")).values("n")),
        weight_g=Subquery(grouped.annotate(n=Sum("parcel__weight_g")).values("n")),
        untold=Subquery(
            grouped.annotate(n=Count("pk", filter=Q(parcel__declared_at__isnull=True))).values("n")
        ),
    )  # fmt: skip


def parcels_on(manifest: Manifest) -> list[Parcel]:
    """The parcels of a list in the order in which they left."""
    rows = Parcel.objects.filter(manifest_line__manifest=manifest).select_related(
        "service", "warehouse", "order", "store"
    )
    return list(rows.order_by("manifest_line__pk"))


def lists_of(parcels: Sequence[int]) -> list[Manifest]:
    """The lists that have these parcels and are not signed yet."""
    if not parcels:
        return []
    return list(Manifest.objects.filter(lines__parcel__in=parcels, signed_at__isnull=True).distinct().order_by("pk"))


def numbers_on(manifest: Manifest) -> list[str]:
    """The waybill numbers of a whole list, whatever stores they are of."""
    rows = ManifestLine._base_manager.filter(manifest=manifest).order_by("pk")
    return list(rows.values_list("parcel__tracking_number", flat=True))


def keys_of(parcels: Sequence[Parcel]) -> dict[int, Key]:
    """The list each parcel that left belongs to, by its id: warehouse, carrier, day there. One query."""
    houses = Warehouse.objects.filter(pk__in={p.warehouse_id for p in parcels if p.warehouse_id})
    zones = dict(houses.values_list("pk", "time_zone"))
    return {
        p.pk: (p.warehouse_id, p.service.carrier[:60] if p.service else "", local_day(p.shipped_at, zones[p.warehouse_id]))
        for p in parcels
        if p.warehouse_id and p.shipped_at
    }  # fmt: skip


def open_lists(keys: Iterable[Key]) -> dict[Key, int]:
    """The lists that still take parcels, by key. They stay open until this transaction ends: whoever signs waits for it, and
    who comes after the signature finds none."""
    wanted = list(keys)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.warehouse_id, m.carrier, m.day, m.id FROM logistics_manifest m
               JOIN unnest(%s::bigint[], %s::text[], %s::date[]) AS k(warehouse_id, carrier, day)
                 ON m.warehouse_id = k.warehouse_id AND m.carrier = k.carrier AND m.day = k.day
               WHERE m.signed_at IS NULL FOR KEY SHARE OF m""",
            [[key[0] for key in wanted], [key[1] for key in wanted], [key[2] for key in wanted]],
        )
        return {(warehouse, carrier, day): pk for warehouse, carrier, day, pk in cursor.fetchall()}


def unsigned(now: datetime) -> QuerySet[Manifest]:
    """Lists that nobody of the carrier has signed."""
    return Manifest.objects.filter(signed_at__isnull=True)


def left_today(since: datetime) -> list[dict[str, Any]]:
    """What left since ``since``, by carrier: parcels, and how many of them the shops do not know yet. One query."""
    rows = Parcel.objects.filter(shipped_at__gte=since, note__isnull=False, together__isnull=True).order_by()
    named = rows.values(carrier=F("service__carrier"))
    counted = named.annotate(n=Count("pk"), untold=Count("pk", filter=Q(declared_at__isnull=True)))
    return [dict(row) for row in counted.order_by("carrier")]


def with_facts(ids: Sequence[int]) -> list[Manifest]:
    """Lists with their warehouse and number of parcels, for duties."""
    rows = Manifest.objects.filter(pk__in=ids).select_related("warehouse").annotate(count=Count("lines"))
    return list(rows.order_by("pk"))


def untold() -> QuerySet[Parcel]:
    """Parcels that left the house and whose number is not online in their shop."""
    return Parcel.objects.filter(state__in=LEFT, declared_at__isnull=True, note__isnull=False)


def untold_after_day(now: datetime) -> QuerySet[Parcel]:
    """Those of them that left before today (in their store's zone) while a program still tells the shop."""
    zones = Store.objects.order_by().values_list("time_zone", flat=True).distinct()
    earlier = [Q(store__time_zone=name, shipped_at__lt=start_of_day(now, name)) for name in zones]
    return untold().filter(reduce(or_, earlier, Q(pk__in=[])), declare_call__isnull=False)
