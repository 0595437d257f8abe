"""Migrating an empty database sooner.

Django draws a model and all its neighbours anew after every operation. Our indexes, constraints and triggers change nothing
that later operations on an empty database look at, so for those the drawing is left out. Needs the installed packages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.conf import settings
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

OPTION_ONLY: tuple[Any, ...] = (getattr(ProjectState, "_append_option"), AddTrigger.state_forwards)  # noqa: B009


@contextmanager
def fewer_drawings() -> Iterator[None]:
    """For the migration of an empty database only."""
    draw = ProjectState.reload_model
    quiet: list[bool] = []

    def reload_model(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
        if not quiet or app_label not in settings.OUR_APPS:
            draw(state, app_label, model_name, delay=delay)

    def quietly(change: Any) -> Any:
        def changed(*args: Any) -> None:
            quiet.append(True)
            try:
                change(*args)
            finally:
                quiet.pop()

        return changed

    append, trigger = OPTION_ONLY
    with (
        mock.patch.object(ProjectState, "reload_model", reload_model),
        mock.patch.object(ProjectState, "_append_option", quietly(append)),
        mock.patch.object(AddTrigger, "state_forwards", quietly(trigger)),
    ):
        yield
