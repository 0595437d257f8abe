"""Every visible text of code and templates stands in the Chinese catalogue, translated, with the same placeholders."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
FOLDERS = (
    "core",
    "accounts",
    "worklist",
    "stores",
    "customers",
    "products",
    "inventory",
    "conversations",
    "orders",
    "logistics",
    "disputes",
    "reports",
    "erp",
)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "ngettext_noop": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|\{\{.*?\}\}")
Key = tuple[str | None, str]


def _keys(extracted: object, options: dict[str, object]) -> set[Key]:
    found: set[Key] = set()
    for _line, function, messages, _comments in extracted:  # type: ignore[attr-defined]
        words = [messages] if isinstance(messages, str) else list(messages or ())
        if function not in options or not words or not isinstance(words[0], str):
            continue  # a variable, not a text
        if "pgettext" in function:
            found.add((words[0], words[1]))
        else:
            found.add((None, words[0]))
    return found


def texts_in_code() -> dict[Key, str]:
    """Every marked text of Python files and templates, with one place where it stands."""
    found: dict[Key, str] = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                for key in _keys(extract_python(io.BytesIO(path.read_bytes()), KEYWORDS, [], {}), KEYWORDS):
                    found.setdefault(key, str(path.relative_to(ROOT)))
    for path in sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt")):
        source = templatize(path.read_text(), origin=str(path))
        for key in _keys(extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {}), KEYWORDS):
            found.setdefault(key, str(path.relative_to(ROOT)))
    return found


def texts_in_scripts() -> dict[Key, str]:
    """Every marked text of our browser modules."""
    found: dict[Key, str] = {}
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        for key in _keys(extract_javascript(io.BytesIO(path.read_bytes()), KEYWORDS, [], {}), KEYWORDS):
            found.setdefault(key, str(path.relative_to(ROOT)))
    return found


def catalogue(domain: str) -> Catalog:
    """The Chinese catalogue of a domain; empty when there is none."""
    path = LOCALE / f"{domain}.po"
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as text:
        return read_po(text, locale="zh_Hans")


def untranslated(texts: dict[Key, str], known: Catalog) -> list[str]:
    """The texts that a Chinese reader would see in English."""
    missing = []
    for (context, text), place in sorted(texts.items(), key=lambda item: item[1]):
        message = known.get(text, context)
        strings = (
            [] if message is None else [message.string] if isinstance(message.string, str) else list(message.string)
        )
        if not strings or not all(strings) or (message is not None and message.fuzzy):
            missing.append(f"{place}: {text!r}")
    return missing


@pytest.mark.parametrize(("domain", "texts"), [("django", texts_in_code), ("djangojs", texts_in_scripts)])
def test_every_text_is_translated(domain: str, texts: object) -> None:
    missing = untranslated(texts(), catalogue(domain))  # type: ignore[operator]
    assert not missing, f"{len(missing)} texts without Chinese:\n" + "\n".join(missing)


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_translations_keep_their_placeholders(domain: str) -> None:
    wrong = []
    for message in catalogue(domain):
        if not message.id or not message.string:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = set(PLACEHOLDER.findall(ids[-1]))
        wrong += [
            f"{ids[0]!r} -> {string!r}" for string in strings if string and set(PLACEHOLDER.findall(string)) != wanted
        ]
    assert wrong == []


def test_the_check_sees_a_missing_text() -> None:
    """The negative control: a text the catalogue does not have is named with its place."""
    assert untranslated({(None, "No such text anywhere"): "orders/views.py"}, catalogue("django")) == [
        "orders/views.py: 'No such text anywhere'"
    ]
