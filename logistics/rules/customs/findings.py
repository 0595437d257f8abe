"""What a customs check answers: remarks with a stable code and a level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

#: "block" stops the note until it is mended, "review" asks a person to look and to say why, "info" only tells.
BLOCK, REVIEW, INFO = "block", "review", "info"
LEVELS = (BLOCK, REVIEW, INFO)
SALE_OF_GOODS = "sale_of_goods"


@dataclass(frozen=True)
class Finding:
    """One remark: stable code, level, the line it is about (0 = the parcel) and fields for its sentence."""

    code: str
    level: str
    line: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What a review is about: the code and the line."""
        return f"{self.code}:{self.line}"


def ordered(found: Iterable[Finding]) -> list[Finding]:
    """Blocks first, then reviews, then what is only told; each once."""
    unique = {(f.code, f.level, f.line, tuple(sorted(f.fields.items()))): f for f in found}
    return sorted(unique.values(), key=lambda f: (LEVELS.index(f.level), f.line, f.code))


def worst(findings: Sequence[Finding]) -> str:
    """The highest level among ``findings``, or ""."""
    levels = {f.level for f in findings}
    return next((level for level in LEVELS if level in levels), "")
