"""Texts from templates: the fitting version chosen, filled, checked, capped, written once, handed to both routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext

from conversations import rules, selectors
from conversations.choices import Direction, MessageState, SendMode
from conversations.models import Conversation, Message, Template
from conversations.policies import CHASERS_A_DAY, CHASERS_UNANSWERED
from conversations.selectors import Party
from conversations.selectors.fact_words import fact_words
from conversations.services import facts as facts_of
from conversations.services.handing import CHECK_DRAFT, REFUSED_TEXT, Ready, hand_out, held_threads, may_send, threads
from conversations.services.specs import Outcome, Preview, Seen, TextSpec, Words
from core import audit, clock, copying, policies
from core.audit import Actor
from core.errors import DomainError
from worklist import services as worklist


def send_template(
    *, base_code: str, about: models.Model, key: str, actor: Actor, now: datetime, extra: dict[str, Any] | None = None,
    is_chaser: bool = False, as_draft: bool | None = None,
) -> Message | None:  # fmt: skip
    """Write the text ``base_code`` about an object to its buyer and hand it to its routes; the same ``key`` again answers
    the message that is there.

    The sibling follows from the facts, the language from the buyer. Refuses with ``template_refused`` (names the missing
    or untrue facts), ``chaser_capped``, ``no_template``, ``not_allowed``.
    """
    may_send(actor)
    spec = TextSpec(base_code, about, key, extra or {}, is_chaser, as_draft)
    outcome = send_many(specs=[spec], actor=actor, now=now, keep_refused=False)[0]
    if outcome.code in ("refused", "capped", "no_template"):
        code = {"refused": "template_refused", "capped": "chaser_capped"}.get(outcome.code, outcome.code)
        raise DomainError(code, outcome.reason.replace("%", "%%"), status=409)
    return outcome.message


def try_send_template(
    *, base_code: str, about: models.Model, key: str, actor: Actor, now: datetime, extra: dict[str, Any] | None = None,
    is_chaser: bool = False, as_draft: bool | None = None,
) -> Outcome:  # fmt: skip
    """:func:`send_template` for the clock: answers instead of refusing. A refused text is kept as a draft with its gaps
    and becomes a duty of a person."""
    spec = TextSpec(base_code, about, key, extra or {}, is_chaser, as_draft)
    return send_many(specs=[spec], actor=actor, now=now)[0]


@transaction.atomic
def send_many(
    *, specs: Sequence[TextSpec], actor: Actor, now: datetime, keep_refused: bool = True, tries: int = 3
) -> list[Outcome]:
    """The set form: many texts at once, answered in their order. The number of statements does not grow with them (but
    for checks that ask per object)."""
    if not specs:
        return []
    run = _Run(specs, actor, now, keep_refused, tries)
    outcomes = [run.decide(index) for index in range(len(specs))]
    return run.write(outcomes)


def foresee(*, specs: Sequence[TextSpec], actor: Actor, now: datetime) -> list[tuple[Outcome, Preview | None, Party]]:
    """What :func:`send_many` would do with each text, how it would read, and to whom it goes. Writes nothing."""
    run = _Run(specs, actor, now, keep_refused=False, tries=1, writes=False)
    return [
        (run.decide(index), run.previews.get(spec.key), run.parties.get(spec.key) or selectors.party_of(spec.about))
        for index, spec in enumerate(specs)
    ]


def preview(
    *, template: Template, about: models.Model, actor: Actor, now: datetime, extra: Mapping[str, Any] | None = None,
    body: str | None = None, subject: str | None = None,
) -> Preview:  # fmt: skip
    """How a text would read about an object, with gaps marked and the reasons against it. Writes nothing."""
    party = selectors.party_of(about)
    raw = facts_of.gather([(about, template.language)]).get(
        (audit.subject_type(about), about.pk, template.language), {}
    )
    found = facts_of.complete(raw, party, template.language, actor=actor, now=now, extra=extra)
    return _filled(template, about, found, body, subject)


def suggestion(*, base_code: str, about: models.Model, actor: Actor, now: datetime) -> Preview | None:
    """How the fitting version of a text would read about an object, in the buyer's language: the first that may go out, else
    the one with the fewest gaps; None when there is no such text. Writes nothing."""
    party = selectors.party_of(about)
    versions = _Run._versions(selectors.live_templates({base_code}).get(base_code, []), party)
    shown = [preview(template=version, about=about, actor=actor, now=now) for version in versions]
    return min(shown, key=lambda p: len(p.missing) + len(p.untrue), default=None)


def _filled(
    template: Template, about: models.Model, found: facts_of.Facts, body: str | None = None, subject: str | None = None
) -> Preview:
    text = rules.fill(template.body if body is None else body, found.words)
    head = rules.fill(template.subject if subject is None else subject, found.words)
    missing = tuple(dict.fromkeys((*head.missing, *text.missing)))
    untrue = [error for error in (text.error, head.error) if error]
    untrue += facts_of.untrue(template.checks, about, found.raw)
    used = {*rules.names(template.body), *rules.names(template.subject), "order_no"}
    kept = {name: found.words.get(name) for name in sorted(used) if found.words.get(name)}
    dates = {name: found.raw[name].isoformat() for name in kept if type(found.raw.get(name)) is date}
    return Preview(template, rules.clean_header(head.text, 300), text.text, missing, tuple(untrue), kept, dates)


class _Run:
    """One set of texts on its way: everything is read first, in memory decided, then written."""

    def __init__(
        self,
        specs: Sequence[TextSpec],
        actor: Actor,
        now: datetime,
        keep_refused: bool,
        tries: int,
        writes: bool = True,
    ) -> None:
        self.specs, self.actor, self.now, self.keep_refused, self.tries = specs, actor, now, keep_refused, tries
        self.held = {m.key: m for m in Message._base_manager.filter(key__in=[s.key for s in specs])}
        fresh = [s for s in specs if s.key not in self.held or self._open(self.held[s.key])]
        _prefetch([s.about for s in fresh])
        self.parties: dict[str, Party] = {s.key: selectors.party_of(s.about) for s in fresh}
        self.threads: dict[int, Conversation] = self._threads(writes) if fresh else {}
        templates = selectors.live_templates({s.base_code for s in fresh if not s.words})
        self.choices = {s.key: self._versions(self._offered(s, templates), self.parties[s.key]) for s in fresh}
        wanted = {(s.about, t.language) for s in fresh for t in self.choices[s.key]}
        self.raw = facts_of.gather(wanted)
        self.chasers = self._chasers(fresh)
        self.previews: dict[str, Preview] = {}

    @staticmethod
    def _open(message: Message) -> bool:
        """A refused draft is filled anew, but never over the words of a person."""
        return message.state == MessageState.DRAFT and "refused" in message.facts and message.author_id is None

    def _threads(self, writes: bool) -> dict[int, Conversation]:
        parties = self.parties.values()
        return threads(parties, self.now) if writes else held_threads(party.buyer.pk for party in parties)

    @staticmethod
    def _offered(spec: TextSpec, templates: Mapping[str, list[Template]]) -> list[Template]:
        if not spec.words:
            return templates.get(spec.base_code, [])
        return [
            Template(pk=-number, language=one.language, subject=one.subject, body=one.body)
            for number, one in enumerate(spec.words, start=1)
        ]

    @staticmethod
    def _versions(rows: list[Template], party: Party) -> list[Template]:
        by_pk = {row.pk: row for row in rows}
        versions = [rules.Version(row.pk, row.code, row.language, row.store_id) for row in rows]
        language = party.buyer.language or rules.FALLBACK
        return [by_pk[v.pk] for v in rules.candidates(versions, store_id=party.store.pk, language=language)]

    def _chasers(self, fresh: Sequence[TextSpec]) -> list[Message]:
        asked = [s for s in fresh if s.is_chaser]
        if not asked:
            return []
        held = (self.threads.get(self.parties[s.key].buyer.pk) for s in asked)
        ids = {thread.pk for thread in held if thread is not None}
        return selectors.open_chasers(ids, datetime.fromtimestamp(0, tz=self.now.tzinfo))

    def decide(self, index: int) -> Outcome:
        """What becomes of the text at ``index``: an outcome without message yet, or the message that is there."""
        spec = self.specs[index]
        held = self.held.get(spec.key)
        if held is not None and not self._open(held):
            return Outcome(held, code="exists")
        options = self.choices[spec.key]
        if not options:
            return Outcome(None, gettext("There is no active text %(code)s.") % {"code": spec.base_code}, "no_template")
        if spec.is_chaser and (reason := self._capped(spec)):
            return Outcome(None, CAPPED[reason](self._most(spec)), "capped", untrue=(reason,))
        best: Preview | None = None
        for template in options:
            shown = self._preview(spec, template)
            if best is None or len(shown.missing) + len(shown.untrue) < len(best.missing) + len(best.untrue):
                best = shown
            if not shown.refused:
                break
        assert best is not None
        self.previews[spec.key] = best
        if best.refused:
            return Outcome(
                held, refusal(best.template.code, best.missing, best.untrue), "refused", best.missing, best.untrue
            )
        return Outcome(held, code="draft" if self._as_draft(spec, best.template) else "sent")

    def _preview(self, spec: TextSpec, template: Template) -> Preview:
        raw = self.raw.get((audit.subject_type(spec.about), spec.about.pk, template.language), {})
        found = facts_of.complete(
            raw, self.parties[spec.key], template.language, actor=self.actor, now=self.now, extra=spec.extra
        )
        shown = _filled(template, spec.about, found)
        if spec.seen is None:
            return shown
        gaps = tuple(rules.marks(spec.seen.body)) if spec.seen.own else shown.missing
        untrue = () if spec.seen.own else shown.untrue
        return replace(shown, subject=spec.seen.subject, body=spec.seen.body, missing=gaps, untrue=untrue)

    def _as_draft(self, spec: TextSpec, template: Template) -> bool:
        if spec.as_draft is not None:
            return spec.as_draft
        return self.actor.is_system and template.send_mode != SendMode.AUTO

    def _capped(self, spec: TextSpec) -> str:
        """ "" or which cap is reached for one of the orders the text is about."""
        party = self.parties[spec.key]
        thread = self.threads.get(party.buyer.pk)
        if thread is None:
            return ""
        begin = clock.start_of_day(self.now, party.store.time_zone)
        a_day = int(policies.value(CHASERS_A_DAY, self.now, party.store.pk))
        for order in dict.fromkeys(_order_ref(one) for one in (spec.about, *spec.more)):
            mine = [m for m in self.chasers if m.conversation_id == thread.pk and m.facts.get("order_ref") == order]
            counted = rules.ChaserFacts(
                today=sum(1 for m in mine if m.at >= begin),
                unanswered=sum(1 for m in mine if thread.last_in_at is None or m.at > thread.last_in_at),
            )
            if reason := rules.may_chase(counted, a_day=a_day, unanswered=self._most(spec)):
                return reason
        return ""

    def _most(self, spec: TextSpec) -> int:
        return int(policies.value(CHASERS_UNANSWERED, self.now, self.parties[spec.key].store.pk))

    def write(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Write messages and drafts, hand out what goes, tell people what they must complete."""
        rows: dict[int, Message] = {}
        taken: set[str] = set()
        for index, outcome in enumerate(outcomes):
            spec = self.specs[index]
            wanted = outcome.code in ("sent", "draft") or (outcome.code == "refused" and self.keep_refused)
            if wanted and spec.key not in taken:
                taken.add(spec.key)
                rows[index] = self._message(spec, outcome)
        try:
            with transaction.atomic():
                _save(rows.values())
        except IntegrityError:  # somebody wrote one of these keys at this moment: begin again and find it
            if self.tries <= 1:
                raise
            return send_many(
                specs=self.specs, actor=self.actor, now=self.now, keep_refused=self.keep_refused, tries=self.tries - 1
            )
        sent = [
            Ready(rows[i], self.parties[self.specs[i].key], tells=self.specs[i].tells)
            for i in rows if outcomes[i].code == "sent"
        ]  # fmt: skip
        hand_out(sent, actor=self.actor, now=self.now)
        for rule, code in ((CHECK_DRAFT, "draft"), (REFUSED_TEXT, "refused")):
            worklist.plan(
                rule_key=rule, subject_ids=[rows[i].pk for i in rows if outcomes[i].code == code], now=self.now
            )
        again = [rows[i].pk for i in rows if outcomes[i].code == "refused" and rows[i].key in self.held]
        worklist.refresh(
            rule_key=REFUSED_TEXT, subject_ids=again, now=self.now
        )  # what is missing may be another thing by now
        mended = [item.message.pk for item in sent if item.message.key in self.held]
        worklist.close(rule_key=REFUSED_TEXT, subject_ids=mended, actor=self.actor, now=self.now)
        by_key = {self.specs[i].key: row for i, row in rows.items()}
        return [
            outcome if outcome.code == "exists"
            else Outcome(by_key.get(self.specs[i].key), outcome.reason, outcome.code, outcome.missing, outcome.untrue)
            for i, outcome in enumerate(outcomes)
        ]  # fmt: skip

    def _message(self, spec: TextSpec, outcome: Outcome) -> Message:
        shown, party = self.previews[spec.key], self.parties[spec.key]
        row = self.held.get(spec.key) or Message(key=spec.key)
        row.conversation, row.store_id = self.threads[party.buyer.pk], party.store.pk
        row.direction, row.at, row.author_id = Direction.OUT, self.now, self.actor.user_id
        row.state = MessageState.READY if outcome.code == "sent" else MessageState.DRAFT
        row.template_code, row.language = shown.template.code, shown.template.language
        row.subject, row.body = shown.subject, shown.body
        row.about_type, row.about_id = audit.subject_type(spec.about), spec.about.pk
        row.is_chaser = spec.is_chaser
        row.facts = {
            **shown.facts,
            "order_ref": _order_ref(spec.about),
            **({"dates": shown.dates} if shown.dates else {}),
        }
        if outcome.code == "refused":
            row.facts["refused"] = {"missing": list(outcome.missing), "untrue": list(outcome.untrue)}
        return row


def _order_ref(about: Any) -> int:
    """The order an object is, or belongs to."""
    return int(getattr(about, "order_id", None) or about.pk)


#: The sentence of each cap; the figure is how many unanswered ones the house allows.
CAPPED: Mapping[str, Callable[[int], str]] = {
    "one_a_day": lambda most: gettext("The buyer was already reminded today."),
    "unanswered": lambda most: (
        gettext("The buyer was reminded %(count)s times and has not answered.") % {"count": most}
    ),
}


def refusal(code: str, missing: Sequence[str], untrue: Sequence[str]) -> str:
    """The sentence that says why a text does not go out."""
    parts = []
    if missing:
        parts.append(gettext("not known: %(facts)s") % {"facts": fact_words(missing)})
    if untrue:
        parts.append(gettext("not true: %(facts)s") % {"facts": "; ".join(gettext(reason) for reason in untrue)})
    return gettext("The text %(code)s cannot be sent. %(why)s.") % {"code": code, "why": "; ".join(parts)}


def _save(rows: Any) -> None:
    fresh = [row for row in rows if row.pk is None]
    mended = [row for row in rows if row.pk is not None]
    copying.copy_new(fresh)
    for row in mended:  # a refused draft that can be filled by now
        row.save()


def _prefetch(abouts: list[models.Model]) -> None:
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for about in abouts:
        by_model.setdefault(type(about), []).append(about)
    for rows in by_model.values():
        own = hasattr(rows[0], "buyer_id")
        prefetch_related_objects(rows, *(("buyer", "store") if own else ("order__buyer", "order__store")))


__all__ = [
    "Outcome",
    "Preview",
    "Seen",
    "TextSpec",
    "Words",
    "foresee",
    "preview",
    "refusal",
    "send_many",
    "send_template",
    "suggestion",
    "try_send_template",
]
