"""Large sets are worked on without the collector of cycles; the clock of the present pretends nothing."""

from __future__ import annotations

import gc
import weakref
from datetime import UTC, datetime, timedelta

import pytest

from core import clock, collector


class Ring:
    """An object that only the collector can free."""

    def __init__(self) -> None:
        self.me = self


def test_cycles_wait_until_the_set_is_done_and_the_collector_comes_back() -> None:
    assert gc.isenabled()
    with collector.paused() as tidy:
        assert not gc.isenabled()
        with collector.paused():
            pass
        assert not gc.isenabled()  # whoever pauses within a pause does not end it
        gone = weakref.ref(Ring())
        assert gone() is not None
        tidy()
        assert gone() is None
    assert gc.isenabled()


def test_an_error_brings_the_collector_back() -> None:
    with pytest.raises(ValueError, match="no"), collector.paused():
        raise ValueError("no")
    assert gc.isenabled()


def test_the_present_is_not_pretended_and_every_other_time_is() -> None:
    now = datetime.now(UTC)
    with clock.meaning(now):
        assert not clock.is_simulated()
    then = now + timedelta(days=8)
    with clock.meaning(then):
        assert clock.utcnow() == then
        with clock.meaning(now):  # a life in a pretended time goes on in it
            assert clock.utcnow() == now
        assert clock.utcnow() == then
