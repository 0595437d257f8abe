"""The locked shelf: balances under lock in SKU order, and their one way to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict

Place = tuple[int, int]

#: Nobody waits longer than this for somebody else's lock; then he is asked to try again.
LOCK_TIMEOUT = "3s"


@dataclass(slots=True)
class Balance:
    """A balance as read under lock; ``hand`` and ``reserved`` are kept in step by :class:`Shelf`."""

    id: int
    hand: int
    reserved: int
    was_hand: int
    was_reserved: int

    @property
    def free(self) -> int:
        """Pieces that can be promised."""
        return self.hand - self.reserved


class Shelf:
    """Balances of some (SKU, warehouse) places, locked in SKU order until the transaction ends.

    Locking every place in one order makes deadlocks impossible; a wait beyond three seconds is a retryable refusal.
    """

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.balances = {
            (sku, warehouse): Balance(pk, hand, kept, hand, kept) for pk, sku, warehouse, hand, kept in rows
        }

    @classmethod
    def lock(cls, places: Iterable[Place], *, create: bool = False) -> Shelf:
        """Lock ``places``; with ``create`` those that have no balance yet get an empty one."""
        wanted = sorted(set(places))
        if not wanted:
            return cls([])
        skus, warehouses = [p[0] for p in wanted], [p[1] for p in wanted]
        shelf = cls(cls._locked(skus, warehouses))
        if create and len(shelf.balances) < len(wanted):  # after the locks: new rows cannot be waited for crosswise
            fetch(
                "INSERT INTO inventory_balance (sku_id, warehouse_id, on_hand, reserved, reorder_point) "
                "SELECT w.sku, w.warehouse, 0, 0, 0 FROM unnest(%s::bigint[], %s::bigint[]) AS w(sku, warehouse) "
                "WHERE NOT EXISTS (SELECT 1 FROM inventory_balance b WHERE b.sku_id = w.sku AND b.warehouse_id = w.warehouse) "
                "ORDER BY 1, 2 ON CONFLICT DO NOTHING",
                [skus, warehouses],
            )
            return cls(cls._locked(skus, warehouses))
        return shelf

    @staticmethod
    def _locked(skus: Sequence[int], warehouses: Sequence[int]) -> list[Any]:
        return locked(
            "SELECT b.id, b.sku_id, b.warehouse_id, b.on_hand, b.reserved FROM inventory_balance b "
            "JOIN unnest(%s::bigint[], %s::bigint[]) AS w(sku, warehouse) "
            "ON w.sku = b.sku_id AND w.warehouse = b.warehouse_id "
            "ORDER BY b.sku_id, b.warehouse_id FOR UPDATE OF b",
            [skus, warehouses],
        )

    @classmethod
    def lock_of_orders(cls, order_refs: Sequence[int]) -> Shelf:
        """Lock every place at which these orders hold an open reservation."""
        return cls(
            locked(
                "SELECT b.id, b.sku_id, b.warehouse_id, b.on_hand, b.reserved FROM inventory_balance b "
                "WHERE (b.sku_id, b.warehouse_id) IN (SELECT r.sku_id, r.warehouse_id FROM inventory_reservation r "
                "WHERE r.order_ref = ANY(%s) AND r.state = 'open') ORDER BY b.sku_id, b.warehouse_id FOR UPDATE OF b",
                [list(order_refs)],
            )
        )

    def free(self) -> dict[Place, int]:
        """Pieces that can be promised, per place."""
        return {place: balance.free for place, balance in self.balances.items()}

    def move(self, place: Place, *, hand: int = 0, reserved: int = 0) -> None:
        """Change a balance in memory; :meth:`save` writes it."""
        balance = self.balances[place]
        balance.hand += hand
        balance.reserved += reserved

    def save(self) -> None:
        """Write what changed, with one statement. The database refuses what would be negative or oversold."""
        changed = [b for b in self.balances.values() if (b.hand, b.reserved) != (b.was_hand, b.was_reserved)]
        if not changed:
            return
        fetch(
            "UPDATE inventory_balance b SET on_hand = n.hand, reserved = n.kept "
            "FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS n(id, hand, kept) WHERE b.id = n.id",
            [[b.id for b in changed], [b.hand for b in changed], [b.reserved for b in changed]],
        )
        for balance in changed:
            balance.was_hand, balance.was_reserved = balance.hand, balance.reserved


def fetch(sql: str, params: Sequence[Any]) -> list[Any]:
    """Run one statement; its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def locked(sql: str, params: Sequence[Any]) -> list[Any]:
    """Run one locking SELECT with the lock timeout set for this transaction; refuses with ``stock_busy``."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'; {sql}", params)
            return cursor.fetchall()
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") in ("55P03", "40P01"):
            raise busy() from error
        raise


def busy() -> Conflict:
    """The refusal when somebody else holds the stock for too long; the same request may simply be sent again."""
    return Conflict("stock_busy", _("Somebody else is changing the stock of these articles. Try again in a moment."))
