"""Talks to the pretend carrier: a number with its own label, cancelled when it is not needed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from stores.choices import Ability
from stores.connectors.base import Connector, Effect
from stores.connectors.errors import Ambiguous, Misconfigured, Permanent
from stores.connectors.http import Client
from stores.connectors.sandbox.connector import opened
from stores.contracts import Receipt


class SandboxCarrier(Connector):
    """The pretend carrier. Its reference is the idempotency key: asking twice gives one number."""

    kind = "sandbox"
    abilities: ClassVar[frozenset[str]] = frozenset({Ability.CARRIER_WAYBILL, Ability.CARRIER_VOID})

    def _client(self, now: datetime) -> Client:
        token = self.account.secrets.get("token", "")
        if not token:
            raise Misconfigured("the carrier account has no key")
        headers = {"Authorization": f"Bearer {token}", "X-Shop": f"carrier:{self.account.code}"}
        return Client(self.account.base_url, {**headers, "X-Now": now.astimezone(UTC).isoformat()})

    def carrier_waybill(self, effect: Effect) -> Receipt:
        """Announce a parcel and get its number; the label is fetched afterwards."""
        return _parcel(
            opened(self._client(effect.now).post("/api/carrier/parcels", {**effect.payload, "ref": effect.key}))
        )

    def carrier_void(self, effect: Effect) -> Receipt:
        """Cancel a number; one that was cancelled before stays so."""
        done = opened(self._client(effect.now).post(f"{_path(effect.payload)}/cancel", {"ref": effect.key}))
        return Receipt(str(done["id"]), {"state": done["state"]})

    def find_effect(self, effect: Effect) -> Receipt | None:
        """What the carrier shows of an earlier attempt."""
        client = self._client(effect.now)
        if effect.ability == Ability.CARRIER_VOID:
            state = opened(client.get(_path(effect.payload)))["state"]
            return Receipt(f"cancel:{effect.payload['number']}", {"state": state}) if state == "cancelled" else None
        found = opened(client.get("/api/carrier/parcels", reference=effect.payload["reference"]))["parcels"]
        return _parcel(found[0]) if found else None

    def label(self, remote_id: str, now: datetime) -> bytes:
        """The PDF of a label. Raises one of ``errors``."""
        told = opened(self._client(now).get(f"/api/carrier/parcels/{quote(remote_id, safe='')}/label"))
        try:
            made = base64.b64decode(str(told["pdf"]), validate=True)
        except (KeyError, binascii.Error) as error:
            raise Ambiguous("the label cannot be read", code="bad_label") from error
        if not made.startswith(b"%PDF-"):
            raise Permanent("the label is no PDF", code="bad_label")
        return made

    def check(self, now: datetime) -> None:
        """Ask whether the carrier knows us."""
        opened(self._client(now).get("/api/ping"))


def _path(told: Mapping[str, Any]) -> str:
    return f"/api/carrier/parcels/{quote(str(told['number']), safe='')}"


def _parcel(found: Mapping[str, Any]) -> Receipt:
    return Receipt(str(found["id"]), {"tracking_number": found["tracking_number"], "label_id": found["label_id"]})
