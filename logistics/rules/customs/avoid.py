"""Services a country's rule advises against: ``SERVICE[,SERVICE][@class,class][#urgent]:reason``, several separated by ``;``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """One piece of advice."""

    services: frozenset[str]
    classes: frozenset[str]
    urgent: bool
    reason: str

    def holds(self, *, service: str, carrier: str, classes: Collection[str], urgent: bool) -> bool:
        """Whether the advice is about this parcel. A service is named by its code, or by the word its carrier begins with."""
        names = {service.upper(), carrier.upper().split(" ")[0]}
        return (
            bool(names & self.services)
            and (not self.classes or bool(self.classes & set(classes)))
            and (not self.urgent or urgent)
        )


def read(text: str) -> list[Advice]:
    """The advice of one row. Raises ``ValueError`` when it cannot be read."""
    made = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        head, colon, reason = part.partition(":")
        if not colon or not head.strip():
            raise ValueError(part)
        head, hash_, mark = head.partition("#")
        if hash_ and mark.strip() != "urgent":
            raise ValueError(part)
        names, _at, goods = head.partition("@")
        services = frozenset(name.strip().upper() for name in names.split(",") if name.strip())
        if not services:
            raise ValueError(part)
        classes = frozenset(name.strip() for name in goods.split(",") if name.strip())
        made.append(Advice(services, classes, bool(hash_), reason.strip()))
    return made
