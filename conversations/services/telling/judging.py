"""What becomes of each buyer of a telling, as things stand now: the text in the buyer's language, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from conversations import registry, selectors
from conversations.choices import DeliveryState, LeftOut, Verdict
from conversations.models import Telling, TellingRow
from conversations.policies import MAILBOX_BY_HAND, TOLD_SAME_DAYS
from conversations.rules import telling as rules
from conversations.selectors import Party
from conversations.selectors import telling as reads
from conversations.services.handing import routes_of
from conversations.services.outgoing import foresee
from conversations.services.specs import Outcome, Preview, Seen, TextSpec, Words
from core import policies
from core.audit import Actor
from stores import selectors as doors

_WHY = {"no_template": LeftOut.NO_TEXT}


@dataclass
class Asked:
    """One buyer of a telling: the things it is about, and what a person decided so far."""

    buyer_id: int
    ids: Sequence[int]
    anyway: bool = False
    seen: Seen | None = None


@dataclass
class Judged:
    """One buyer as things stand now; ``spec`` is what would be sent."""

    asked: Asked
    party: Party
    about_id: int
    more_ids: list[int] = field(default_factory=list)
    why: str = ""
    detail: list[str] = field(default_factory=list)
    shown: Preview | None = None
    by_hand: bool = False
    spec: TextSpec | None = None

    def onto(self, row: TellingRow) -> TellingRow:
        """Write it onto the row of the buyer; words that a person changed stay."""
        row.about_id, row.more_ids, row.by_hand = self.about_id, self.more_ids, self.by_hand
        row.verdict = Verdict.OUT if self.why else Verdict.READY
        row.why, row.detail = self.why, self.detail[:20]
        if self.shown is not None:
            row.template_code, row.language = self.shown.template.code, self.shown.template.language
            row.subject, row.body = self.shown.subject, self.shown.body
        return row


def judge(telling: Telling, asked: Sequence[Asked], *, actor: Actor, now: datetime) -> list[Judged]:
    """Every buyer as things stand now; the number of queries does not grow with them (but with stores). Buyers of whose things
    none is the actor's to see are left away."""
    every = [pk for one in asked for pk in one.ids]
    things = reads.abouts(telling.about_type, every)
    ask_stops = registry.STOPS.get(telling.about_type)
    stops = ask_stops(list(things), now=now) if ask_stops else {}
    found = [made for one in asked if (made := _begin(one, things, stops)) is not None]
    told = _told_before(telling, found, now)
    disputed = _in_dispute(things)
    offered = {store.pk: doors.abilities(store) for store in {one.party.store for one in found}}
    for one in found:
        _look(telling, one, things, stops, told, disputed, offered[one.party.store.pk], now)
    open_ones = [one for one in found if one.spec is not None]
    for one, (outcome, shown, _party) in zip(
        open_ones, foresee(specs=[o.spec for o in open_ones if o.spec], actor=actor, now=now), strict=True
    ):
        _read(one, outcome, shown)
    return found


def _begin(asked: Asked, things: Mapping[int, models.Model], stops: Mapping[int, str]) -> Judged | None:
    mine = [pk for pk in asked.ids if pk in things]
    if not mine:
        return None
    live = [pk for pk in mine if pk not in stops] or mine
    return Judged(asked, selectors.party_of(things[live[0]]), live[0], live[1:])


def _told_before(telling: Telling, found: Sequence[Judged], now: datetime) -> set[int]:
    """Buyers who were told the same lately."""
    by_days: dict[int, list[Judged]] = {}
    for one in found:
        by_days.setdefault(int(policies.value(TOLD_SAME_DAYS, now, one.party.store.pk)), []).append(one)
    told: set[int] = set()
    for days, ones in by_days.items():
        since = now - timedelta(days=days)
        told |= reads.told_since(telling, (one.asked.buyer_id for one in ones), since)
        things = reads.texts_since(telling.about_type, _ids(ones), telling.code, since)
        told |= {one.asked.buyer_id for one in ones if things.intersection((one.about_id, *one.more_ids))}
    return told


def _in_dispute(things: Mapping[int, models.Model]) -> set[int]:
    """Things about whose order a dispute is open: a case, or the mark of one."""
    orders = {pk: getattr(thing, "order", thing) for pk, thing in things.items()}
    cases = registry.disputed({order.pk for order in orders.values()})
    return {
        pk for pk, order in orders.items()
        if order.pk in cases or "dispute" in (getattr(order, "hold_reason", ""), getattr(order, "intercept", ""))
    }  # fmt: skip


def _ids(ones: Iterable[Judged]) -> list[int]:
    return [pk for one in ones for pk in (one.about_id, *one.more_ids)]


def _look(
    telling: Telling, one: Judged, things: Mapping[int, models.Model], stops: Mapping[int, str], told: set[int], disputed: set[int],
    offered: frozenset[str], now: datetime,
) -> None:  # fmt: skip
    """What speaks against it before any text is read; else the text that would be sent."""
    party, abouts = one.party, [things[pk] for pk in (one.about_id, *one.more_ids)]
    ways = [state for _route, state, _address in routes_of(party, offered, now) if state == DeliveryState.QUEUED]
    one.by_hand = not ways
    reason = rules.why_out(rules.Case(
        erased=party.buyer.erased_at is not None, ways=len(ways),
        by_hand=bool(policies.value(MAILBOX_BY_HAND, now, party.store.pk)),
        dispute=any(about.pk in disputed for about in abouts), stopped=stops.get(one.about_id, ""),
        told_before=one.asked.buyer_id in told, anyway=one.asked.anyway,
    ))  # fmt: skip
    if reason:
        one.why = reason
        one.detail = [stops[one.about_id]] if reason == "stopped" else []
        return
    seen = one.asked.seen
    if seen is not None and not seen.own and [one.about_id, *one.more_ids] != list(one.asked.ids):
        seen = None  # what was looked through names things that need no word any more: it is filled anew
    words = _words(telling, party, own=seen is not None and seen.own)
    if telling.texts and not words:
        one.why = LeftOut.NO_TEXT
        return
    one.spec = _spec(telling, one, abouts, words, seen)


def _words(telling: Telling, party: Party, *, own: bool) -> tuple[Words, ...]:
    """Own words that the buyer reads: in their language, or in English. ``own``: a person wrote others for this buyer."""
    tongues = rules.readable(party.buyer.language, telling.texts) or (sorted(telling.texts)[:1] if own else [])
    return tuple(Words(name, telling.texts[name].get("subject", ""), telling.texts[name]["body"]) for name in tongues)


def _spec(
    telling: Telling, one: Judged, abouts: Sequence[models.Model], words: tuple[Words, ...], seen: Seen | None
) -> TextSpec:
    numbers = [str(getattr(about, "tracking_number", "")) for about in abouts]
    extra: dict[str, Any] = (
        {"all_tracking_nos": ", ".join(number for number in numbers if number)} if any(numbers) else {}
    )
    return TextSpec(
        telling.code, abouts[0], f"tell:{telling.pk}:{one.asked.buyer_id}", extra, is_chaser=True, as_draft=False, words=words,
        seen=seen, tells=True, more=tuple(abouts[1:]),
    )  # fmt: skip


def _read(one: Judged, outcome: Outcome, shown: Preview | None) -> None:
    """What the text says of itself."""
    one.shown = shown
    if outcome.code == "capped":
        one.why = outcome.untrue[0]
    elif outcome.code == "refused":
        one.why = LeftOut.UNKNOWN if outcome.missing else LeftOut.UNTRUE
        one.detail = [*outcome.missing, *outcome.untrue]
    else:
        one.why = _WHY.get(outcome.code, "")
