"""Questions about stock. Stock belongs to the house: every role that may see it sees all of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Missing
from inventory.choices import ReservationState
from inventory.models import Balance, Bin, Movement, Reservation, Warehouse
from products.models import Sku


def warehouses_for(actor: Actor) -> QuerySet[Warehouse]:
    """All warehouses, the default first."""
    return Warehouse.objects.order_by("-is_default", "code")


def default_warehouse() -> Warehouse:
    """The warehouse that sends what nobody assigned. Raises ``Missing`` when the house has none yet."""
    found = Warehouse.objects.filter(is_default=True).first()
    if found is None:
        raise Missing("warehouse_missing", _("There is no default warehouse yet."))
    return found


def warehouse_by_code(code: str) -> Warehouse:
    """The warehouse called ``code``. Raises ``Missing``."""
    found = Warehouse.objects.filter(code=code).first()
    if found is None:
        raise Missing("warehouse_missing", _("There is no warehouse with the code “%(code)s”."), code=code)
    return found


def stock_for(actor: Actor) -> QuerySet[Balance]:
    """Every balance with its available and short pieces (``free``, ``short``)."""
    return Balance.objects.annotate(free=F("on_hand") - F("reserved"))


def movements_for(actor: Actor) -> QuerySet[Movement]:
    """The ledger."""
    return Movement.objects.all()


def bins_for(actor: Actor) -> QuerySet[Bin]:
    """All bins."""
    return Bin.objects.all()


def open_shorts() -> QuerySet[Reservation]:
    """Promises that lack goods."""
    return Reservation.objects.filter(state=ReservationState.OPEN, held__lt=F("wanted"))


def reservations_of(order_refs: Iterable[int]) -> QuerySet[Reservation]:
    """Promises to these orders."""
    return Reservation.objects.filter(order_ref__in=list(order_refs))


def shortfall(order_refs: Iterable[int]) -> dict[int, dict[int, int]]:
    """What open orders lack: order id -> SKU id -> pieces. Orders that lack nothing are absent. One query."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = open_shorts().filter(order_ref__in=list(order_refs)).values_list("order_ref", "sku_id", "wanted", "held")
    for order, sku, wanted, held in rows:
        found[order][sku] = found[order].get(sku, 0) + wanted - held
    return dict(found)


def reserved_lines(order_refs: Iterable[int]) -> dict[int, list[tuple[int, int, int, int, int]]]:
    """What is promised to orders: order id -> [(line id, SKU id, wanted, held, consumed)]. Open and shipped ones, without
    spare pieces. One query."""
    found: dict[int, list[tuple[int, int, int, int, int]]] = defaultdict(list)
    rows = (
        Reservation.objects.filter(order_ref__in=list(order_refs), line_ref__gt=0)
        .exclude(state=ReservationState.RELEASED)
        .order_by("id")
    )
    for order, line, sku, wanted, held, consumed in rows.values_list(
        "order_ref", "line_ref", "sku_id", "wanted", "held", "consumed"
    ):
        found[order].append((line, sku, wanted, held, consumed))
    return dict(found)


def short_by_place(balances: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Pieces that waiting orders lack per (SKU, warehouse). One query."""
    skus, houses = {b[0] for b in balances}, {b[1] for b in balances}
    rows = (
        open_shorts().filter(sku_id__in=skus, warehouse_id__in=houses).values("sku_id", "warehouse_id")
        .annotate(short=Sum(F("wanted") - F("held"))).values_list("sku_id", "warehouse_id", "short")
    )  # fmt: skip
    return {(sku, house): short for sku, house, short in rows}


def bins_of(sku_ids: Iterable[int], warehouse_id: int) -> dict[int, tuple[str, str]]:
    """Where SKUs lie: SKU id -> (walking order, bin code). SKUs without a bin are absent. One query."""
    rows = Balance.objects.filter(sku_id__in=list(sku_ids), warehouse_id=warehouse_id, bin__isnull=False)
    return {sku: (sort or code, code) for sku, sort, code in rows.values_list("sku_id", "bin__sort", "bin__code")}


def available(sku_ids: Iterable[int], warehouse_id: int | None = None) -> dict[int, int]:
    """Pieces that can be promised per SKU, in one warehouse or in all. SKUs never seen are absent. One query."""
    rows = Balance.objects.filter(sku_id__in=list(sku_ids))
    if warehouse_id is not None:
        rows = rows.filter(warehouse_id=warehouse_id)
    found = rows.values("sku_id").annotate(free=Sum(F("on_hand") - F("reserved"))).values_list("sku_id", "free")
    return dict(found)


def low_stock() -> QuerySet[Balance]:
    """Articles whose available pieces are at or below their reorder point (STK-16)."""
    return Balance.objects.filter(reorder_point__gt=0, on_hand__lte=F("reserved") + F("reorder_point"))


def skus_by_codes(codes: Iterable[str]) -> dict[str, int]:
    """The articles that codes or barcodes mean: what was typed -> SKU id. One query."""
    wanted = {code.strip() for code in codes}
    rows = Sku.objects.filter(Q(code__in=wanted) | Q(barcode__in=wanted - {""})).values_list("pk", "code", "barcode")
    found: dict[str, int] = {}
    for pk, code, barcode in rows:
        if barcode:
            found.setdefault(barcode, pk)
        found[code] = pk
    return {code: found[code] for code in wanted if code in found}


def ledger_of(balance: Balance, limit: int = 100) -> list[tuple[Movement, int]]:
    """The newest lines of the ledger of one place with the pieces that lay there after each. One query."""
    left, rows = balance.on_hand, []
    for movement in Movement.objects.filter(sku=balance.sku, warehouse=balance.warehouse).order_by("-at", "-id")[
        :limit
    ]:
        rows.append((movement, left))
        left -= movement.quantity
    return rows


def promised(balance: Balance, limit: int = 100) -> list[Reservation]:
    """Open promises of one place, oldest first."""
    rows = Reservation.objects.filter(sku=balance.sku, warehouse=balance.warehouse, state=ReservationState.OPEN)
    return list(rows.order_by("id")[:limit])


def warehouse(pk: int) -> Warehouse:
    """One warehouse. Raises ``Missing``."""
    found = Warehouse.objects.filter(pk=pk).first()
    if found is None:
        raise Missing("warehouse_missing", _("There is no such warehouse."))
    return found


def bin_of(pk: int) -> Bin:
    """One bin. Raises ``Missing``."""
    found = Bin.objects.select_related("warehouse").filter(pk=pk).first()
    if found is None:
        raise Missing("bin_missing", _("There is no such bin."))
    return found


def low_count(actor: Actor) -> int:
    """How many articles run low, up to ten thousand and one."""
    return low_stock().order_by().values("pk")[:10_001].count()


def balances_of_sku(sku_id: int) -> list[Balance]:
    """What one article counts in each warehouse."""
    rows = (
        Balance.objects.filter(sku_id=sku_id)
        .select_related("warehouse", "bin")
        .order_by("-warehouse__is_default", "warehouse__code")
    )
    return list(rows)
