"""Services a country's rule advises against: ``SERVICE[,SERVICE][@class,class][#urgent]:reason|reason in Chinese``, several
separated by ``;``. People write it as rows of pickers (:class:`logistics.forms.avoid.AvoidField`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """One piece of advice."""

    services: frozenset[str]
    classes: frozenset[str]
    urgent: bool
    reason: str
    reason_zh: str = ""

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
        english, _bar, chinese = reason.partition("|")
        made.append(Advice(services, classes, bool(hash_), english.strip(), chinese.strip()))
    return made


def written(advice: Iterable[Advice]) -> str:
    """The same as one text, as the table keeps it."""
    return ";".join(map(_one, advice))


def _one(row: Advice) -> str:
    goods = f"@{','.join(sorted(row.classes))}" if row.classes else ""
    texts = "|".join(filter(None, (_plain(row.reason), _plain(row.reason_zh))))
    if row.reason_zh and not row.reason:
        texts = f"|{texts}"
    return f"{','.join(sorted(row.services))}{goods}{'#urgent' if row.urgent else ''}:{texts}"


def _plain(text: str) -> str:
    """A reason without the signs that separate."""
    return text.replace(";", ",").replace("|", "/").strip()
