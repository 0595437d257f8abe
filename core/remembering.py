"""What a process remembers for some seconds: small tables that every page asks for. A change in another process shows when
the time is over; a change in this one calls ``forget``."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

#: The clock of all memories; a test stops it.
clock: Callable[[], float] = time.monotonic
_all: list[Remembered[Any]] = []


class Remembered(Generic[T]):
    """The last answer of ``read``, asked again after ``seconds`` or after ``forget``."""

    def __init__(self, read: Callable[[], T], seconds: float) -> None:
        self._read, self._seconds = read, seconds
        self._held: tuple[float, T] | None = None
        _all.append(self)

    def __call__(self) -> T:
        """What is known."""
        held = self._held
        if held is None or clock() - held[0] >= self._seconds:
            held = self._held = (clock(), self._read())
        return held[1]

    def forget(self) -> None:
        """Read again when asked next."""
        self._held = None


def forget_all() -> None:
    """Every memory of this process reads again."""
    for one in _all:
        one.forget()
