"""The check of parcels under way: what the tables advise is done, and the next check is set in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from conversations import services as conversations
from core import audit, copying
from core import policies as house
from core.audit import SYSTEM, Actor
from core.clock import local_day, plus_days
from core.errors import Conflict, NotAllowed
from core.models import ActivityEntry
from logistics.choices import ParcelState
from logistics.models import Extension, Parcel
from logistics.policies import incidents as incident_policies
from logistics.policies import parcels as policies
from logistics.registry import clocks_of
from logistics.rules.incidents import Disturbance, awaited
from logistics.rules.tracking import (
    DRAFTED,
    Facts,
    Promise,
    Step,
    keep_word,
    next_check,
    next_step,
)
from logistics.selectors import boxes as box_selectors
from logistics.selectors import incidents, judging, sources
from logistics.selectors import lanes as lane_selectors
from logistics.selectors import parcels as selectors
from logistics.selectors import tracking as lookups
from logistics.services.tracking import events, waiting
from logistics.services.tracking.boxed import one_a_box
from logistics.services.tracking.extending import (
    Asked,
    Wanted,
    ask_extensions,
    asked_before,
    text_key,
    told_of,
    word_day,
)
from worklist import services as worklist

#: Two checks of one parcel are never nearer than this.
LEAST = timedelta(hours=6)
STEP = "logistics.parcel_step"
COLUMNS = ["advice", "advice_rule", "checked_at", "check_round", "next_check_at", "next_check_why"]


NOTHING_ASKED = Asked()


@dataclass
class Check:
    """One parcel at its check: the facts, the step they lead to, how long the receiving time lasts, whether nobody but
    a person can know more (its tracking source is silent), the incident that delays it, what came of an extension asked for
    before, and the day, past or today, on which the buyer was told to hear from us."""

    parcel: Parcel
    facts: Facts
    step: Step
    cycle: str
    extend: bool
    blind: bool = False
    incident: Disturbance | None = None
    asked: Asked = NOTHING_ASKED
    owed: date | None = None


def check_parcel(*, parcel: Parcel, actor: Actor, now: datetime) -> Parcel:
    """Look at one parcel now, ahead of its time. Refuses one that is not under way."""
    if not actor.has_perm("logistics.track_parcel"):
        raise NotAllowed("not_allowed", "Your role may not do this.")
    done = check_many(parcels=[parcel], actor=actor, now=now)
    if not done:
        raise Conflict("not_under_way", "This parcel is not under way.")
    worklist.refresh(rule_key="logistics.parcel_check", subject_ids=[parcel.pk], now=now)
    return done[0].parcel


def check_many(*, parcels: Sequence[Parcel], actor: Actor, now: datetime) -> list[Check]:
    """Check parcels: read their events and facts, ask the tables, do what they advise, set the next check.

    Longer receiving times are asked of the channel first and the text goes out once they are confirmed, also when another
    check comes in between; where there is none the text without one goes at once. A text that could not be said when the
    channel answered, because nobody knew where the parcel was, is said here, once, with what was confirmed. What was said
    within the days of its step is not said again because a check came early. Texts the house does not send alone become
    drafts. What needs a person becomes a duty with the advice. While its tracking source is silent a parcel is looked up by a
    person and nothing is said to the buyer: what we last heard may be wrong by now. Where a text told the buyer on which day
    we write again, that day has its check, and something is said or a person called. Each text and extension exists once per
    cycle. Parcels not under way are passed over. The statements do not grow with the number of parcels.
    """
    with transaction.atomic():
        boxes = box_selectors.with_boxes([p.pk for p in parcels])
        # whole boxes: who checks another order of a box waits, and then sees what was said
        whole = selectors.locked(pk for box in boxes.values() for pk in box)
        locked = [p for p in whole if p.pk in boxes]
        events.compute(locked, actor, now)
        held = [p for p in locked if p.state == ParcelState.SHIPPED]
        if not held:
            return []
        checks = _decide(held, boxes, now)
        _write(checks, actor, now)
        asked = _extend(checks, actor, now)
        drafted = _speak(checks, asked, now)
        _call_people(checks, drafted, now)
    return checks


def _decide(parcels: Sequence[Parcel], all_boxes: Mapping[int, Sequence[int]], now: datetime) -> list[Check]:
    ids = [p.pk for p in parcels]
    boxes = {pk: all_boxes[pk] for pk in ids}
    tables, told = lookups.tables(now, decisions=True), lookups.told_of_boxes(boxes)
    words = lookups.words_given(parcels, boxes)
    asked, silences, again = asked_before(parcels, now), sources.silences(ids), sources.again(now)
    lanes, terms = lane_selectors.outlooks(parcels, now), judging.terms_of(parcels)
    disputes = clocks_of({p.order_id for p in parcels if judging.dispute_open(p.order)})
    disturbed = incidents.of_parcels(parcels, now)
    checks = []
    for parcel in parcels:
        promise = tables.promise(parcel)
        facts = judging.facts_of(parcel, promise, told.get(parcel.pk, {}), tables, now, lanes.get(parcel.pk), terms)
        incident = disturbed.get(parcel.pk)
        facts = replace(facts, incident=incident.kind if incident else None)
        parcel.lane_told = lanes.get(parcel.pk)  # type: ignore[attr-defined]
        parcel.dispute = disputes.get(parcel.order_id)  # type: ignore[attr-defined]
        step = next_step(
            tables.decisions, facts, default_days=int(house.value(policies.DEFAULT_CHECK_DAYS, now, parcel.store_id)),
            first_extends=bool(house.value(policies.FIRST_CHECK_EXTENDS, now, parcel.store_id)),
        )  # fmt: skip
        if incident and not facts.dispute_open and house.value(incident_policies.WAITS, now, parcel.store_id):
            step = awaited(step)
        silence = parcel.silence = silences.get(parcel.pk)  # type: ignore[attr-defined]
        blind = silence is not None and silence.blind(now, again)
        if blind:
            step = replace(step, text="", alone=False, role="", delay_text=False)
        word, today = words.get(parcel.pk), local_day(now, parcel.store.time_zone)
        if step.alone and _said(parcel, step, told.get(parcel.pk, {}), word, now):
            step = replace(step, text="", alone=False)
        if not blind:
            kept = keep_word(step, facts, word, today)
            if kept.text == "T03" or not _said(parcel, kept, told.get(parcel.pk, {}), None, now):  # told of its state lately
                step = kept
        parcel.check_round += 1
        before = asked.get(parcel.pk, NOTHING_ASKED)
        late = before.late(step.text) is not None
        first = step.delay_text and not facts.told_delay and not facts.past_second_check and not late
        extend = step.extend and not before.pending and _worth_it(parcel, facts, first, now)
        owed = word if word is not None and word <= today else None
        checks.append(Check(parcel, facts, step, f"check-{parcel.check_round}", extend, blind, incident, before, owed))
        parcel.advice, parcel.advice_rule, parcel.checked_at = step.advice, step.rule_id, now
        parcel.next_check_at = _next(parcel, promise, step, now, word)
        parcel.next_check_why = step.rule_id or "escalate"
    return checks


def _said(parcel: Parcel, step: Step, told: Mapping[str, Sequence[datetime]], word: date | None, now: datetime) -> bool:
    """Whether the buyer heard this text last and before the day on which it told them to hear from us, or else within the
    days after which the table repeats it: an event or a person brought the check forward. A day that another text named holds
    nothing but text 3 back: what waits at an office does not wait that long."""
    heard = max(told.get(step.text, ()), default=None)
    last = max((at for times in told.values() for at in times), default=None)
    if heard is not None and word is not None and (heard == last or step.text == "T03"):
        return local_day(now, parcel.store.time_zone) < word
    return heard is not None and plus_days(heard, step.check_days, parcel.store.time_zone) > now + LEAST


def _worth_it(parcel: Parcel, facts: Facts, first: bool, now: datetime) -> bool:
    """Whether lengthening makes sense: the channel has a receiving time that is not over, and (later checks) not much of it is
    left."""
    if parcel.receive_by is None or facts.days_to_confirm is None or parcel.receive_by <= now:
        return False
    limit = int(house.value(policies.EXTEND_LEFT, now, parcel.store_id))
    return first or facts.deadline_near or facts.days_to_confirm <= limit


def _next(parcel: Parcel, promise: Promise | None, step: Step, now: datetime, word: date | None) -> datetime:
    zone, shipped = parcel.store.time_zone, parcel.shipped_at or now
    marks: list[datetime | None] = [parcel.promised_by]
    if word is not None and word > local_day(now, zone):
        marks.append(plus_days(now, (word - local_day(now, zone)).days, zone))
    if promise is not None:
        marks += [plus_days(shipped, days, zone) for days in (promise.second_check_days, promise.lost_after_days)]
        if parcel.receive_by is not None:
            marks.append(parcel.receive_by - timedelta(days=promise.extend_when_days_left))
    return next_check(now, plus_days(now, step.check_days, zone), marks, least=LEAST)


def _write(checks: Sequence[Check], actor: Actor, now: datetime) -> None:
    copying.update_objects([c.parcel for c in checks], COLUMNS)
    audit.record_many(_line(c, actor, now) for c in checks)


def _line(check: Check, actor: Actor, now: datetime) -> ActivityEntry:
    """What the check found, with the incident that explains the delay."""
    text, told = gettext_noop("Checked after %(days)s days: %(advice)s (%(rule)s)"), {}
    if check.incident is not None:
        text = gettext_noop("Checked after %(days)s days: %(advice)s (%(rule)s); %(incident)s explains the delay")
        told = {"incident": check.incident.number}
    return audit.entry(
        check.parcel, "parcel.check", actor=actor, now=now, text=text, days=check.facts.days_since_dispatch,
        advice=check.step.advice, rule=check.step.rule_id, **told,
    )  # fmt: skip


def _extend(checks: Sequence[Check], actor: Actor, now: datetime) -> dict[int, Extension]:
    """Ask for longer receiving times; answers the extension each parcel's text waits for."""
    tables = lookups.tables(now)
    wanted = [
        Wanted(c.parcel, tables.extension_days(c.parcel.store), c.cycle, c.step.text if c.step.alone else "")
        for c in checks if c.extend
    ]  # fmt: skip
    return {row.parcel_id: row for row in ask_extensions(wanted=wanted, actor=actor, now=now)}


def _speak(checks: Sequence[Check], asked: dict[int, Extension], now: datetime) -> set[int]:
    """Send or draft the texts that wait for nothing; answers the parcels for which a draft waits for a person."""
    specs, drafts = [], []
    held = waiting.standing(c.parcel.pk for c in checks if c.step.text)
    for check in checks:
        code, parcel = check.step.text, check.parcel
        held.advised(parcel.pk, code)
        if not code or (check.step.alone and (parcel.pk in asked or check.asked.waits(code))):
            continue
        if check.step.alone:
            late = check.asked.late(code)
            key = held.key_for(
                parcel.pk, code, text_key(code, parcel.pk, late.cycle if late else check.cycle), takes=late is not None
            )
            again = word_day(parcel, check.step.check_days, now)
            specs.append(
                conversations.TextSpec(code, parcel, key, {**told_of(late, parcel, now), "next_check_date": again})
            )
        elif code in DRAFTED:  # one draft until a person has dealt with it, however often the advice repeats
            drafts.append(parcel.pk)
            specs.append(conversations.TextSpec(code, parcel, text_key(code, parcel.pk, "draft"), as_draft=True))
    specs = one_a_box(specs)
    for spec in specs:
        held.told_with((one.pk for one in spec.more), spec.base_code)
    held.discard(now)
    outcomes = conversations.send_many(specs=specs, actor=SYSTEM, now=now)
    waits = {s.about.pk for s, o in zip(specs, outcomes, strict=True) if o.code in ("draft", "refused")}
    return waits & set(drafts)


def _owed(check: Check) -> dict[str, str]:
    return {"word": check.owed.isoformat()} if check.owed else {}


def _call_people(checks: Sequence[Check], drafted: set[int], now: datetime) -> None:
    """Open a duty where a person must act (a waiting draft is one already); end those whose advice has changed."""
    facts = {
        c.parcel.pk: {
            "advice": c.step.advice, "rule": c.step.rule_id, "days": c.facts.days_since_dispatch,
            **({"incident": c.incident.number} if c.incident else {}), **_owed(c),
        }
        for c in checks if c.step.role and c.parcel.pk not in drafted
    }  # fmt: skip
    worklist.open_for(rule_key=STEP, facts=facts, now=now, loaded={c.parcel.pk: c.parcel for c in checks})
    alone = [
        c for c in checks if c.blind and c.parcel.together_id is None
    ]  # a box is looked up with the parcel that leads it
    worklist.open_for(
        rule_key=sources.BLIND, facts={c.parcel.pk: {"days": c.facts.days_since_dispatch, **_owed(c)} for c in alone},
        now=now, loaded={c.parcel.pk: c.parcel for c in alone},
    )  # fmt: skip
    idle = [c.parcel.pk for c in checks if c.parcel.pk not in facts and not c.blind]
    worklist.close(rule_key=STEP, subject_ids=idle, actor=SYSTEM, now=now, reason="advice changed", cancelled=True)
