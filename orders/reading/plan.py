"""How a file is read: plain values that travel as JSON between the page, the saved profile and the reading process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one file may cost: ``seconds`` of the processor; ``wait`` is how long somebody waits for the first look (0 = as long
    as answers keep coming).
    """

    seconds: int = 900
    wait: int = 0
    memory: int = 300 * MIB
    file_bytes: int = 100 * MIB
    unpacked_bytes: int = 500 * MIB
    workbook_bytes: int = 120 * MIB
    rows: int = 2_000_000
    columns: int = 300
    cell: int = 1_000_000


@dataclass(frozen=True)
class Plan:
    """``mapping``: our field -> heading of the file, or {"fixed": value}. ``options``: encoding, separator, sheet, date_format,
    decimal, zone, currency, values ({field: {text of the file: ours}}), filters ([{column, op, value, reason, row_only}]).
    """

    kind: str = "orders"
    base: str = "generic"
    mapping: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The plan as a row or a pipe keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """The plan kept by :meth:`as_json`; what is missing has its default."""
        return cls(
            kind=str(data.get("kind") or "orders"), base=str(data.get("base") or "generic"),
            mapping=dict(data.get("mapping") or {}), options=dict(data.get("options") or {}),
        )  # fmt: skip

    def with_options(self, **options: Any) -> Plan:
        """The same plan with some options set; None takes an option away."""
        merged = {**self.options, **options}
        return Plan(
            self.kind, self.base, self.mapping, {name: value for name, value in merged.items() if value is not None}
        )
