"""Texts about parcels of one box: one buyer hears of it once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from conversations import services as conversations
from logistics.rules.boxes import by_box, orders_named
from logistics.selectors import tracking as lookups


def one_a_box(specs: Sequence[conversations.TextSpec]) -> list[conversations.TextSpec]:
    """Orders of one buyer in one box are told of once, in one text that names them all. What differs between them (a longer
    receiving time, a draft for a person) stays a text of its own."""
    alike: dict[str, dict[int, conversations.TextSpec]] = defaultdict(dict)
    rest = []
    for spec in specs:
        if spec.as_draft or spec.extra.get("new_deadline"):
            rest.append(spec)
        else:
            alike[lookups.base_of(spec.base_code)][spec.about.pk] = spec
    for of_code in alike.values():
        for box in by_box([spec.about for spec in of_code.values()]):
            first = of_code[box[0].pk]
            rest.append(replace(first, extra={**first.extra, **orders_named(box)}, more=tuple(box[1:])))
    return rest
