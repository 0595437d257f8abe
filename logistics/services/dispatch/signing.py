"""Two signatures, by people or by rule, and the release to the warehouse."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, policies
from core.audit import Actor
from core.errors import Conflict, DomainError, NotAllowed
from core.events import publish
from core.states import move_many
from logistics.choices import NoteState, SignatureKind
from logistics.events import NotesReleased
from logistics.models import ApprovalRule, DispatchNote, NoteSignature
from logistics.policies.dispatch import NUMBER_WHEN_RELEASED, RELEASE_WHEN_SIGNED
from logistics.rules.approval import fits, may_sign, why_unsigned
from logistics.selectors import dispatch as selectors
from logistics.selectors import incidents
from logistics.selectors import signing as reads
from logistics.selectors.signing import Case
from logistics.services import numbers, stages
from logistics.services.customs import filling, reviews
from worklist import services as worklist

RULES_ACTOR = audit.system("approval rules")

#: Duties that a note has until it is with the warehouse: of the purchaser, of the supervisor.
DESK = ("logistics.price_signature", "logistics.note_in_time")

PERMISSION = {SignatureKind.PRICE: "logistics.sign_price", SignatureKind.NOTE: "logistics.sign_note"}

SIGNED = {
    SignatureKind.PRICE: gettext_noop("Price signed by %(by)s"), SignatureKind.NOTE: gettext_noop("Note signed by %(by)s"),
}  # fmt: skip

REFUSALS: dict[str, Any] = {
    "not_to_sign": _("This note has already left the desk."),
    "order_not_ready": _("The order is not ready: release it from hold first."),
    "intercepted": _("The order is intercepted: settle that first."),
    "unmatched": _("An article of the order is not matched yet: match it, then sign."),
    "incomplete": _("An article of the order is not on the note yet: it follows within a minute."),
    "nothing_to_send": _("The note has no articles."),
    "no_service": _("Choose a service first: the one the buyer paid for cannot carry this parcel."),
    "service_incident": _("An incident stops this service there: choose another."),
    "address_changed": _("The address of the order changed: take it over into the note first."),
    "customs_block": _("The customs declaration has an error: mend it first."),
}


def sign_notes(
    *,
    notes: Iterable[DispatchNote],
    kind: str,
    actor: Actor,
    now: datetime,
    seen: Mapping[int, int] | None = None,
    seen_at: datetime | None = None,
) -> tuple[list[DispatchNote], dict[int, DomainError]]:
    """Give one kind of signature to many notes: (signed now, refusals by id). Notes that already have it are neither.

    Refused: role, unmatched or faulty notes, the same person twice (unless the store allows one signer), a note that was
    changed since its signer looked at it (``seen``: note id -> revision; ``seen_at``: when the list was drawn). With both
    signatures a note is signed, and by house rule released at once.
    """
    if not actor.has_perm(PERMISSION[SignatureKind(kind)]):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    with transaction.atomic():
        rows = selectors.lock_notes(note.pk for note in notes)
        cases = reads.cases(rows, now)
        living = selectors.signatures_of(cases)
        later = reads.changed_since(list(cases), seen_at) if seen_at else set()
        wrote = reviews.wrote_it(rows, actor) if kind == SignatureKind.NOTE else frozenset()
        given: list[NoteSignature] = []
        refused: dict[int, DomainError] = {}
        for note in rows:
            held = living.get(note.pk, {})
            if kind in held and why_unsigned(cases[note.pk].sign) in ("", "not_to_sign"):
                continue
            error = _refusal(cases[note.pk], kind, held, actor) or _unseen(note, seen or {}, later)
            if kind == SignatureKind.NOTE and not error:
                error = reviews.why_not_signed(cases[note.pk], mine=wrote, actor=actor, now=now)
            if error:
                refused[note.pk] = error
            else:
                given.append(_signature(note, kind, actor.label, now, user_id=actor.person_id))
        if kind == SignatureKind.NOTE:
            reviews.seen_with_signature([cases[s.note_id] for s in given], actor=actor, now=now)
        signed = _give(given, {note.pk: note for note in rows}, living, actor=actor, now=now)
    return signed, refused


def _unseen(note: DispatchNote, seen: Mapping[int, int], later: Collection[int]) -> DomainError | None:
    if seen.get(note.pk, note.revision) == note.revision and note.pk not in later:
        return None
    return Conflict("note_changed", _("The note was changed since you looked at it: look again, then sign."))


def sign(
    *, note: DispatchNote, kind: str, actor: Actor, now: datetime, revision: int | None = None,
    seen_at: datetime | None = None,
) -> DispatchNote:  # fmt: skip
    """Give one signature to one note, of which ``revision`` was looked at; the refusal is raised. See :func:`sign_notes`."""
    seen = {note.pk: revision} if revision else None
    _signed, refused = sign_notes(notes=[note], kind=kind, seen=seen, seen_at=seen_at, actor=actor, now=now)
    if refused:
        raise refused[note.pk]
    note.refresh_from_db()
    return note


def kinds_for(actor: Actor) -> list[str]:
    """The signatures the actor's role may give."""
    return [str(kind) for kind, permission in PERMISSION.items() if actor.has_perm(permission)]


def _refusal(case: Case, kind: str, held: Mapping[str, NoteSignature], actor: Actor) -> DomainError | None:
    code = why_unsigned(case.sign)
    if code:
        return Conflict(code, REFUSALS[code])
    others = {k: audit.signer(s.user_id, "" if s.rule_id else s.label) for k, s in held.items()}
    if not may_sign(kind=kind, who=actor.signer, others=others, one_signer=case.note.store.one_signer):
        return Conflict("same_signer", _("You gave the other signature: somebody else must give this one."))
    return None


def _signature(note: DispatchNote, kind: str, label: str, now: datetime, **by: Any) -> NoteSignature:
    return NoteSignature(note=note, kind=kind, revision=note.revision, label=label[:150], at=now, **by)


def _give(
    given: Sequence[NoteSignature], notes: Mapping[int, DispatchNote], living: Mapping[int, Mapping[str, NoteSignature]],
    *, actor: Actor, now: datetime,
) -> list[DispatchNote]:  # fmt: skip
    """Store signatures, move notes with both to signed, release by house rule, tell the orders."""
    if not given:
        return []
    NoteSignature.objects.bulk_create(given, batch_size=1000)
    kinds: dict[int, set[str]] = {pk: set(living.get(pk, ())) for pk in notes}
    lines = []
    for signature in given:
        kinds[signature.note_id].add(signature.kind)
        lines.append(
            audit.entry(
                notes[signature.note_id], f"note.sign_{signature.kind}", actor=actor, now=now, by=signature.label,
                text=SIGNED[SignatureKind(signature.kind)],
            )
        )  # fmt: skip
    audit.record_many(lines)
    touched = [notes[pk] for pk in dict.fromkeys(s.note_id for s in given)]
    priced = [s.note_id for s in given if s.kind == SignatureKind.PRICE]
    if priced:
        worklist.close(rule_key="logistics.price_signature", subject_ids=priced, actor=actor, now=now, reason="signed")
    complete = [n for n in touched if kinds[n.pk] >= set(SignatureKind.values) and n.state == NoteState.DRAFT]
    move_many(complete, "sign", actor=actor, now=now)
    release_by_rule(notes=complete, now=now)
    stages.push(order_ids=[note.order_id for note in touched], actor=actor, now=now)
    return touched


def release_by_rule(*, notes: Iterable[DispatchNote], now: datetime) -> int:
    """Release signed notes of stores whose house rule releases at the second signature; answers how many. A note whose order
    was stopped at that moment comes back here when the order goes on."""
    wanted = [n for n in notes if policies.value(RELEASE_WHEN_SIGNED, now, n.store_id)]
    return len(release_notes(notes=wanted, actor=RULES_ACTOR, now=now)[0]) if wanted else 0


@transaction.atomic
def auto_sign(*, notes: Iterable[DispatchNote], now: datetime) -> int:
    """Let the approval rules sign what they may among these drafts; answers the number of signatures. Set-based."""
    rules = list(ApprovalRule.objects.filter(active=True).select_related("store"))
    if not rules:
        return 0
    rows = [note for note in selectors.lock_notes(note.pk for note in notes) if note.state == NoteState.DRAFT]
    cases = reads.cases(rows, now)
    living = selectors.signatures_of(cases)
    given: list[NoteSignature] = []
    for note in rows:
        case = cases[note.pk]
        if why_unsigned(case.sign):
            continue
        missing = set(SignatureKind.values) - set(living.get(note.pk, ()))
        if case.open_reviews:
            missing.discard(SignatureKind.NOTE)  # what customs rules ask to look at is looked at by a person
        for rule in rules:
            if not missing:
                break
            if rule.store_id not in (None, note.store_id) or not fits(rule.conditions, case.facts):
                continue
            for kind in sorted(missing & set(rule.kinds)):
                given.append(_signature(note, kind, rule.name, now, rule=rule))
                missing.discard(kind)
    _give(given, {note.pk: note for note in rows}, living, actor=RULES_ACTOR, now=now)
    return len(given)


def release_notes(
    *, notes: Iterable[DispatchNote], actor: Actor, now: datetime
) -> tuple[list[DispatchNote], dict[int, DomainError]]:
    """Release signed notes to the warehouse: (released now, refusals by id). By house rule each gets its waybill number."""
    if not (actor.is_system or actor.has_perm("logistics.release_note")):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    with transaction.atomic():
        rows = selectors.lock_notes(note.pk for note in notes)
        refused: dict[int, DomainError] = {}
        good = []
        for note in rows:
            if note.state == NoteState.DRAFT:
                refused[note.pk] = Conflict("not_signed", _("Both signatures are needed before a note is released."))
            elif note.order.intercept or note.order.state not in ("ready", "part_shipped"):
                refused[note.pk] = Conflict("order_not_ready", REFUSALS["order_not_ready"])
            elif incidents.of_note(note, now) is not None:
                refused[note.pk] = Conflict("service_incident", REFUSALS["service_incident"])
            else:
                good.append(note)
        moved, more = move_many(good, "release", actor=actor, now=now)
        refused.update(more)
        released: list[DispatchNote] = [note for note in moved if isinstance(note, DispatchNote)]
        filling.fill(notes=released, actor=actor, now=now)
        wanted = [note for note in released if policies.value(NUMBER_WHEN_RELEASED, now, note.store_id)]
        if wanted:
            numbers.reserve_for(notes=wanted, actor=actor, now=now)
        stages.push(order_ids=[note.order_id for note in released], actor=actor, now=now)
        if released:
            ids = [note.pk for note in released]
            for rule in DESK:
                worklist.close(rule_key=rule, subject_ids=ids, actor=actor, now=now, reason="released")
            publish(NotesReleased(tuple(note.pk for note in released)))
    return released, refused


def release(*, note: DispatchNote, actor: Actor, now: datetime) -> DispatchNote:
    """Release one signed note; the refusal is raised."""
    _released, refused = release_notes(notes=[note], actor=actor, now=now)
    if refused:
        raise refused[note.pk]
    note.refresh_from_db()
    return note
