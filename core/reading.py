"""Reading what browsers, buyers and files send, without surprises."""

from __future__ import annotations


def whole(text: str, longest: int = 18) -> int | None:
    """The whole number that ``text`` is, or None. Only the digits 0-9 count (other scripts have digits that Python calls so and
    cannot read), and no more of them than the database holds."""
    return int(text) if 0 < len(text) <= longest and text.isascii() and text.isdigit() else None
