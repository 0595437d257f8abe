"""Pauses, breaker, digests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stores import rules

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "draw", "seconds"),
    [(1, 1.0, 5), (2, 1.0, 10), (3, 0.5, 10), (1, 0.0, 1), (12, 1.0, 10240), (13, 1.0, 20480), (40, 1.0, 21600)],
)
def test_pause_doubles_with_jitter_within_bounds(attempts: int, draw: float, seconds: float) -> None:
    assert rules.pause_seconds(attempts, lambda: draw) == seconds


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (2, 0), (3, 5), (4, 10), (5, 20), (7, 60), (50, 60)])
def test_breaker_opens_at_its_threshold(failures: int, seconds: float) -> None:
    assert rules.hold_seconds(failures, 3, lambda: 0.0) == seconds


@pytest.mark.parametrize(("asked", "kept"), [(None, None), (0, 1), (30, 30), (10**9, 86400)])
def test_retry_after_is_believed_within_reason(asked: float | None, kept: float | None) -> None:
    assert rules.sane_retry_after(asked) == kept


@pytest.mark.parametrize(
    ("reason", "hold", "is_open"),
    [
        ("", None, True),
        ("bad key", None, False),
        ("", 5, False),
        ("", 0, True),
        ("", -5, True),
        ("", 90_000, False),
        ("", 90_001, True),
    ],
)
def test_lane_is_open_unless_paused_or_held(reason: str, hold: int | None, is_open: bool) -> None:
    until = None if hold is None else NOW + timedelta(seconds=hold)
    assert rules.lane_open(rules.LaneFacts(reason, until, 0), NOW) is is_open


def test_the_same_answer_has_the_same_digest_whatever_the_order_of_its_fields() -> None:
    assert rules.digest_of({"a": 1, "b": [1, 2]}) == rules.digest_of({"b": [1, 2], "a": 1})
    assert rules.digest_of({"a": 1}) != rules.digest_of({"a": 2})


def test_reason_is_one_printable_line() -> None:
    assert rules.short_reason("a\r\nBcc: x\x00\x1b[0m" + "y" * 900) == ("a Bcc: x [0m" + "y" * 900)[:500]
