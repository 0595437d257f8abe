"""Loads what apps declare: machines, policies, follow-ups, listings, subscribers, jobs."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

#: The declaration modules of an app, in the order in which they are loaded.
DECLARATIONS = (
    "policies",
    "states",
    "placeholders",
    "followups",
    "subscribers",
    "tasks",
    "listings",
    "panels",
    "checks",
)


def load(app: str) -> None:
    """Import every declaration module of ``app`` that exists and bind its state machines."""
    for name in DECLARATIONS:
        if find_spec(f"{app}.{name}") is not None:
            module = import_module(f"{app}.{name}")
            if name == "states" and app != "core":
                for label, machine in module.TABLES.items():
                    machine.bind(apps.get_model(label))
