"""A sentence that is kept as what it says, not as the words of one language: shown to each reader in his own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext


@dataclass(frozen=True)
class Said:
    """A marked English sentence with %(name)s fields and their values; a value may itself be one."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return gettext(self.text) % {name: str(value) for name, value in self.params.items()}

    @property
    def plain(self) -> str:
        """In English, as it is kept beside."""
        values = {n: v.plain if isinstance(v, Said) else v for n, v in self.params.items()}
        return self.text % values

    def as_json(self) -> list[Any]:
        """As it is stored."""
        values = {n: {"said": v.as_json()} if isinstance(v, Said) else v for n, v in self.params.items()}
        return [self.text, values]

    @classmethod
    def from_json(cls, kept: Any) -> Said | None:
        """What was stored; None for anything else."""
        if not (isinstance(kept, list) and len(kept) == 2 and isinstance(kept[0], str) and isinstance(kept[1], dict)):
            return None
        values = {n: cls.from_json(v["said"]) if isinstance(v, dict) and "said" in v else v for n, v in kept[1].items()}
        return cls(kept[0], values)
