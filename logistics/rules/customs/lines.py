"""What is asked of each line: value, description, tariff code, origin, weight, brand and class of goods."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence

from logistics.rules.customs.book import Book, Country, StopWord
from logistics.rules.customs.facts import LOWERING, DeclaredLine, Limits, Parcel
from logistics.rules.customs.findings import BLOCK, REVIEW, Finding

#: The one class that is never sent by anything.
COUNTERFEIT = "counterfeit"
_POSTAL = ("postal_", "ems")


def _at(line: DeclaredLine, **more: str) -> dict[str, str]:
    return {"article": line.code, "text": line.description, **more}


def values(line: DeclaredLine) -> Iterator[Finding]:
    """A line is worth what was paid for it; nothing is worth nothing."""
    if line.value <= 0:
        yield Finding("DECL_ZERO", BLOCK, line.position, _at(line))
    elif line.value < line.paid and line.accepted not in LOWERING:
        yield Finding(
            "DECL_BELOW_PAID", BLOCK, line.position, _at(line, paid=f"{line.paid:f}", value=f"{line.value:f}")
        )


def is_specific(description: str, words: int = 3) -> bool:
    """Whether a description has enough words, all in Latin letters."""
    return description.isascii() and len(re.findall(r"[A-Za-z]{2,}", description)) >= words


def folded(text: str) -> str:
    """Lower case, single blanks, no stop at the end."""
    return " ".join(text.casefold().split()).strip(" .,;:")


def plain(text: str) -> str:
    """The words of a text for comparing names: without capitals, accents and the signs between them."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"\w+", "".join(sign for sign in bare if not unicodedata.combining(sign))))


def names(text: str, word: str) -> bool:
    """Whether a text names ``word``: as a whole word, and anywhere in a script that writes without blanks."""
    wanted, found = plain(word), plain(text)
    if any(unicodedata.east_asian_width(sign) in "WF" for sign in wanted):
        return wanted in found
    return bool(wanted) and f" {wanted} " in f" {found} "


def descriptions(line: DeclaredLine, stopwords: Sequence[StopWord], limits: Limits) -> Iterator[Finding]:
    """A description says what the thing is and what it is made of."""
    text = folded(line.description)
    if not text:
        yield Finding("DESC_MISSING", REVIEW, line.position, _at(line))
        return
    whole = {plain(word.term) for word in stopwords if word.whole}
    for word in stopwords:
        only = plain(text) == plain(word.term)  # nothing else stands there: its own row says so, where there is one
        if only if word.whole else names(text, word.term) and not (only and plain(text) in whole):
            said = _at(line, term=word.term, reason=word.reason, reason_zh=word.reason_zh)
            yield Finding("DESC_STOPWORD", word.level, line.position, said)
    if not is_specific(line.description, limits.words):
        yield Finding("DESC_SHORT", REVIEW, line.position, _at(line, words=str(limits.words)))


def same_texts(lines: Sequence[DeclaredLine]) -> Iterator[Finding]:
    """Articles of different headings under one and the same text: the text says nothing of them."""
    headings: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        if line.description.strip():
            headings[folded(line.description)].add(line.hs_code[:6])
    for line in lines:
        if len(headings.get(folded(line.description), ())) > 1:
            yield Finding("DESC_SAME", REVIEW, line.position, _at(line))


def papers(line: DeclaredLine, rule: Country, book: Book, country: str) -> Iterator[Finding]:
    """Tariff code as long as the country asks, origin, net weight."""
    code = book.tariff_code(line.hs_code, country)
    if len(code) < rule.hs_digits:
        level = BLOCK if rule.hs_digits > 6 else REVIEW
        yield Finding(
            "HS_DIGITS", level, line.position, _at(line, have=str(len(code)), need=str(rule.hs_digits), hs=line.hs_code)
        )
    if not line.origin:
        yield Finding("NO_ORIGIN", REVIEW, line.position, _at(line))
    if line.weight_g is None:
        yield Finding("NO_WEIGHT", REVIEW, line.position, _at(line))


def brands(line: DeclaredLine, book: Book) -> Iterator[Finding]:
    """A brand is sold only with a paper of its owner."""
    text = f"{line.name} {line.description} {line.material}"
    for brand in book.brands:
        if not brand.allowed and any(names(text, word) for word in brand.words):
            yield Finding("COUNTERFEIT", BLOCK, line.position, _at(line, brand=brand.name))


def classes(line: DeclaredLine, rule: Country, book: Book, parcel: Parcel) -> Iterator[Finding]:
    """Classes of goods: some never travel, some not by ordinary mail, some only after a look."""
    for row in book.classes_of(line.hs_code, line.goods_class):
        fields = _at(
            line, goods=row.code, note=row.note, note_zh=row.note_zh, goods_en=row.meaning_en, goods_zh=row.meaning_zh
        )
        if row.code == COUNTERFEIT:
            yield Finding("COUNTERFEIT", BLOCK, line.position, fields)
        elif row.action == "block" or (row.action == "block_postal" and parcel.service.kind.startswith(_POSTAL)):
            yield Finding("SENSITIVE", BLOCK, line.position, fields)
        elif row.code in rule.sensitive:
            yield Finding("SENSITIVE", REVIEW, line.position, fields)
