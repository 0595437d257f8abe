"""A packer at the table for tests: scans one after the other, as the browser does, with note and wave in hand."""

from __future__ import annotations

import itertools
from typing import Any

from core.audit import Actor
from logistics.services import packing
from tests.factories import dispatch as make

_keys = itertools.count(1)


class Table:
    """One browser at one table."""

    def __init__(self, actor: Actor | None = None) -> None:
        self.actor = actor or make.person("warehouse")
        self.note_id: int | None = None
        self.wave_id: int | None = None
        self.last: packing.Scanned

    def scan(self, code: str, key: str = "", now: Any = make.NOW) -> str:
        """Scan and answer the code of the answer."""
        self.last = packing.scan(
            code=code,
            key=key or f"w{next(_keys)}",
            actor=self.actor,
            now=now,
            note_id=self.note_id,
            wave_id=self.wave_id,
        )
        return self._taken()

    def photo(self, raw: bytes, key: str = "") -> str:
        """Photograph."""
        self.last = packing.photograph(
            raw=raw,
            key=key or f"p{next(_keys)}",
            actor=self.actor,
            now=make.NOW,
            note_id=self.note_id,
            wave_id=self.wave_id,
        )
        return self._taken()

    def _taken(self) -> str:
        if not self.last.repeated:
            self.note_id, self.wave_id = self.last.note_id, self.last.wave_id
        return self.last.code

    def all(self, *codes: str) -> list[str]:
        """Scan many."""
        return [self.scan(code) for code in codes]
