"""Carriers reached by program, beside the outbox: reading a label, asking whether they know us. Called from jobs only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from stores import selectors
from stores.connectors import CARRIERS
from stores.connectors.errors import ConnectorError, Misconfigured, Permanent
from stores.contracts import CarrierAccess


@dataclass(frozen=True)
class Fetched:
    """A label as PDF; or why there is none, and whether asking again may help."""

    pdf: bytes = b""
    error: str = ""
    final: bool = False


def kinds() -> list[str]:
    """The kinds of carriers this house can speak to."""
    return sorted(CARRIERS)


def fetch_label(*, access: CarrierAccess, remote_id: str, now: datetime) -> Fetched:
    """The label the carrier issued for one parcel. Reading is harmless: whatever goes wrong may be asked again, except a
    refusal for good."""
    try:
        made = selectors.carrier_connector(access).label(remote_id, now)  # type: ignore[attr-defined]
    except (Permanent, Misconfigured) as error:
        return Fetched(error=str(error), final=isinstance(error, Permanent))
    except ConnectorError as error:
        return Fetched(error=str(error))
    return Fetched(pdf=made)


def check(*, access: CarrierAccess, now: datetime) -> str:
    """ "" when the carrier knows us, else why not."""
    try:
        selectors.carrier_connector(access).check(now)
    except ConnectorError as error:
        return str(error)
    return ""
