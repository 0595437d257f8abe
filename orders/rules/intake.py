"""What becomes of an order when it comes in: assortment, flags, holds, joining."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orders.rules.wishes import ASSORTED, COLOUR, SIZE, Lexicon, Line, Reading, Wish, colours_in, has_colour, read

__all__ = ["ArticleFacts", "Hold", "HoldFacts", "assort", "flag_note", "hold", "read_note"]


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """One line: place, channel SKU, the variant words of the channel, the variant words of our SKUs, its own note."""

    position: int
    sku: str
    attributes: str
    variants: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """What may stop an order: the channel checks the payment, the buyer asks to cancel, the buyer is on the blacklist."""

    payment_risk: bool = False
    cancel_requested: bool = False
    blacklisted: bool = False
    blacklist_reason: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """The order waits: reason (a value of HoldReason) and a word of explanation."""

    reason: str
    note: str = ""


def read_note(note: str, articles: Sequence[ArticleFacts], lexicon: Lexicon) -> Reading:
    """The wishes in the note of an order and in the notes of its lines (those belong to their line)."""
    lines = [Line(a.position, a.sku) for a in articles]
    whole = read(note, lines, lexicon) if note.strip() else Reading()
    wishes, cancel = list(whole.wishes), whole.cancel
    for article in articles:
        if article.note.strip():
            own = read(article.note, [Line(article.position, article.sku)], lexicon)
            wishes += [Wish(w.kind, w.text, w.value, article.position) for w in own.wishes]
            cancel = cancel or own.cancel
    return Reading(tuple(dict.fromkeys(wishes)), cancel)


def assort(article: ArticleFacts, wishes: Sequence[Wish], lexicon: Lexicon) -> bool:
    """Whether the line is packed in colours as evenly as the picture allows (ORD-05): it comes in several colours, and
    neither its variant nor a wish names one. "Mixed colours" in the note asks for exactly that."""
    about = [w for w in wishes if w.kind == COLOUR and w.line in (None, article.position)]
    if any(w.value == ASSORTED for w in about):
        return True
    if any(not w.value.startswith("not ") for w in about) or has_colour(article.attributes, lexicon):
        return False
    return max((colours_in(text, lexicon) for text in (*article.variants, article.attributes)), default=0) > 1


def flag_note(wishes: Sequence[Wish]) -> str:
    """The words of the red flag (ORD-13): sizes and colours asked for; "" = no red flag."""
    return ", ".join(w.value for w in wishes if w.kind in (COLOUR, SIZE))[:200]


def hold(facts: HoldFacts) -> Hold | None:
    """Whether the order must wait, and for what first: money, then the buyer's wish to cancel, then the blacklist."""
    if facts.payment_risk:
        return Hold("payment_risk")
    if facts.cancel_requested:
        return Hold("cancel_request")
    if facts.blacklisted:
        return Hold("blacklist", facts.blacklist_reason)
    return None
