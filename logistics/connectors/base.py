"""What every carrier connector is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Asked:
    """A parcel for which a number is wanted, as plain values."""

    reference: str
    service: str
    country: str
    postcode: str
    weight_g: int | None
    value: str
    currency: str
    order_id: str = ""
    recipient: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Mapping[str, Any], ...] = ()


class CarrierConnector:
    """Speaks one carrier's words. Touches no table and no network."""

    kind: ClassVar[str] = ""

    def payload(self, asked: Asked) -> dict[str, Any]:
        """The final payload of the call."""
        raise NotImplementedError

    def number(self, receipt: Mapping[str, Any]) -> str:
        """The waybill number in the carrier's answer, "" when there is none."""
        raise NotImplementedError
