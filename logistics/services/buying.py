"""Goods came: the purchaser's lines about them end or say what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.audit import Actor
from logistics.selectors import buying as selectors
from worklist import services as worklist

RULE = "logistics.goods_to_buy"


def settle_needs(*, order_refs: Sequence[int], actor: Actor, now: datetime) -> int:
    """Look again at the articles promised to these orders; answers how many lines ended."""
    living = selectors.needs_asked(selectors.balances_of_orders(order_refs))
    if not living:
        return 0
    rows = selectors.balances_with_need(living)
    over = [row.pk for row in rows if not row.need.pieces]  # type: ignore[attr-defined]
    ended = worklist.close(rule_key=RULE, subject_ids=over, actor=actor, now=now, reason="goods came")
    worklist.refresh(rule_key=RULE, subject_ids=sorted(set(living) - set(over)), now=now)
    return ended
