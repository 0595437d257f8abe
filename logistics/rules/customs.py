"""What may stand in a customs declaration: truth first.

Content type is sale of goods for every parcel tied to an order; the value is what was really paid; every article has an
English description of its own. A finding of level "block" stops the note until it is mended, "review" asks the supervisor
to look before signing, "info" only tells. The rule never changes a figure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

BLOCK, REVIEW, INFO = "block", "review", "info"
SALE_OF_GOODS = "sale_of_goods"
#: Content types that are false for goods that were bought.
FALSE_FOR_SALE = frozenset({"gift", "personal_effects", "sample", "documents"})
SHORTEST_DESCRIPTION = 3


@dataclass(frozen=True)
class DeclaredLine:
    """One article of a declaration; ``paid`` is what was really paid for the line."""

    position: int
    code: str
    description: str
    hs_code: str
    origin: str
    quantity: int
    value: Decimal
    paid: Decimal
    weight_g: Decimal | None = None


@dataclass(frozen=True)
class Finding:
    """One remark: stable code, level, the line it is about (0 = the parcel) and fields for its sentence."""

    code: str
    level: str
    line: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)


def check(*, content_type: str, lines: Sequence[DeclaredLine], stopwords: Mapping[str, str]) -> list[Finding]:
    """All findings, blocks first. ``stopwords``: whole description (lower case) -> block or review."""
    found: list[Finding] = []
    if content_type != SALE_OF_GOODS:
        level = BLOCK if content_type in FALSE_FOR_SALE else REVIEW
        found.append(Finding("GIFT_FOR_SALE", level, fields={"content": content_type}))
    for line in lines:
        found += _line(line, stopwords)
    rank = {BLOCK: 0, REVIEW: 1, INFO: 2}
    return sorted(found, key=lambda f: (rank[f.level], f.line, f.code))


def _line(line: DeclaredLine, stopwords: Mapping[str, str]) -> list[Finding]:
    at: dict[str, Any] = {"line": line.position, "fields": {"article": line.code, "text": line.description}}
    found: list[Finding] = []
    if line.value <= 0:
        found.append(Finding("DECL_ZERO", BLOCK, **at))
    elif line.value < line.paid:
        found.append(Finding("DECL_BELOW_PAID", BLOCK, **at))
    words = " ".join(line.description.casefold().split())
    if not words:
        found.append(Finding("DESC_MISSING", REVIEW, **at))
    elif words in stopwords:
        found.append(Finding("DESC_STOPWORD", stopwords[words], **at))
    elif not is_specific(line.description):
        found.append(Finding("DESC_SHORT", REVIEW, **at))
    if not line.hs_code:
        found.append(Finding("HS_MISSING", INFO, **at))
    if not line.origin:
        found.append(Finding("NO_ORIGIN", REVIEW, **at))
    if line.weight_g is None:
        found.append(Finding("NO_WEIGHT", INFO, **at))
    return found


def is_specific(description: str) -> bool:
    """Whether a description has at least three words in Latin letters."""
    return len(re.findall(r"[A-Za-z]{2,}", description)) >= SHORTEST_DESCRIPTION and description.isascii()


def worst(findings: Sequence[Finding]) -> str:
    """The highest level among ``findings``, or ""."""
    levels = {f.level for f in findings}
    return next((level for level in (BLOCK, REVIEW, INFO) if level in levels), "")
