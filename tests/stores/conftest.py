"""A pretend shop for the tests of the doors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.models import Store
from stores.connectors.sandbox.control import Control
from stores.connectors.sandbox.server import Server
from tests.factories.stores import connected, running_shop


@pytest.fixture(scope="session")
def shop_server() -> Iterator[Server]:
    """One server for the session; each test opens its own shop in it."""
    with running_shop() as server:
        yield server


@pytest.fixture
def door(db: None, shop_server: Server) -> tuple[Store, Control]:
    """A connected store and its other side."""
    return connected(shop_server)
