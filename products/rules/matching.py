"""Which of our articles a channel SKU may mean."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

_WORD = re.compile(r"[^\W_]+")
_PACK = re.compile(r"(?:[x×*]\s?(\d{1,3})|(\d{1,3})\s?(?:pcs?|pieces?|pack|set|件|个|只|套))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Article:
    """One of our SKUs as the comparison reads it."""

    pk: int
    code: str
    names: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A possible match with how alike it is (0..1), how many pieces it seems to mean, and why."""

    pk: int
    likeness: Decimal
    quantity: int
    reason: str


def item_key(sku: str, title: str, attributes: str) -> str:
    """The channel SKU of a line; where the channel gives none, a name made of title and attributes that stays the same."""
    if sku:
        return sku[:100]
    digest = hashlib.sha256(f"{title}\n{attributes}".encode()).hexdigest()
    return f"~{digest[:16]}"


def folded(text: str) -> str:
    """Text without case, accents and width, for comparing codes and names."""
    if text.isascii():
        return text.upper().strip()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).upper().strip()


def bare_code(code: str) -> str:
    """A code without separators and pack size: ``AB-12_x2`` and ``ab12`` are the same article."""
    short = _PACK.sub("", folded(code).strip(" -_/."))
    return "".join(c for c in short if c.isalnum())


def words(text: str) -> frozenset[str]:
    """The words of a title; Chinese is cut into pairs of characters because it has no blanks."""
    found: set[str] = set()
    for word in _WORD.findall(folded(text)):
        if any("\u4e00" <= c <= "\u9fff" for c in word):
            found.update(word[i : i + 2] for i in range(max(len(word) - 1, 1)))
        else:
            found.add(word)
    return frozenset(found)


def telling_words(title: str, count: int = 2) -> list[str]:
    """The longest words of a title, by which likely articles are looked up; of Chinese words the beginning."""
    found = {word[:2] if "\u4e00" <= word[0] <= "\u9fff" else word for word in _WORD.findall(folded(title))}
    return sorted((word for word in found if len(word) > 1), key=lambda word: (-len(word), word))[:count]


def pack_size(*texts: str) -> int:
    """How many pieces a code or title speaks of at its end (``x2``, ``3pcs``, ``5件``); 1 when it says nothing."""
    for text in texts:
        hit = _PACK.search(text.strip())
        if hit:
            size = int(hit.group(1) or hit.group(2))
            if 1 < size <= 500:
                return size
    return 1


def better_title(held: str, told: str) -> str:
    """The title to keep of two: the longer one, of equally long ones the greater, so that the order of tellings is no matter."""
    if len(held) != len(told):
        return held if len(held) > len(told) else told
    return max(held, told)


def suggest(sku: str, title: str, attributes: str, articles: Iterable[Article], limit: int = 3) -> list[Suggestion]:
    """The most likely of ``articles`` for a channel SKU, best first: same code, same bare code, then common words of the names.

    What shares fewer than half of its words is not suggested at all.
    """
    code, bare = folded(sku), bare_code(sku)
    wanted = words(f"{title} {attributes}")
    size = pack_size(sku, title)
    found: list[Suggestion] = []
    for article in articles:
        own = folded(article.code)
        if own == code:
            found.append(Suggestion(article.pk, Decimal(1), 1, "same_code"))
        elif bare and bare_code(article.code) == bare:
            found.append(Suggestion(article.pk, Decimal("0.9"), size, "similar_code"))
        elif wanted:
            common = words(article.names)
            likeness = _overlap(wanted, common)
            if likeness >= Decimal("0.5"):
                found.append(Suggestion(article.pk, likeness * Decimal("0.8"), size, "similar_title"))
    found.sort(key=lambda s: (-s.likeness, s.pk))
    return found[:limit]


def _overlap(left: frozenset[str], right: frozenset[str]) -> Decimal:
    both = len(left & right)
    if not both:
        return Decimal(0)
    return (Decimal(2 * both) / Decimal(len(left) + len(right))).quantize(Decimal("0.01"))


def same_codes(items: Sequence[tuple[int, str]], codes: Sequence[tuple[int, str]]) -> dict[int, int]:
    """Item id -> SKU id where the folded codes are equal and belong to exactly one SKU."""
    by_code: dict[str, list[int]] = {}
    for pk, code in codes:
        by_code.setdefault(folded(code), []).append(pk)
    found = {}
    for pk, sku in items:
        owners = by_code.get(folded(sku), [])
        if len(owners) == 1:
            found[pk] = owners[0]
    return found
