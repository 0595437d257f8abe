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


def may_reply(text: str, *, state: str, longest: int) -> str:
    """Why a reply cannot be given, as a code: answered, empty, too_long; "" when it can. One reply, once given, stays."""
    if state in ("queued", "sent"):
        return "answered"
    if not text.strip():
        return "empty"
    return "too_long" if len(text) > longest else ""
