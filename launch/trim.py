"""Of the CSS kit only what our pages use: a phone on a slow link waits for every byte of it before it shows anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

#: What may name a class: templates, scripts, Python.
SUFFIXES = (".html", ".js", ".py", ".css")
LEFT_OUT = ("tests", "build", "node_modules", "var", "bench", "launch", "docs")
WORD = re.compile(r"(?:--)?[A-Za-z_][\w-]*")
ATTRIBUTE = re.compile(r"\[(data-[\w-]+)")
#: A variable where it is set, and where it is asked for.
SET = re.compile(r"""(?<=[{;])(--[\w-]+):((?:[^;{}"']|"[^"]*"|'[^']*')*)(?:;|(?=}))""")
ASKED = re.compile(r"var\(\s*(--[\w-]+)")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*(?:\\.[\w-]*)*)")
#: Rules around other rules; what stands inside is looked at, other at-rules (keyframes, fonts) stay whole.
AROUND = ("@media", "@supports", "@layer", "@container")


def _sources(root: Path) -> Iterator[Path]:
    """The files that may name a class."""
    for folder in root.iterdir():
        if folder.is_dir() and folder.name not in LEFT_OUT and not folder.name.startswith("."):
            yield from (path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def words(root: Path) -> set[str]:
    """Every word in the product's own sources; a class that is none of them is on no page."""
    found: set[str] = set()
    for path in _sources(root):
        found.update(WORD.findall(path.read_text(errors="ignore")))
    return found


def state(root: Path) -> str:
    """What the sources are: how many, and when the last of them was changed. Other than before: the kit is trimmed anew."""
    times = [path.stat().st_mtime for path in (*_sources(root), Path(__file__))]
    return f"{len(times)} {int(max(times))}"


def classes(css: str) -> set[str]:
    """All classes and data attributes a style sheet speaks of."""
    return {name.replace("\\", "") for name in CLASS.findall(css)} | set(ATTRIBUTE.findall(css))


def trimmed(css: str, kept: set[str]) -> str:
    """The style sheet without the selectors that ask for a class outside ``kept`` and without variables that then nobody asks
    for. Comments that are licences stay."""
    licence = "".join(re.findall(r"/\*!.*?\*/", css, flags=re.S))
    return licence + _lean(_inside(re.sub(r"/\*.*?\*/", "", css, flags=re.S), kept), kept)


def _lean(css: str, kept: set[str]) -> str:
    """Without variables that neither the sheet nor the product names; one may be set from another, so until nothing changes."""
    before = ""
    while css != before:
        before, asked = css, set(ASKED.findall(css)) | kept
        css = "".join(_keeping(css, asked))
    return re.sub(r"[^{};]+\{\}", "", css)


def _keeping(css: str, asked: set[str]) -> Iterator[str]:
    """The sheet piece by piece, variables outside ``asked`` left out."""
    place = 0
    for found in SET.finditer(css):
        yield css[place : found.start()]
        if found[1] in asked:
            yield found[0]
        place = found.end()
    yield css[place:]


def _inside(css: str, kept: set[str]) -> str:
    made = []
    for head, body in _rules(css):
        name = head.strip()
        if name.startswith(AROUND):
            if inner := _inside(body, kept):
                made.append(f"{name}{{{inner}}}")
        elif body == ";":
            made.append(f"{name};")
        elif name.startswith("@"):
            made.append(f"{name}{{{body}}}")
        elif held := [one for one in _selectors(name) if classes(_asked(one)) <= kept]:
            made.append(f"{','.join(held)}{{{body}}}")
    return "".join(made)


def _asked(selector: str) -> str:
    """A selector without what it excludes."""
    return re.sub(r":not\([^()]*\)", "", selector)


def _selectors(head: str) -> Iterator[str]:
    """The parts of a list of selectors; commas in brackets divide nothing."""
    depth, start = 0, 0
    for place, sign in enumerate(head):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            yield head[start:place]
            start = place + 1
    yield head[start:]


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Heads and bodies on the outermost level; a statement without a body has ";"."""
    place, start = 0, 0
    while place < len(css):
        sign = css[place]
        if sign in "\"'":
            place = _after_text(css, place)
            continue
        if sign == ";":
            yield css[start:place], ";"
            start = place + 1
        elif sign == "{":
            end = _closing(css, place)
            yield css[start:place], css[place + 1 : end]
            place, start = end, end + 1
        place += 1


def _closing(css: str, place: int) -> int:
    """Where the brace at ``place`` is closed."""
    depth = 0
    while place < len(css):
        sign = css[place]
        if sign in "\"'":
            place = _after_text(css, place)
            continue
        depth += (sign == "{") - (sign == "}")
        if not depth:
            return place
        place += 1
    return place


def _after_text(css: str, place: int) -> int:
    """The place behind a quoted text that begins at ``place``."""
    end = place + 1
    while end < len(css) and css[end] != css[place]:
        end += 2 if css[end] == "\\" else 1
    return end + 1
