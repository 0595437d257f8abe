"""The packing table: what a scan means, what is still missing, what stops a parcel. Values in, decision out.

The state of a note on the table is nothing but the fold of its scans that were accepted and not taken back, so a browser
that is closed or a second tablet loses nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

#: The check list of the manual; "article" is proven by the scans, "fragile" and "wish" are asked of each such line.
QUALITY, COLOUR, ARTICLE, FRAGILE, WISH, ADDRESS = "quality", "colour", "article", "fragile", "wish", "address"
#: Asked only when the scale does not fit: opened again, counted, right.
WEIGHT = "weight"
CHECKS = (QUALITY, COLOUR, ARTICLE, FRAGILE, WISH, ADDRESS, WEIGHT)
#: Confirmed all at once by one command; the others want a look each.
PLAIN = (QUALITY, COLOUR, ADDRESS)

_TIMES = re.compile(r"^(\d{1,4})\s*[*x×]\s*(\S.*)$", re.IGNORECASE)
_GRAMS = re.compile(r"^(\d{1,6})\s*g$", re.IGNORECASE)
_KILOGRAMS = re.compile(r"^(\d{1,3})[.,](\d{1,3})\s*kg$", re.IGNORECASE)
HEAVIEST_G = 100_000
#: A longer key of a scan is stored as its digest.
LONGEST_KEY = 80


@dataclass(frozen=True)
class WantedLine:
    """An article to be packed: ``codes`` are what a scanner may read for it, in capitals."""

    id: int
    code: str
    codes: frozenset[str]
    quantity: int
    fragile: bool = False
    wish: str = ""
    weight_g: Decimal | None = None
    name: str = ""


@dataclass(frozen=True)
class Scan:
    """An accepted scan of this revision of the note."""

    kind: str
    line: int | None = None
    quantity: int = 1
    value: str = ""


@dataclass
class Session:
    """What lies on the table. ``materials``: packing material that was scanned, SKU -> pieces in the order of the scans;
    ``alarm``: the scale does not fit the articles (see ``rules.witness``), so somebody must look again."""

    counts: dict[int, int] = field(default_factory=dict)
    checks: set[str] = field(default_factory=set)
    weight_g: int | None = None
    label: str = ""
    materials: dict[int, int] = field(default_factory=dict)
    alarm: bool = False
    photos: int = 0


def scanned_code(text: str) -> tuple[str, int]:
    """The code and the number of pieces of one scan: "3*NK-117" means three of them."""
    cleaned = "".join(c for c in text if c.isprintable()).strip()
    found = _TIMES.match(cleaned)
    return (found[2].strip().upper(), max(int(found[1]), 1)) if found else (cleaned.upper(), 1)


def grams(text: str) -> int | None:
    """A weight written with its unit ("128 g", "0.128 kg"), in grams; None when it is no weight."""
    if found := _GRAMS.match(text.strip()):
        return int(found[1])
    if found := _KILOGRAMS.match(text.strip()):
        return int(found[1]) * 1000 + int(found[2].ljust(3, "0"))
    return None


def fold(scans: Iterable[Scan]) -> Session:
    """The state after ``scans`` in their order."""
    made = Session()
    for scan in scans:
        if (
            scan.kind in ("item", "put") and scan.line is not None
        ):  # what lies in the slot was scanned when it was put there
            made.counts[scan.line] = made.counts.get(scan.line, 0) + scan.quantity
        elif scan.kind == "check":
            made.checks |= set(scan.value.split(","))
        elif scan.kind == "photo":
            made.photos += 1
        elif scan.kind == "together":  # another content: weighed and looked at anew
            made.weight_g, made.checks, made.photos = None, set(), 0
        elif scan.kind == "weight":
            made.weight_g = int(scan.value)
            made.checks.discard(WEIGHT)
        elif scan.kind == "packing":
            made.materials[int(scan.value)] = made.materials.get(int(scan.value), 0) + scan.quantity
        elif scan.kind == "label":
            made.label = scan.value
    return made


def missing(lines: Sequence[WantedLine], session: Session) -> int:
    """Pieces still to be scanned."""
    return sum(max(line.quantity - session.counts.get(line.id, 0), 0) for line in lines)


def required_checks(lines: Sequence[WantedLine], *, alarm: bool = False) -> list[str]:
    """The kinds of checks of this parcel in their order; with ``alarm`` also that the weight is right all the same."""
    fragile = [FRAGILE] if any(line.fragile for line in lines) else []
    wish = [WISH] if any(line.wish for line in lines) else []
    return [QUALITY, COLOUR, ARTICLE, *fragile, *wish, ADDRESS, *([WEIGHT] if alarm else [])]


def table_checks(lines: Sequence[WantedLine], *, alarm: bool = False) -> list[str]:
    """The check list at the table: fragile lines and lines with a wish each have one of their own ("wish:17")."""
    made: list[str] = []
    for name in required_checks(lines, alarm=alarm):
        if name == FRAGILE:
            made += [f"{FRAGILE}:{line.id}" for line in lines if line.fragile]
        elif name == WISH:
            made += [f"{WISH}:{line.id}" for line in lines if line.wish]
        else:
            made.append(name)
    return made


def open_checks(lines: Sequence[WantedLine], session: Session) -> list[str]:
    """Checks nobody has confirmed; the right article is confirmed by scanning every piece."""
    proven = {ARTICLE} if not missing(lines, session) else set()
    return [name for name in table_checks(lines, alarm=session.alarm) if name not in session.checks | proven]


def confirmed_by(lines: Sequence[WantedLine], session: Session, word: str) -> list[str] | None:
    """The checks that one command confirms; None when there is no such check here, empty when nothing is open.

    "ok" is the whole list except what wants a look of its own; then, each time, the next of those. "fragile" and "wish"
    without a line stand for all such lines (machines)."""
    still = [name for name in open_checks(lines, session) if name != ARTICLE]
    if word == "ok":
        plain = [name for name in still if name in PLAIN]
        return plain or still[:1]
    known = table_checks(lines, alarm=session.alarm)
    named = [name for name in known if word in (name, name.partition(":")[0])]
    return named or None


def next_step(lines: Sequence[WantedLine], session: Session, *, weigh: bool, photo: bool = False) -> str:
    """What the packer does next: item, check:<name>, weight, photo, label, done."""
    if missing(lines, session):
        return "item"
    checks = open_checks(lines, session)
    if checks:
        return f"check:{checks[0]}"
    if weigh and not session.weight_g:
        return "weight"
    if photo and not session.photos:
        return "photo"
    return "done" if session.label else "label"


@dataclass(frozen=True)
class ItemAnswer:
    """What an item scan does: ``ok``, ``too_many`` (``room`` pieces were still wanted) or ``foreign``."""

    answer: str
    line: int | None = None
    room: int = 0


def decide_item(lines: Sequence[WantedLine], session: Session, code: str, quantity: int) -> ItemAnswer:
    """Whether ``quantity`` pieces of ``code`` belong into this parcel, and to which line."""
    fitting = [line for line in lines if code in line.codes]
    if not fitting:
        return ItemAnswer("foreign")
    for line in fitting:
        if session.counts.get(line.id, 0) + quantity <= line.quantity:
            return ItemAnswer("ok", line.id)
    room = max(line.quantity - session.counts.get(line.id, 0) for line in fitting)
    return ItemAnswer("too_many", fitting[0].id, max(room, 0))


def label_answer(scanned: str, *, ours: str, state: str, of_this_note: bool) -> str:
    """What a label scan is: ``ok``, ``void_label`` (torn up or voided), ``other_label`` (of another note), ``unknown_label``,
    ``no_number`` (this note has none yet). ``state``: of the scanned number, "" when we do not know it."""
    if not ours:
        return "no_number"
    if scanned == ours and state in ("reserved", "used"):
        return "ok"
    if state == "void":
        return "void_label"
    return "other_label" if state and not of_this_note else "unknown_label"


@dataclass(frozen=True)
class StopFacts:
    """What may have changed since the note was released; read again with every scan."""

    note_state: str
    order_state: str
    intercept: str = ""
    address_changed: bool = False
    short: int = 0
    label_needed: bool = False


def why_stopped(facts: StopFacts) -> str:
    """Why the parcel must not go on, as a stable code, or "". An interception comes first: it names the problem basket."""
    if facts.note_state in ("closed",):
        return "already_handed_over"
    if facts.note_state == "withdrawn":
        return "withdrawn"
    if facts.order_state == "cancelled":
        return "cancelled"
    if facts.intercept:
        return "intercepted"
    if facts.order_state == "held":
        return "held"
    if facts.address_changed:
        return "address_changed"
    if facts.note_state == "blocked":
        return "blocked"
    if facts.note_state in ("draft", "signed"):
        return "not_released"
    if facts.order_state not in ("ready", "part_shipped"):
        return "order_not_ready"
    if facts.short and facts.note_state == "released":
        return "short"
    return ""


#: Stops that put the parcel into the problem basket and block the note upward (ORD-24).
BASKET = frozenset({"cancelled", "intercepted", "held", "address_changed"})


def address_digest(parts: Mapping[str, str]) -> str:
    """A digest of where a parcel goes: changes when any part of the address that is printed changes."""
    names = ("recipient", "phone", "line1", "line2", "city", "state", "postcode", "country")
    text = "\x1f".join(" ".join(str(parts.get(name) or "").split()) for name in names)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class WaveLine:
    """A line of a note in a wave: its turn, its slot, the pieces wanted and those that lie there."""

    note: int
    line: int
    position: int
    slot: int | None
    want: int
    have: int = 0


@dataclass(frozen=True)
class SlotAnswer:
    """Where pieces go: ``ok`` with the lines that take them in their turn, ``too_many`` (``room`` were still wanted), ``full``
    or ``foreign``."""

    answer: str
    lines: tuple[WaveLine, ...] = ()
    room: int = 0


def decide_slot(fitting: Sequence[WaveLine], quantity: int) -> SlotAnswer:
    """Which of the lines that want this article take ``quantity`` pieces of it: those already begun first, then by turn."""
    if not fitting:
        return SlotAnswer("foreign")
    takes = [line for line in fitting if line.have + quantity <= line.want]
    if takes:
        return SlotAnswer("ok", tuple(sorted(takes, key=lambda line: (not line.have, line.position, line.line))))
    room = max(line.want - line.have for line in fitting)
    return SlotAnswer("too_many", room=room) if room > 0 else SlotAnswer("full")


def split_waves(notes: Sequence[tuple[int, Sequence[int]]], slots: int) -> tuple[list[int], list[list[int]]]:
    """Notes with their articles, in their turn, as (notes of one article, sets of mixed notes of ``slots`` at most)."""
    single = [note for note, skus in notes if len(set(skus)) == 1]
    mixed = [note for note, skus in notes if len(set(skus)) > 1]
    size = max(slots, 1)
    return single, [mixed[start : start + size] for start in range(0, len(mixed), size)]


def spare_pieces(ordered: int, *, pieces: int, per: int) -> int:
    """Spare pieces that go along: ``pieces`` for every full ``per`` ordered."""
    return ordered // per * pieces if per > 0 and ordered > 0 else 0


def event_key(who: str, key: str) -> str:
    """The key under which a scan is stored once: whose it is, and the key its sender gave; a long one by its digest."""
    whole = f"{who}:{key}"
    return whole if len(whole) <= LONGEST_KEY else f"{who}:{hashlib.sha256(key.encode()).hexdigest()}"[:LONGEST_KEY]
