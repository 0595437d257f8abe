"""How a rating reads, and when a silent buyer is asked. Pure."""

from __future__ import annotations


def tone_of(stars: int) -> str:
    """Good from four stars, neutral with three, bad below."""
    if stars >= 4:
        return "good"
    return "neutral" if stars == 3 else "bad"


def may_ask(*, state: str, history: bool, rated: bool, disputed: bool, days_since: int, within: int) -> bool:
    """Whether a buyer is asked for a rating: the sale is completed, not history, not rated, not disputed, and the window
    in which a rating is possible is still open."""
    return state == "completed" and not history and not rated and not disputed and days_since <= within
