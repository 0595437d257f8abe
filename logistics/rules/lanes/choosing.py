"""Which curve answers: the lane's own in its season, else the whole lane, else a pooled lane; always said, with its count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from logistics.rules.lanes.tally import Tally

ALL, PEAK, REST = "", "peak", "rest"
LANE, COUNTRY, FAMILY = "lane", "country", "family"


@dataclass(frozen=True)
class Basis:
    """What a curve is made of: a lane, all services of the family to that country, or the family to everywhere."""

    level: str
    kind: str
    blind: bool = False
    service_id: int | None = None
    country: str = ""
    season: str = ALL


@dataclass(frozen=True)
class Picked:
    """The basis that answers, its counts, and whether even this one has too few."""

    basis: Basis
    tally: Tally
    few: bool


def season_of(month: int, peak: Collection[int]) -> str:
    """The season of a parcel handed over in ``month``: "peak" or "rest"; without peak months the year has no seasons."""
    if not peak:
        return ALL
    return PEAK if month in peak else REST


def chain(*, service_id: int, kind: str, country: str, blind: bool, season: str) -> list[Basis]:
    """Where to look, nearest first. Blind lanes are pooled with blind ones only: their counts mean something else."""
    seasons = [season, ALL] if season else [ALL]
    found = [Basis(LANE, kind, blind, service_id, country, name) for name in seasons]
    found += [Basis(COUNTRY, kind, blind, None, country, name) for name in seasons]
    return [*found, Basis(FAMILY, kind, blind)]


def pick(places: Iterable[Basis], known: Mapping[Basis, Tally], least: int) -> Picked | None:
    """The first place with at least ``least`` arrivals (of a season: and as many parcels old enough to have arrived, so that a
    season that has just begun does not answer); else the one with the most, marked as few; None without any arrival."""
    best: Picked | None = None
    for basis in places:
        found = known.get(basis)
        if found is None or not found.arrived:
            continue
        if found.arrived >= least and (not basis.season or found.ripe >= least):
            return Picked(basis, found, False)
        if best is None or found.arrived > best.tally.arrived:
            best = Picked(basis, found, True)
    return best
