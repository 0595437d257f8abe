"""What the customs rules ask a person to look at: approved with a reason, by somebody who did not write the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, policies
from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from logistics.choices import DifferenceState
from logistics.models import CustomsReview, DispatchNote, ValueDifference
from logistics.policies.customs import REVIEW_REASON
from logistics.selectors import dispatch as selectors
from logistics.selectors import signing as reads
from logistics.selectors.signing import Case

#: The reason of a review that was given with the signature itself.
WITH_SIGNATURE = gettext_noop("Looked at when the note was signed")

REFUSED = {
    "customs_review": _("The customs rules ask for a look: approve them with a reason, then sign."),
    "second_person": _("You wrote this declaration: somebody else must approve it."),
    "nothing_to_review": _("There is nothing left to look at."),
}


def wrote_it(notes: Iterable[DispatchNote], actor: Actor) -> frozenset[int]:
    """Those of the notes whose declared values the actor entered. One query."""
    if actor.is_system:
        return frozenset()
    rows = ValueDifference.objects.filter(
        note_id__in=[note.pk for note in notes], state=DifferenceState.APPLIED, agreed_at__isnull=True
    )
    mine = rows.filter(entered_by_id=actor.person_id) if actor.person_id else rows.filter(
        entered_by__isnull=True, entered_label=actor.label[:150]
    )  # fmt: skip
    return frozenset(mine.values_list("note_id", flat=True))


def why_not_signed(case: Case, *, mine: frozenset[int], actor: Actor, now: datetime) -> DomainError | None:
    """What stands in the way of the note signature as far as customs reviews go."""
    if not case.open_reviews:
        return None
    asked = bool(policies.value(REVIEW_REASON, now, case.note.store_id))
    if asked or not actor.has_perm("logistics.review_customs"):
        return Conflict("customs_review", REFUSED["customs_review"])
    if case.note.pk in mine and not case.note.store.one_signer:
        return Conflict("second_person", REFUSED["second_person"])
    return None


def seen_with_signature(cases: Sequence[Case], *, actor: Actor, now: datetime) -> list[CustomsReview]:
    """Keep that the signer of these notes looked at what the rules asked to look at."""
    return _keep([(case, WITH_SIGNATURE) for case in cases if case.open_reviews], actor=actor, now=now)


def approve(
    *, notes: Iterable[DispatchNote], reason: str, actor: Actor, now: datetime
) -> tuple[list[DispatchNote], dict[int, DomainError]]:
    """Approve everything the rules ask to look at on these notes: (approved now, refusals by id). A block stays a block.

    Refused: people without the right, an empty reason, who wrote the declared values himself (unless the store allows one
    signer), a note with nothing to look at. A later edit of the note asks again.
    """
    if not actor.has_perm("logistics.review_customs"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    text = reason.strip()
    if not text:
        raise Invalid("reason_missing", _("Say why."), errors={"reason": [str(_("Say why."))]})
    with transaction.atomic():
        rows = selectors.lock_notes(note.pk for note in notes)
        cases = reads.cases(rows, now)
        mine = wrote_it(rows, actor)
        good: list[tuple[Case, str]] = []
        refused: dict[int, DomainError] = {}
        for note in rows:
            case = cases[note.pk]
            if note.state not in selectors.OPEN_NOTES or not case.open_reviews:
                refused[note.pk] = Conflict("nothing_to_review", REFUSED["nothing_to_review"])
            elif note.pk in mine and not note.store.one_signer:
                refused[note.pk] = Conflict("second_person", REFUSED["second_person"])
            else:
                good.append((case, text[:300]))
        _keep(good, actor=actor, now=now)
    return [case.note for case, _text in good], refused


def _keep(given: Sequence[tuple[Case, str]], *, actor: Actor, now: datetime) -> list[CustomsReview]:
    made = [
        CustomsReview(
            note=case.note, revision=case.note.revision, keys=sorted({f.key for f in case.open_reviews}), reason=reason,
            user_id=actor.person_id, label=actor.label[:150], at=now,
        )
        for case, reason in given
    ]  # fmt: skip
    CustomsReview.objects.bulk_create(made, batch_size=1000)
    audit.record_many(
        audit.entry(
            case.note, "note.customs_review", actor=actor, now=now, reason=reason,
            text=gettext_noop("Customs looked at: %(codes)s"), codes=_codes(case),
        )
        for case, reason in given
    )  # fmt: skip
    return made


def _codes(case: Case) -> str:
    return ", ".join(sorted({f.code for f in case.open_reviews}))


def reviews_of(note: DispatchNote) -> list[Mapping[str, Any]]:
    """Who approved what on the present revision of a note."""
    rows = CustomsReview.objects.filter(note=note, revision=note.revision).order_by("pk")
    return [{"label": row.label, "at": row.at, "reason": row.reason, "keys": row.keys} for row in rows]
