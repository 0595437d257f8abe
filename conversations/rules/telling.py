"""Who is left out when many buyers are told the same matter, and why. Plain values only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conversations.rules.choice import FALLBACK

#: Reasons that a person may overrule.
MAY_OVERRULE = frozenset({"told_before", "by_person"})
#: Reasons that own words for the buyer mend.
MENDED_BY_WORDS = frozenset({"unknown", "untrue", "no_text"})


@dataclass(frozen=True)
class Case:
    """What is known of one buyer before a text is written. ``ways``: routes by program; ``by_hand``: copying is allowed;
    ``stopped``: none of the things concerns the buyer any more."""

    erased: bool = False
    ways: int = 0
    by_hand: bool = False
    dispute: bool = False
    stopped: str = ""
    told_before: bool = False
    anyway: bool = False


def why_out(case: Case) -> str:
    """Why a buyer is left out whatever the text says; "" when nothing speaks against it."""
    if case.erased:
        return "erased"
    if case.stopped:
        return "stopped"
    if case.dispute:
        return "dispute"
    if not case.ways and not case.by_hand:
        return "no_address"
    return "told_before" if case.told_before and not case.anyway else ""


def key_of(code: str, texts: Mapping[str, Mapping[str, str]]) -> str:
    """What is told: the code of the text, or a digest of own words (blanks and line ends do not count)."""
    if code:
        return code
    held = "\n".join(
        f"{language}:{' '.join(said.get('subject', '').split())}:{' '.join(said.get('body', '').split())}"
        for language, said in sorted(texts.items())
    )
    return hashlib.sha256(held.encode()).hexdigest()


def readable(language: str, offered: Iterable[str]) -> list[str]:
    """Of the languages in which own words are written the one the buyer reads, or English; none of them: nothing."""
    there, wanted = set(offered), language or FALLBACK
    return [name for name in dict.fromkeys((wanted, wanted.split("-")[0], FALLBACK)) if name in there][:1]


def grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Things by buyer, in the order they were chosen: (thing, buyer) pairs -> buyer -> things."""
    found: dict[int, list[int]] = {}
    for thing, buyer in pairs:
        found.setdefault(buyer, []).append(thing)
    return found
