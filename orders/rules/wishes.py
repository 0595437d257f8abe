"""What a buyer asks for in his note: colour, size, packing, anything else (ORD-03).

Notes are read clause by clause with word lists of seven languages at once (buyers mix them). A word list row is
``kind, word, value``; kinds: colour, colour_any (mix them), colour_word, size, size_word, packing, packing_word, not (turns the
next colours and packings into "not …"), but (ends a "not"), line_word, cancel, noise (greetings). A word ending in ``*`` is
the beginning of a word. Chinese words are found anywhere in a run of characters, the longest first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.reading import whole

COLOUR, SIZE, PACKING, OTHER = "colour", "size", "packing", "other"
ASSORTED = "assorted"

_CLAUSES = re.compile(r"[\n\r;!?。；！？…]+|[.,](?!\d)|[，、]")
_TOKENS = re.compile(r"[\u3400-\u9fff]+|\d+(?:[.,]\d+)?|[^\W\d_]+(?:['’-][^\W\d_]+)*|[#*×]")
_CJK = re.compile(r"[\u3400-\u9fff]")
_ANY_SIZE = re.compile(r"(?<![\w])((?:X{1,4}|[2-6]X)[SL]|XXS)(?![\w])", re.I)
_CJK_SIZE = re.compile(r"((?:X{1,4}|[2-6]X)?[SML])\s*[码号]|(\d{2,3}(?:\.5)?)\s*码", re.I)
_NATION_SIZE = re.compile(r"(?<![\w])(EU|US|UK|RU|BR|FR|IT|DE)\s?(\d{1,2}(?:[.,]5)?)(?![\w])")
_LETTER_SIZE = re.compile(r"(?<![\w'’])([SML])(?![\w'’])")
_SIZE_VALUE = re.compile(
    r"^\W*(?:is|is:|:|=|in|of)?\W*((?:X{0,4}|[2-6]X)[SML]\b"
    r"|(?:GG|[PG])\b|\d{1,3}(?:[.,]\d)?\s?(?:cm|mm|inch|in|см|мм|厘米)?)",
    re.I,
)
_LIST_ITEM = re.compile(r"^\s*[#(]?(\d{1,2})\s*[).:、\-–]\s*(?=\D)")
_TAIL_COUNT = re.compile(r"^\s*[x×*]\s*(\d{1,2})(?!\d)", re.I)
_CHINESE_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_MEASURES = "个件条只双款套根"
#: After one of these a single Chinese colour character stands for the colour ("红的", "红和蓝").
_AFTER_SINGLE = set("的色和与及款码个件条" + "0123456789")
#: So many words after a "not" it has lost its force.
_REACH = 5


@dataclass(frozen=True, slots=True)
class Word:
    """One row of the word list."""

    kind: str
    word: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """An order line as the reader needs it: place on the order (from 1), the channel's SKU."""

    position: int
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """One request. ``value`` is what was understood ("red × 2", "not green", "M"); ``line`` the line it speaks of."""

    kind: str
    text: str
    value: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a note says: wishes, and whether the buyer wants to cancel."""

    wishes: tuple[Wish, ...] = ()
    cancel: bool = False


@dataclass(slots=True)
class Lexicon:
    """The word list, compiled once: first token -> phrases, and Chinese words by length."""

    phrases: dict[str, list[tuple[tuple[str, ...], str, str]]] = field(default_factory=dict)
    starts: dict[str, list[tuple[tuple[str, ...], str, str]]] = field(default_factory=dict)
    chinese: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    longest_chinese: int = 1

    @classmethod
    def of(cls, words: Iterable[Word]) -> Lexicon:
        """Compile the rows."""
        made = cls()
        for row in words:
            if _CJK.search(row.word):
                made.chinese.setdefault(fold(row.word), []).append((row.kind, row.value))
                made.longest_chinese = max(made.longest_chinese, len(row.word))
                continue
            tokens = tuple(re.findall(r"[^\s]+", fold(row.word)))
            bucket, key = (made.starts, tokens[0][:3]) if tokens[0].endswith("*") else (made.phrases, tokens[0])
            bucket.setdefault(key, []).append((tokens, row.kind, row.value))
        for bucket in (made.phrases, made.starts):
            for entries in bucket.values():
                entries.sort(key=lambda entry: -len(entry[0]))
        return made

    def at(self, tokens: Sequence[str], index: int) -> tuple[int, list[tuple[str, str]]]:
        """The longest phrase that starts at ``index``: number of tokens and its (kind, value) pairs."""
        token = tokens[index]
        best = 0
        found: list[tuple[str, str]] = []
        for entries in (self.phrases.get(token, ()), self.starts.get(token[:3], ())):
            for words, kind, value in entries:
                if len(words) < best or len(words) > len(tokens) - index:
                    continue
                if all(_same(tokens[index + i], word) for i, word in enumerate(words)):
                    if len(words) > best:
                        best, found = len(words), []
                    found.append((kind, value))
        return best, found


def _same(token: str, word: str) -> bool:
    return token.startswith(word[:-1]) if word.endswith("*") else token == word


def fold(text: str) -> str:
    """Lower case without accents, one kind of apostrophe; the length may change."""
    marked = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(c for c in marked if not unicodedata.combining(c)).casefold()


@dataclass(slots=True)
class _Mark:
    kind: str
    value: str
    start: int
    end: int
    tokens: int


@dataclass(slots=True)
class _Clause:
    text: str
    marks: list[_Mark]
    unknown: int
    line: int | None


def read(note: str, lines: Sequence[Line], lexicon: Lexicon) -> Reading:
    """What ``note`` asks for. An empty note, greetings and thanks ask for nothing; a clause with real words that fit no
    list becomes one "other" wish. Wishes on an order with one line are about that line."""
    wishes: list[Wish] = []
    others: list[str] = []
    cancel = False
    for clause in _clauses(note, lines, lexicon):
        found, wants_cancel = _wishes_of(clause)
        cancel = cancel or wants_cancel
        wishes += found
        if not found and not wants_cancel and clause.unknown >= 2:
            others.append(clause.text.strip())
    if others:
        text = " / ".join(others)[:300]
        wishes.append(Wish(OTHER, text, text[:100]))
    unique = {(w.kind, w.value, w.line): w for w in reversed(wishes)}
    return Reading(tuple(reversed(unique.values())), cancel)


def _clauses(note: str, lines: Sequence[Line], lexicon: Lexicon) -> list[_Clause]:
    known = {line.position for line in lines}
    only = lines[0].position if len(lines) == 1 else None
    found = []
    for row in re.split(r"[\n\r]+", note[:4000]):
        about = only
        item = _LIST_ITEM.match(row)
        if item and len(lines) > 1 and int(item[1]) in known:
            about, row = int(item[1]), row[item.end() :]
        for piece in _CLAUSES.split(row):
            if not piece or not piece.strip():
                continue
            about = _line_of(piece, lines, known, lexicon) or about
            marks, unknown = _marks(piece, lexicon)
            found.append(_Clause(piece, marks, unknown, about))
    return found


def _line_of(piece: str, lines: Sequence[Line], known: set[int], lexicon: Lexicon) -> int | None:
    """The line a clause names: by number ("line 2", "第二个") or by SKU."""
    folded = fold(piece)
    for line in lines:
        if len(line.sku) >= 3 and fold(line.sku) in folded:
            return line.position
    chinese = re.search(rf"第\s*([一二三四五六七八九十]|\d{{1,2}})\s*[{_MEASURES}样]", piece)
    if chinese:
        number = _CHINESE_DIGITS.get(chinese[1]) or int(chinese[1])
        return number if number in known else None
    tokens = [m[0] for m in re.finditer(r"[\w.]+|#", folded)]
    for i, word in enumerate(tokens[:-1]):
        named = word == "#" or any(kind == "line_word" for kind, _v in lexicon.at([word], 0)[1])
        following = tokens[i + 2] if tokens[i + 1] == "#" and i + 2 < len(tokens) else tokens[i + 1]
        place = whole(following)
        if named and place in known and len(known) > 1:
            return place
    return None


def _marks(piece: str, lexicon: Lexicon) -> tuple[list[_Mark], int]:
    """The known words of a clause in order, and how many words nobody knows."""
    spans = [(m[0], m.start(), m.end()) for m in _TOKENS.finditer(piece)]
    folded = [fold(text) for text, _s, _e in spans]
    marks: list[_Mark] = []
    unknown = i = 0
    while i < len(spans):
        text, start, end = spans[i]
        if _CJK.match(text):
            after = piece[end : end + 1]
            unknown += _chinese(text, start, after, lexicon, marks, i)
            i += 1
            continue
        length, pairs = lexicon.at(folded, i)
        if length:
            last = spans[i + length - 1][2]
            marks += [_Mark(kind, value, start, last, i) for kind, value in pairs]
            i += length
            continue
        unknown += text.isalpha() and len(text) > 1
        i += 1
    return marks, unknown


def _chinese(run: str, offset: int, after: str, lexicon: Lexicon, marks: list[_Mark], token: int) -> int:
    unknown = i = 0
    while i < len(run):
        for size in range(min(lexicon.longest_chinese, len(run) - i), 0, -1):
            word = run[i : i + size]
            pairs = lexicon.chinese.get(word)
            if not pairs:
                continue
            following = run[i + size : i + size + 1] or after
            if (
                size == 1
                and pairs[0][0] == COLOUR
                and following
                and _CJK.match(following)
                and following not in _AFTER_SINGLE
            ):
                continue
            marks += [_Mark(kind, value, offset + i, offset + i + size, token + i) for kind, value in pairs]
            i += size
            break
        else:
            unknown += 1
            i += 1
    return unknown


def _wishes_of(clause: _Clause) -> tuple[list[Wish], bool]:
    """The wishes of one clause and whether it asks to cancel."""
    text, found, cancel = clause.text.strip()[:300], [], False
    kinds = {mark.kind for mark in clause.marks}
    negated_at: int | None = None
    for mark in clause.marks:
        if mark.kind == "not":
            negated_at = mark.tokens
        elif mark.kind == "but" and negated_at is not None and mark.tokens > negated_at + 1:
            negated_at = None  # "do not send green" still denies, "no green, send blue" does not
        denied = negated_at is not None and mark.tokens - negated_at <= _REACH
        if mark.kind == COLOUR:
            found.append(
                Wish(COLOUR, text, f"not {mark.value}" if denied else _counted(mark, clause.text), clause.line)
            )
        elif mark.kind == "colour_any":
            found.append(Wish(COLOUR, text, f"not {mark.value}" if denied else ASSORTED, clause.line))
        elif mark.kind == PACKING:
            value = mark.value if not denied or mark.value.startswith("no ") else f"not {mark.value}"
            found.append(Wish(PACKING, text, value, clause.line if clause.line else None))
        elif mark.kind == "cancel":
            cancel = cancel or not denied
    found += [Wish(SIZE, text, value, clause.line) for value in _sizes(clause, kinds)]
    if not found and kinds & {"packing_word"} and not cancel:
        found.append(Wish(PACKING, text, text[:100], clause.line))
    elif not found and kinds & {"colour_word", "size_word"} and clause.unknown and not cancel:
        kind = COLOUR if "colour_word" in kinds else SIZE
        found.append(Wish(kind, text, text[:100], clause.line))
    return found, cancel


def _counted(mark: _Mark, piece: str) -> str:
    """The colour with the number of pieces beside it: "2 red", "红色x2", "3个红色"."""
    before = re.search(rf"(?<![\w.,-])(\d{{1,2}})\s*(?:pcs?|pieces?|шт\.?|[{_MEASURES}])?\s*$", piece[: mark.start])
    after = _TAIL_COUNT.match(piece[mark.end :])
    count = before or after
    return f"{mark.value} × {count[1]}" if count else mark.value


def _sizes(clause: _Clause, kinds: set[str]) -> list[str]:
    piece = clause.text
    found = [m[1].upper() for m in _ANY_SIZE.finditer(piece)]
    found += [(m[1] or m[2]).upper() for m in _CJK_SIZE.finditer(piece)]
    found += [f"{m[1]} {m[2]}" for m in _NATION_SIZE.finditer(piece)]
    for mark in clause.marks:
        if mark.kind == "size_word":
            value = _SIZE_VALUE.match(piece[mark.end :])
            if value and not any(value[1].strip().upper() in seen for seen in found):
                found.append(value[1].strip().upper() if value[1][0].isalpha() else value[1].strip())
        elif mark.kind == SIZE and ("size_word" in kinds or _CJK.search(piece[mark.start : mark.end])):
            found.append(mark.value)
    if not found and kinds & {COLOUR, "size_word"}:
        found += [m[1] for m in _LETTER_SIZE.finditer(piece)]
    return list(dict.fromkeys(found))


def has_colour(text: str, lexicon: Lexicon) -> bool:
    """Whether words of a line (attributes, title) name one colour. "Mixed", "as picture" or none: False."""
    if not text:
        return False
    kinds = [mark.kind for piece in _CLAUSES.split(text) for mark in _marks(piece, lexicon)[0]]
    return COLOUR in kinds and "colour_any" not in kinds


def colours_in(text: str, lexicon: Lexicon) -> int:
    """How many different colours words name; "mixed" counts as many."""
    if not text:
        return 0
    marks = [mark for piece in _CLAUSES.split(text) for mark in _marks(piece, lexicon)[0]]
    if any(mark.kind == "colour_any" for mark in marks):
        return 99
    return len({mark.value for mark in marks if mark.kind == COLOUR})
