"""Form fields where people choose by name what tables and programs keep as codes.

The value is the code, or codes as one text (``DE;FR``), in the order chosen; pages show names. What people paste and what programs
send is read as well: codes or names, with ``;``, commas or line ends between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import partial
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.countries import by_code, find

Choices = Sequence[tuple[str, Any]]
#: In use by posts and channels, though no code of the standard.
KOSOVO = "XK"
_BETWEEN = re.compile(r"[;；,，、\n\r\t]+")


def country_choices(more: Mapping[str, Any] | None = None) -> list[tuple[str, Any]]:
    """Every country by its name in the reader's language, its code behind it; ``more`` stand first."""
    named = sorted(
        ((code, f"{f.country_name(code)} · {code}") for code in {*by_code(), KOSOVO}), key=lambda pair: pair[1]
    )
    return [*(more or {}).items(), *named]


def read_country(text: str) -> str:
    """The code of a country written as code or name; what is none stays as it is."""
    if text.upper() in by_code() or text.upper() == KOSOVO:
        return text.upper()
    return find(text) or text


def _one_country(more: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [("", "—"), *country_choices(more)]


class CountryField(forms.ChoiceField):
    """One country, by name. ``more``: further codes that stand for many countries, with their names."""

    default_error_messages = {"invalid_choice": _("There is no such country: %(value)s")}

    def __init__(self, *, more: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.more = more or {}
        super().__init__(choices=partial(_one_country, self.more), **kwargs)

    def to_python(self, value: Any) -> str:
        """The code, however the country was written."""
        text = str(value or "").strip()
        return text.upper() if text.upper() in self.more else read_country(text) if text else ""


class SuggestInput(forms.TextInput):
    """A line of text that offers what is known while one types; anything else may be typed."""

    def __init__(self, offered: Callable[[], Choices], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.offered = offered

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The line with its list."""
        at = f"{(attrs or {}).get('id') or name}_known"
        line = super().render(name, value, {**(attrs or {}), "list": at, "autocomplete": "off"}, renderer)
        known = format_html_join("", '<option value="{}">{}</option>', self.offered())
        return format_html('{}<datalist id="{}">{}</datalist>', line, at, known)


class CodesWidget(forms.SelectMultiple):
    """A list to choose several from by typing; a text of codes is read like a pasted one."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-codes": "", **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """The codes sent, in their order."""
        many = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        return split(many)

    def optgroups(self, name: str, value: list[Any], attrs: dict[str, Any] | None = None) -> Any:
        """What is chosen stands first, in its order, so that it comes back in its order."""
        place = {code: number for number, code in enumerate(value)}
        shown = copy(self)  # a widget of a row is shared between pages: what it offers is asked each time
        shown.choices = sorted(self.choices, key=lambda pair: place.get(str(pair[0]), len(place)))
        return super(CodesWidget, shown).optgroups(name, value, attrs)


def split(value: Any) -> list[str]:
    """The parts of a list or of a text with separators, each once."""
    parts: Iterable[Any] = value if isinstance(value, list | tuple) else [value or ""]
    found = [piece.strip() for part in parts for piece in _BETWEEN.split(str(part))]
    return list(dict.fromkeys(piece for piece in found if piece))


class CodesField(forms.MultipleChoiceField):
    """Several codes by name, kept as one text. ``empty``: what no choice stands for; ``read``: a written name as its code;
    ``max_length``: so long may the text become."""

    widget = CodesWidget
    default_error_messages = {"too_many": _("That is too many: choose fewer.")}

    def __init__(
        self, *, choices: Callable[[], Choices] | Choices, empty: str = "", unknown: Any = None, read: Callable[[str], str] | None = None,
        max_length: int | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(choices=choices, **{"required": False, **kwargs})
        self.empty, self.read, self.max_length = empty, read, max_length
        if unknown is not None:
            self.error_messages["invalid_choice"] = unknown

    def prepare_value(self, value: Any) -> list[str]:
        """The codes of the text."""
        found = split(value)
        return [] if self.empty and found == [self.empty] else found

    def to_python(self, value: Any) -> list[str]:
        """The codes; names that somebody pasted become theirs."""
        offered: list[Any] = list(self.choices)  # type: ignore[arg-type]
        known = {str(label).split(" · ")[0].casefold(): str(code) for code, label in offered}
        known |= {
            str(code).casefold(): str(code) for code, _label in offered
        }  # a code is itself, whatever others are called
        made = []
        for part in split(value):
            words = part.split()
            many = words if len(words) > 1 and all(word.casefold() in known for word in words) else [part]
            made += [known.get(one.casefold()) or (self.read(one) if self.read else one) for one in many]
        return [code for code in dict.fromkeys(made) if code != self.empty]

    def clean(self, value: Any) -> str:
        """The codes as one text."""
        text = ";".join(super().clean(value)) or self.empty
        if self.max_length is not None and len(text) > self.max_length:
            raise forms.ValidationError(self.error_messages["too_many"])
        return text

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other codes were chosen, or in another order."""
        return self.prepare_value(initial) != self.prepare_value(data)


def keep_known(field: Any, held: Any) -> None:
    """Codes that stand in a record and are no longer offered may stay."""
    offered = [(str(code), label) for code, label in field.choices]
    known = {code for code, _label in offered}
    field.choices = [*offered, *((code, code) for code in split(held) if code not in known)]


def countries_field(label: Any, *, empty: str = "", max_length: int = 300, **kwargs: Any) -> CodesField:
    """Several countries by name."""
    return CodesField(
        choices=country_choices, label=label, empty=empty, read=read_country, max_length=max_length,
        unknown=_("There is no such country: %(value)s"), **kwargs,
    )  # fmt: skip


def codes_in_words(text: str, names: Mapping[str, Any] | Callable[[str], str], everything: Any = "") -> str:
    """Codes of a text by their names, for lists; ``everything`` where no code limits."""
    called = names if callable(names) else lambda code: str(names.get(code, code))
    found = split(text)
    return ", ".join(map(called, found)) if found and found != ["*"] else capfirst(str(everything))
