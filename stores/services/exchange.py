"""The careful HTTP client for apps above: one question to a service that is no shop (a tracking source).

What a shop is told goes through the outbox; this door is for questions and for what may be said twice without harm. Not
inside a transaction: the other side may take its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stores.connectors.errors import Ambiguous, ConnectorError, Misconfigured, Permanent, Temporary
from stores.connectors.http import Client


def post(*, base_url: str, path: str, data: Any, headers: Mapping[str, str]) -> dict[str, Any]:
    """Post ``data`` as JSON and answer the JSON object that comes back. Raises one of the kinds of ``ConnectorError``."""
    return Client(base_url.rstrip("/"), dict(headers)).post(path, data)


__all__ = ["Ambiguous", "ConnectorError", "Misconfigured", "Permanent", "Temporary", "post"]
