"""The kinds of trouble a connector may report. Everything else it raises counts as an unclear outcome."""

from __future__ import annotations


class ConnectorError(Exception):
    """The base of all kinds. ``code`` is the channel's own word, the text is for people."""

    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class Temporary(ConnectorError):
    """It certainly did not happen, and may work later. ``retry_after`` seconds when the channel named them."""

    def __init__(self, text: str, *, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(text, code=code)
        self.retry_after = retry_after


class Permanent(ConnectorError):
    """It did not happen and never will as it is: a person must look."""


class Misconfigured(ConnectorError):
    """The key, address or right of the store is wrong: nothing works until somebody mends it."""


class Ambiguous(ConnectorError):
    """Nobody knows whether it happened (time-out, reset, 5xx, unreadable answer): read back, then decide."""
