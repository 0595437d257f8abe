"""How the web server runs the product (``gunicorn --config python:erp.web``): it is loaded once and the workers are forked from it,
so that they share what nobody writes to, and one that died is there again at once."""

from __future__ import annotations

import gc
from typing import Any

preload_app = True


def when_ready(server: Any) -> None:
    """Before the first worker is forked: what every page needs is loaded, no connection is inherited, and the collector of
    cycles no longer walks through what came before, or each worker would copy all of it."""
    from django.core.cache import caches
    from django.db import connections
    from django.urls import get_resolver

    _loaded = get_resolver().url_patterns
    connections.close_all()
    caches.close_all()
    gc.collect()
    gc.freeze()
