"""Where a parcel stands, what comes next, and until when. Pure: plain values in, decisions out.

Three questions: what a set of events means (:func:`standing`, whatever order they came in), what the decision tables
advise (:func:`next_step`), and when to look again (:func:`next_check`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

# --- the state from the events -------------------------------------------------------------------------------------------

#: How far a stage is; of two events at the same moment the further one counts.
ORDER = (
    "registered", "picked_up", "export_customs", "left_origin", "in_transit", "arrived", "import_customs", "held",
    "out_for_delivery", "attempted", "ready_for_collection", "stopped", "returning", "lost", "returned", "delivered",
)  # fmt: skip
_PLACE = {stage: number for number, stage in enumerate(ORDER)}
_STATE = {
    "registered": "not_found", "picked_up": "in_transit", "export_customs": "in_transit", "left_origin": "in_transit",
    "in_transit": "in_transit", "arrived": "in_transit", "import_customs": "customs", "held": "customs_held",
    "out_for_delivery": "out_for_delivery", "attempted": "attempted", "ready_for_collection": "awaiting_collection",
    "stopped": "stalled", "returning": "returning",
}  # fmt: skip
#: Stages that end a parcel's way, and the parcel state they mean.
FINAL = {"delivered": "delivered", "returned": "returned", "lost": "lost"}
#: Clocks of the world run ahead of ours; an event further in the future than this is not believed.
AHEAD = timedelta(hours=26)
#: What a service that is scanned only until departure (or arrival) can show; anything further proves that it is seen.
_BEFORE_DEPARTURE = frozenset({"registered", "picked_up", "export_customs", "left_origin", "in_transit"})
_BEFORE_ARRIVAL = _BEFORE_DEPARTURE | {"arrived", "import_customs"}
_MOVING = frozenset({"in_transit", "customs", "out_for_delivery"})


@dataclass(frozen=True)
class Seen:
    """One tracking event as the rules read it."""

    at: datetime
    stage: str
    text: str = ""
    place: str = ""


@dataclass(frozen=True)
class Standing:
    """What the events mean: state, the last event, how it ended ("" = it has not), since when it is held or waits."""

    tracking_state: str
    settled: str = ""
    settled_at: datetime | None = None
    last: Seen | None = None
    held_since: datetime | None = None
    waiting_since: datetime | None = None
    post_office: str = ""


def standing(
    events: Iterable[Seen], *, coverage: str, now: datetime, stalled_days: int, ends_after: datetime | None = None
) -> Standing:
    """The standing of a parcel from the whole set of its events; their order of arrival and repeats do not matter.

    Rules for contradictions: the newest final event ends the way and later scans do not open it again; "delivered" after
    "being returned" means that the sender has it back. ``coverage`` (none, to_departure, to_arrival, full) turns the
    silence of a service that is not scanned further into "not tracked" instead of "no news". An event that seems to be still
    to come was told by a clock in another zone: it counts at once, or nobody would look when its time has come. Final ones up to
    ``ends_after`` do not count any more: a person knows better.
    """
    known = sorted({e for e in events if e.at <= now + AHEAD and not denied(e.stage, e.at, ends_after)}, key=_key)
    if not known:
        return Standing("untracked" if coverage in ("none", "to_departure") else "not_found")
    last = known[-1]
    ends = [e for e in known if e.stage in FINAL]
    if ends:
        return _ended(ends[-1], known)
    state = _STATE[last.stage]
    stages = {e.stage for e in known}
    if coverage in ("none", "to_departure") and stages <= _BEFORE_DEPARTURE:
        return Standing("untracked", last=last)
    silent = now - last.at >= timedelta(days=stalled_days)
    if silent and state in _MOVING:
        blind = coverage == "to_arrival" and stages <= _BEFORE_ARRIVAL
        return Standing("untracked" if blind else "stalled", last=last)
    if state == "customs_held":
        return Standing(state, last=last, held_since=_since(known, {"held"}))
    if state in ("awaiting_collection", "attempted"):
        since = _since(known, {"ready_for_collection", "attempted"})
        place = next((e.place for e in reversed(known) if e.stage == "ready_for_collection" and e.place), "")
        return Standing(state, last=last, waiting_since=since, post_office=place)
    return Standing(state, last=last)


def denied(stage: str, at: datetime, ends_after: datetime | None) -> bool:
    """Whether an event says that a parcel had ended which a person opened again since: it counts no more."""
    return ends_after is not None and stage in FINAL and at <= ends_after


def _ended(end: Seen, known: Sequence[Seen]) -> Standing:
    outcome = FINAL[end.stage]
    if outcome == "delivered" and any(e.stage == "returning" and _key(e) < _key(end) for e in known):
        outcome = "returned"
    return Standing(outcome, settled=outcome, settled_at=end.at, last=end)


def _since(known: Sequence[Seen], stages: set[str]) -> datetime:
    """When the unbroken run of these stages at the end of the way began."""
    since = known[-1].at
    for event in reversed(known):
        if event.stage not in stages:
            break
        since = event.at
    return since


def _key(event: Seen) -> tuple[datetime, int, str, str]:
    return (event.at, _PLACE.get(event.stage, 0), event.text, event.place)


# --- promises ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    """One row of the promise table (days from the hand-over)."""

    rule_id: str
    priority: int
    service_match: str
    destination_match: str
    promise_days: int
    first_check_days: int
    second_check_days: int
    lost_after_days: int
    extend_when_days_left: int


def promise_for(rows: Iterable[Promise], *, service: str, kind: str, country: str) -> Promise | None:
    """The first row by priority that fits the service (or its kind) and the destination; None when none does."""
    for row in sorted(rows, key=lambda r: (r.priority, r.rule_id)):
        if _fits_service(row.service_match, service, kind) and _fits_country(row.destination_match, country):
            return row
    return None


def _fits_service(match: str, service: str, kind: str) -> bool:
    if match.strip() == "*":
        return True
    what, _colon, names = match.partition(":")
    wanted = {"kind": kind, "service": service}.get(what.strip(), "")
    return bool(wanted) and wanted in {name.strip() for name in names.split("|")}


def _fits_country(match: str, country: str) -> bool:
    return match.strip() == "*" or country.upper() in {name.strip().upper() for name in match.split(";")}


def coverage_of(rows: Mapping[tuple[str, str], str], *, kind: str, country: str, level: str) -> str:
    """How far a service is scanned to a country: the most exact row wins; "see_service" and no row mean the service's
    own ``level``."""
    found = rows.get((kind, country.upper())) or rows.get((kind, "*")) or "see_service"
    return (level or "full") if found == "see_service" else found


# --- the decision tables ---------------------------------------------------------------------------------------------------

#: Advice that a person carries out; the rest the clock does alone.
BY_PERSON = frozenset({
    "escalate", "customs_documents", "refund_full", "resend_full", "refund_partial", "carrier_inquiry", "ask_post_office",
    "decline_with_evidence", "pay_duty", "restock_refund_goods",
})  # fmt: skip
#: Of these, what needs a supervisor.
BY_SUPERVISOR = frozenset(
    {"escalate", "refund_full", "resend_full", "refund_partial", "pay_duty", "restock_refund_goods"}
)
#: Texts the clock sends alone; others become drafts (or nothing, when the buyer has not asked).
SENT_ALONE = frozenset({"T03", "T05", "T05A"})
DRAFTED = frozenset({"T04", "X01", "X02"})


@dataclass(frozen=True)
class Decision:
    """One row of a decision table. ``conditions``: a value means equal, a list one of, gte/gt/lte/lt compare numbers."""

    table: str
    rule_id: str
    priority: int
    conditions: Mapping[str, Any]
    advice: str
    extend: str
    next_check_days: int | None
    template: str
    approval: str = "none"


#: States that the decision tables do not know: the nearest they do.
NEAREST = {"customs": "in_transit", "out_for_delivery": "in_transit", "attempted": "awaiting_collection"}


@dataclass(frozen=True)
class Facts:
    """What is known of a parcel at a check. None = unknown: it fits no rule that asks for it."""

    tracking_state: str
    days_since_dispatch: int
    over_promise: bool = False
    past_first_check: bool = False
    past_second_check: bool = False
    past_lost_after: bool = False
    told_delay: bool = False
    post_office_checked: bool = False
    dispute_open: bool = False
    buyer_mood: str | None = None
    days_to_confirm: int | None = None
    deadline_near: bool = False
    hold_reason: str | None = None
    days_held: int | None = None
    incoterm: str | None = None
    days_waiting: int | None = None
    days_to_return: int | None = None
    reminders_sent: int = 0
    delivery_place_ok: str | None = None
    #: Per cent of its lane that had arrived at this age, and the chance that it comes within the days of the house rule.
    later_than_percent: int | None = None
    arrives_soon_percent: int | None = None
    #: The kind of the open incident that delays the parcel.
    incident: str | None = None

    def inputs(self) -> dict[str, Any]:
        """The names the tables use; states they do not know are the nearest they do."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**values, "tracking_state": NEAREST.get(self.tracking_state, self.tracking_state)}


@dataclass(frozen=True)
class Step:
    """What to do now: the advice with its rule, the text and how it goes out, whether to lengthen, when to look again."""

    advice: str
    rule_id: str
    text: str = ""
    alone: bool = False
    extend: bool = False
    check_days: int = 3
    role: str = ""
    delay_text: bool = field(default=False)
    #: The text its rule names, whether or not it goes out by itself: what a person may write.
    template: str = ""


def fits(conditions: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """Whether all conditions hold; an unknown input (None or missing) fits nothing."""
    return all(_holds(wanted, inputs.get(name)) for name, wanted in conditions.items())


def _holds(wanted: Any, value: Any) -> bool:
    if value is None:
        return False
    if isinstance(wanted, Mapping):
        tests = {"gte": value.__ge__, "gt": value.__gt__, "lte": value.__le__, "lt": value.__lt__}
        return all(tests[name](limit) is True for name, limit in wanted.items())
    if isinstance(wanted, list | tuple):
        return value in wanted
    return type(value) is type(wanted) and value == wanted


def decide(rows: Iterable[Decision], table: str, inputs: Mapping[str, Any]) -> Decision | None:
    """The first row of ``table`` by priority whose conditions hold."""
    for row in sorted((r for r in rows if r.table == table), key=lambda r: (r.priority, r.rule_id)):
        if fits(row.conditions, inputs):
            return row
    return None


def table_for(facts: Facts) -> str:
    """Which table answers: customs, post office, or not received."""
    if facts.dispute_open:
        return "NR"
    return {"customs_held": "CH", "awaiting_collection": "PO", "attempted": "PO"}.get(facts.tracking_state, "NR")


def next_step(rows: Sequence[Decision], facts: Facts, *, default_days: int, first_extends: bool) -> Step:
    """What the tables advise for ``facts``.

    The first check (30 days post, 7 days express) writes to the buyer that it takes longer, whatever else is advised,
    unless the parcel is held, waits at the office, is out for delivery or comes back; with ``first_extends`` it lengthens
    the receiving time too. Without a fitting row a person decides. An attempted delivery is a post-office matter with a text of
    its own, because no record names an office.
    """
    table = table_for(facts)
    row = decide(rows, table, facts.inputs()) or decide(rows, "NR", facts.inputs())
    if row is None:
        return Step("escalate", "", check_days=default_days, role="supervisor")
    extend = row.extend == "yes" or (row.extend == "if_deadline_near" and facts.deadline_near)
    text, alone = row.template, row.template in SENT_ALONE
    first = _is_first_check(facts)
    if first:
        text, alone, extend = "T03", True, extend or first_extends
    elif facts.tracking_state == "attempted" and text == "T05":
        text, alone = "T05A", True
    if not alone and text not in DRAFTED:
        text = ""
    person = row.advice in BY_PERSON
    supervisor = row.advice in BY_SUPERVISOR or row.approval.startswith("manager")
    return Step(
        row.advice, row.rule_id, text=text, alone=alone, extend=extend, check_days=row.next_check_days or default_days,
        role=("supervisor" if supervisor else "service") if person else "", delay_text=text == "T03", template=row.template,
    )  # fmt: skip


#: States that have texts of their own, or need none: the text about a delay does not fit them.
NOT_DELAYED = frozenset({
    "customs_held", "awaiting_collection", "attempted", "out_for_delivery", "returning", "returned", "delivered",
})  # fmt: skip


def _is_first_check(facts: Facts) -> bool:
    return (
        facts.past_first_check and not facts.past_second_check and not facts.told_delay and not facts.dispute_open
        and facts.tracking_state not in NOT_DELAYED
    )  # fmt: skip


#: What a word given to the buyer is kept with in the states that have texts of their own, "" where the way is over; else text 3.
_KEEPS_WORD = {
    "customs_held": "T04", "awaiting_collection": "T05", "attempted": "T05A", "returning": "", "returned": "", "delivered": "",
}  # fmt: skip


def keep_word(step: Step, facts: Facts, word: date | None, today: date) -> Step:
    """The step of a check when the last text told the buyer to hear from us on the day ``word``: from that day on the state of
    things is told where the tables say nothing and call nobody: by the text of that state, else by text 3."""
    if word is None or today < word or step.text or step.role or facts.dispute_open:
        return step
    text = _KEEPS_WORD.get(facts.tracking_state, "T03")
    return replace(step, text=text, alone=text in SENT_ALONE)


# --- days ------------------------------------------------------------------------------------------------------------------


def days_between(first: date, second: date) -> int:
    """Calendar days from ``first`` to ``second`` (never below zero)."""
    return max(0, (second - first).days)


def days_left(until: datetime, now: datetime) -> int:
    """Whole days until ``until``, rounded up; 0 when it has passed."""
    left = until - now
    return max(0, -(-left // timedelta(days=1)))


def next_check(now: datetime, wanted: datetime, milestones: Iterable[datetime | None], *, least: timedelta) -> datetime:
    """When to look again: at ``wanted``, or earlier at the first milestone still to come, never sooner than ``least``."""
    soonest = now + least
    ahead = [m for m in milestones if m is not None and m > now]
    return max(soonest, min([wanted, *ahead]))
