"""The collector of reference cycles out of the way of work on large sets: it walks through everything that is alive again and
again while the sets grow, which is a third of the time of an import."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[Callable[[], object]]:
    """Inside, cycles are collected only when the function it gives is called: after each set, and then only among what that
    set made. Whoever pauses within a pause changes nothing."""
    if not gc.isenabled():
        yield lambda: None
        return
    gc.disable()
    try:
        yield lambda: gc.collect(1)
    finally:
        gc.enable()
