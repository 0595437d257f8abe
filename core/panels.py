"""Boxes on detail pages that apps above fill. The page offers a place; each panel is loaded on its own when seen.

    register("orders.detail", Panel("parcels", _("Parcels"), "logistics.view_parcel", "logistics/_parcels_panel.html",
                                    lambda obj, actor: {"parcels": selectors.parcels_of_order(obj, actor)}))

A place is called ``<listing>.detail``; the object is found through the listing's own queryset, so rights hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.audit import Actor


@dataclass(frozen=True)
class Panel:
    """One box: its name in the address, title, permission, template and the context made of (object, actor)."""

    name: str
    title: Any
    permission: str
    template: str
    context: Callable[[Any, Actor], Mapping[str, Any]]
    order: int = 50
    lines: int = 3
    count: Callable[[Any, Actor], int] | None = None


PANELS: dict[str, dict[str, Panel]] = defaultdict(dict)


def register(place: str, panel: Panel) -> None:
    """Put ``panel`` into ``place``."""
    held = PANELS[place].get(panel.name)
    if held is not None and held.template != panel.template:
        raise ValueError(f"place {place} already has a panel {panel.name}")
    PANELS[place][panel.name] = panel


def panels_of(place: str, actor: Actor) -> list[Panel]:
    """The panels of ``place`` the actor's role may see, in order."""
    return sorted((p for p in PANELS[place].values() if actor.has_perm(p.permission)), key=lambda p: (p.order, p.name))
