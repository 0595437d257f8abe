"""Carriers we have an account with: the same words for all of them; who speaks to each lives with the other doors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from logistics.connectors.base import Asked, CarrierConnector


class AccountCarrier(CarrierConnector):
    """A carrier with an API of its own: number, own label, cancelling."""

    kind: ClassVar[str] = "account"

    def payload(self, asked: Asked) -> dict[str, Any]:
        return {
            "reference": asked.reference, "service": asked.service, "country": asked.country, "postcode": asked.postcode,
            "weight_g": asked.weight_g, "value": asked.value, "currency": asked.currency, "recipient": dict(asked.recipient),
            "lines": [dict(line) for line in asked.lines],
        }  # fmt: skip

    def number(self, receipt: Mapping[str, Any]) -> str:
        return str((receipt.get("facts") or receipt).get("tracking_number") or "")

    def label_id(self, receipt: Mapping[str, Any]) -> str:
        return str((receipt.get("facts") or receipt).get("label_id") or "")
