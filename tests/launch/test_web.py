"""The web server loads the product once and forks its workers from it, on this machine and in the image."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from erp import web
from launch import supervisor
from launch.places import ROOT, places


def test_both_starts_load_the_product_once() -> None:
    call = supervisor.children(places(), {}, 8000, sandbox=False)[0].argv
    assert call[call.index("--config") + 1] == "python:erp.web"
    assert '"--config", "python:erp.web"' in Path(ROOT / "Dockerfile").read_text()
    assert web.preload_app


def test_workers_inherit_no_connection_and_share_what_was_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr("django.db.connections.close_all", lambda: done.append("database"))
    monkeypatch.setattr("django.core.cache.caches.close_all", lambda: done.append("cache"))
    monkeypatch.setattr(gc, "freeze", lambda: done.append("frozen"))
    web.when_ready(None)
    assert done == ["database", "cache", "frozen"]
