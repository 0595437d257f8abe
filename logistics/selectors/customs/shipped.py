"""The tables as they are shipped: what the starting data is made from."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings

from logistics.rules.customs import files
from logistics.rules.customs.book import Country, GoodsClass, StopWord


@dataclass(frozen=True)
class Shipped:
    """All shipped rows; countries with their older versions, national codes with the day from which they count."""

    countries: tuple[Country, ...]
    classes: tuple[GoodsClass, ...]
    stopwords: tuple[StopWord, ...]
    national: tuple[tuple[str, str, str, str, str, date], ...]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one shipped table."""
    path = settings.BASE_DIR / "logistics" / "data" / name
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def natures() -> tuple[dict[str, str], ...]:
    """How the electronic data names a content: content_type, code, and in both languages its meaning and where
    the code stands."""
    return tuple(rows("nature_codes.csv"))


@lru_cache(maxsize=1)
def shipped() -> Shipped:
    """Every shipped row, read once."""
    plain = [files.country(row) for name in ("customs_rules.csv", "customs_rules_before.csv") for row in rows(name)]
    banded = files.with_bands(plain, rows("customs_manual_bands.csv"))
    return Shipped(
        tuple(files.with_steps(banded, rows("customs_duty_steps.csv"))),
        tuple(files.goods_class(row) for row in rows("goods_classes.csv")),
        tuple(files.stop_word(row) for row in rows("description_stopwords.csv")),
        tuple(
            (
                row["country"],
                row["hs6"],
                row["code"],
                row["description"],
                row["description_zh"],
                files.day(row["valid_from"]),
            )
            for row in rows("customs_national_codes.csv")
        ),
    )
