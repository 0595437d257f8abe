"""Who else looks at an object, or is writing about it: kept in the cache server for less than a minute, never in the database."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from core.audit import Actor

#: A page asks every 15 seconds; who was silent for longer than this has gone.
GONE_SECONDS = 40
_WRITES = "w"


@dataclass(frozen=True)
class Other:
    """Somebody else at the same object."""

    name: str
    writing: bool


def seen(place: str, actor: Actor, *, writing: bool = False) -> list[Other]:
    """Note that ``actor`` is at ``place`` (and whether he writes); answers the others, writers first. One round trip, so two
    people who ask at the same moment never overwrite each other. Nobody is shown while the cache server is away."""
    now = time.time()
    me = f"{actor.kind}:{actor.ref}"
    try:
        key = cache.make_and_validate_key(f"here:{place}")
        with cache._cache.get_client(key, write=True).pipeline(transaction=False) as asked:  # type: ignore[attr-defined]
            asked.hset(key, me, f"{now:.0f}|{_WRITES if writing else ''}|{actor.label}")
            asked.expire(key, GONE_SECONDS)
            asked.hgetall(key)
            found: dict[Any, Any] = asked.execute()[2]
    except Exception:
        return []
    others = []
    for ref, value in found.items():
        at, state, name = _text(value).split("|", 2)
        if _text(ref) != me and now - float(at) < GONE_SECONDS:
            others.append(Other(name, state == _WRITES))
    return sorted(others, key=lambda other: (not other.writing, other.name))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
