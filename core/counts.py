"""The live figures beside the menu: apps give a capped count per person, remembered for some seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache

from core.audit import Actor

#: Above this a figure says "so many or more": counting a large table costs more than anybody learns from it.
CAP = 10_000
KEEP_SECONDS = 20


@dataclass(frozen=True)
class Count:
    """A registered figure: the menu item it stands beside, how to find it, whether it is money or time at risk."""

    key: str
    find: Callable[[Actor], int]
    hot: bool
    permission: str


COUNTS: dict[str, Count] = {}


def register(key: str, find: Callable[[Actor], int], *, permission: str, hot: bool = False) -> None:
    """Give the figure beside menu item ``key``. ``find`` counts at most ``CAP + 1`` rows."""
    COUNTS[key] = Count(key, find, hot, permission)


def counts_for(actor: Actor) -> dict[str, tuple[int, bool]]:
    """All figures the actor may see: key -> (count, hot). Found at most every twenty seconds per person and scope."""
    stores = "all" if actor.store_ids is None else "-".join(str(pk) for pk in sorted(actor.store_ids))
    name = f"menu-counts:{actor.kind}:{actor.ref}:{actor.role}:{stores}"
    try:
        held = cache.get(name)
    except Exception:  # the cache is away: figures are a comfort, pages go on
        held = None
    if held is None:
        held = {
            count.key: (count.find(actor), count.hot) for count in COUNTS.values() if actor.has_perm(count.permission)
        }
        try:
            cache.set(name, held, KEEP_SECONDS)
        except Exception:
            return held
    return {key: (value, bool(hot)) for key, (value, hot) in held.items()}


def text(value: int) -> str:
    """A figure as the menu writes it: nothing for zero, capped above ten thousand."""
    if not value:
        return ""
    return f"{CAP:,}+" if value > CAP else f"{value:,}"
