"""How far an order is shipped."""

from __future__ import annotations

from collections.abc import Iterable


def shipped_state(lines: Iterable[tuple[int, int, bool]]) -> str:
    """``shipped`` when every piece of every line of goods has left, ``part_shipped`` when some have, "" when none has.

    ``lines``: (ordered, shipped, is goods). Lines that are no goods (postage, voucher) never hold an order back; an order of
    nothing else is shipped when told so.
    """
    rows = list(lines)
    goods = [(ordered, left) for ordered, left, is_goods in rows if is_goods] or [(o, s) for o, s, _g in rows]
    if all(left >= ordered for ordered, left in goods):
        return "shipped"
    return "part_shipped" if any(left for _ordered, left in goods) else ""
