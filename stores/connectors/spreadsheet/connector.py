"""A store without a door: orders come as files, everything outgoing is done by a person and confirmed."""

from __future__ import annotations

from typing import ClassVar

from stores.connectors.base import Connector


class Spreadsheet(Connector):
    """Offers nothing."""

    kind = "spreadsheet"
    abilities: ClassVar[frozenset[str]] = frozenset()
