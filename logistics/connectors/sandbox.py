"""The carrier of the pretend shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from logistics.connectors.base import Asked, CarrierConnector


class SandboxCarrier(CarrierConnector):
    """Gives S10 numbers by the pretend shop's API."""

    kind: ClassVar[str] = "sandbox"

    def payload(self, asked: Asked) -> dict[str, Any]:
        return {
            "reference": asked.reference, "service": asked.service, "country": asked.country, "postcode": asked.postcode,
            "weight_g": asked.weight_g, "value": asked.value, "currency": asked.currency, "order_id": asked.order_id,
        }  # fmt: skip

    def number(self, receipt: Mapping[str, Any]) -> str:
        facts = receipt.get("facts") or receipt
        return str(facts.get("tracking_number") or facts.get("number") or "")
