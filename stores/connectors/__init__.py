"""The one dict of connectors. A kind of store that is not in it works by hand: people copy, send and confirm."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from stores.connectors.base import Connector

CONNECTORS = {
    "sandbox": "stores.connectors.sandbox.connector.Sandbox",
    "spreadsheet": "stores.connectors.spreadsheet.connector.Spreadsheet",
}
#: Carriers with an API of their own: kind -> dotted path. A carrier account says which one speaks for it.
CARRIERS = {"sandbox": "stores.connectors.sandbox.carrier.SandboxCarrier"}
#: E-mail goes out for every store, whatever its channel.
MAIL = "stores.connectors.mail.connector.Mail"


@lru_cache(maxsize=32)
def load(dotted: str) -> type[Connector]:
    """The class behind a dotted path."""
    module, _dot, name = dotted.rpartition(".")
    found: type[Connector] = getattr(import_module(module), name)
    return found


def connector_class(kind: str) -> type[Connector]:
    """The connector of a kind of store; the one that works by hand where there is no other."""
    return load(CONNECTORS.get(kind, CONNECTORS["spreadsheet"]))


def has_connector(kind: str) -> bool:
    """Whether the kind of store is reached by program."""
    return bool(connector_class(kind).abilities)
