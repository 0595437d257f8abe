"""Carriers that give out waybill numbers by program: kind -> how to ask and how to read the answer.

The call itself leaves through the outbox of a store (ability "waybill"), so that it is made exactly once like every other
effect outside the house. A connector here only knows words: what the carrier wants to hear and what it answers.
"""

from __future__ import annotations

from logistics.connectors.base import Asked, CarrierConnector
from logistics.connectors.sandbox import SandboxCarrier

CONNECTORS: dict[str, type[CarrierConnector]] = {SandboxCarrier.kind: SandboxCarrier}


def carrier(kind: str) -> CarrierConnector | None:
    """The connector called ``kind``, or None when this house has none."""
    found = CONNECTORS.get(kind)
    return found() if found else None


__all__ = ["CONNECTORS", "Asked", "CarrierConnector", "carrier"]
