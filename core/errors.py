"""Refusals that people and programs can act on.

A service refuses by raising one of these. Page and REST show the same sentence, and ``code`` stays stable for programs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a stable ``code``, a translated sentence and an HTTP status.

    ``message`` may hold ``%(name)s`` fields that are filled from ``params``; it is translated when shown, in the
    language of the person who reads it.
    """

    status = 409

    def __init__(
        self, code: str, message: Any, /, *, status: int | None = None, field: str | None = None, **params: Any
    ):
        super().__init__(code)
        self.code = code
        self._message = message
        self.field = field
        self.params = params
        if status is not None:
            self.status = status

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        text = str(self._message)
        return text % self.params if self.params else text

    def __str__(self) -> str:
        return self.message


class NotAllowed(DomainError):
    """The actor may not do this."""

    status = 403


class Missing(DomainError):
    """The thing does not exist, or the actor may not know that it does."""

    status = 404


class Conflict(DomainError):
    """The thing is not in a state in which this can be done."""

    status = 409


class NotYet(Conflict):
    """What the thing belongs to is not known yet, but may be soon (records of a channel arrive in any order)."""


class Stale(DomainError):
    """Somebody changed the record since it was read; ``changes`` names field -> (theirs, yours)."""

    status = 412

    def __init__(self, code: str, message: Any, *, changes: dict[str, Any] | None = None, **params: Any):
        super().__init__(code, message, **params)
        self.changes = changes or {}


class Invalid(DomainError):
    """Input that cannot be accepted; ``errors`` maps a field to its sentences."""

    status = 422

    def __init__(self, code: str, message: Any, *, errors: dict[str, list[str]] | None = None, **params: Any):
        super().__init__(code, message, **params)
        self.errors = errors or {}


def refuse_unknown(given: Iterable[str], known: Collection[str]) -> None:
    """Refuse parameters that a question does not know: a filter with a slip in its name must not answer everything."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        told = {name: [str(_("This list does not know this parameter."))] for name in unknown}
        raise Invalid(
            "unknown_parameter", _("Unknown parameter: %(names)s."), status=400, names=", ".join(unknown), errors=told
        )
