"""The cache of the house: the framework's, with one client for each thread instead of one for each question.

Making a client costs more than asking it, and a page asks several times.
"""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class OneClient(RedisCacheClient):
    """Keeps its clients; a client is only a pool of connections with methods."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._kept: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client of the server to ask."""
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        if id(pool) not in self._kept:
            self._kept[id(pool)] = self._client(connection_pool=pool)  # type: ignore[attr-defined]
        return self._kept[id(pool)]


class ValkeyCache(RedisCache):
    """``django.core.cache.backends.redis.RedisCache`` with :class:`OneClient`."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient

    def bump(self, key: str, timeout: int) -> int:
        """Count one more under ``key`` and answer the count; it is forgotten ``timeout`` seconds after the first. One round trip."""
        name = self.make_and_validate_key(key)
        with self._cache.get_client(name, write=True).pipeline(transaction=False) as asked:
            asked.set(name, 0, ex=timeout, nx=True)
            asked.incr(name)
            return int(asked.execute()[1])
