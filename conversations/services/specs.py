"""What a text is asked with and answered by: the wish, the preview, the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from conversations.models import Message, Template


@dataclass(frozen=True)
class Words:
    """Own words in one language; their placeholders are filled like those of a text of the house."""

    language: str
    subject: str
    body: str


@dataclass(frozen=True)
class Seen:
    """The words as a person saw them for one buyer: they go out, whatever the text says by now. ``own``: the person wrote them,
    so nothing of the text is asked any more."""

    subject: str
    body: str
    own: bool = False


@dataclass(frozen=True)
class TextSpec:
    """One text to write: which, about what, and the key that makes it exist once.

    ``words``: instead of a text of the house, own ones by language; ``seen``: what a person approved; ``tells``: it goes to
    many at once and answers nobody; ``more``: further objects it is about, whose caps count too.
    """

    base_code: str
    about: models.Model
    key: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    is_chaser: bool = False
    as_draft: bool | None = None
    words: tuple[Words, ...] = ()
    seen: Seen | None = None
    tells: bool = False
    more: tuple[models.Model, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of a text. ``code``: sent, draft, exists, refused, capped, no_template. ``reason`` is a sentence."""

    message: Message | None
    reason: str = ""
    code: str = "sent"
    missing: tuple[str, ...] = ()
    untrue: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """A text as it would go out, or why not."""

    template: Template
    subject: str
    body: str
    missing: tuple[str, ...]
    untrue: tuple[str, ...]
    facts: Mapping[str, str | None]
    #: The days it names (ISO): what a text says is done by a day is owed on that day.
    dates: Mapping[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether it may not go out like this."""
        return bool(self.missing or self.untrue)
