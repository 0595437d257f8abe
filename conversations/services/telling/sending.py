"""A telling goes out: in pieces, each buyer once, whoever presses how often and whichever worker dies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from conversations.choices import LeftOut, TellingState, Verdict
from conversations.models import Telling, TellingRow
from conversations.policies import TELLING_HOURS
from conversations.selectors import telling as reads
from conversations.services.handing import may_send
from conversations.services.outgoing import send_many
from conversations.services.specs import Seen
from conversations.services.telling.judging import Asked, Judged, judge
from core import audit, longwork, policies
from core.audit import Actor
from core.errors import Conflict, NotAllowed
from core.models import Job
from core.said import Said
from core.states import move

TELL = "conversations.tell"
#: Buyers told in one transaction.
PIECE = 25
_ENDED = (Job.State.CANCELLED, Job.State.FAILED)


@transaction.atomic
def send_telling(*, telling: Telling, actor: Actor, now: datetime) -> Telling:
    """Tell everybody who is not left out: a job does it (``job``). Again while it runs is the same job; after it was stopped the
    rest is told.

    Refuses a telling with nobody to tell, one looked through too long ago, and people who do not see all its buyers.
    """
    may_send(actor)
    held = Telling.objects.select_for_update(of=("self",)).select_related("job").get(pk=telling.pk)
    going = held.state == TellingState.SENDING
    if held.state == TellingState.DONE or (going and held.job is not None and held.job.state not in _ENDED):
        telling.refresh_from_db()
        return telling
    if reads.hidden(held):
        raise NotAllowed("not_all_yours", _("This telling reaches buyers of stores in which you do not work."))
    ready = TellingRow.objects.filter(telling=held, verdict=Verdict.READY).count()
    if not going:
        _refuse(held, ready, now)
        move(held, "send", actor=actor, now=now)
    title = Said(gettext_noop("Telling %(number)s"), {"number": held.number})
    held.job = longwork.start(TELL, actor=actor, now=now, payload={"telling": held.pk}, total=ready, title=title)
    held.save(update_fields=["job"])
    audit.record(
        held, "telling.start", actor=actor, now=now, text=gettext_noop("%(count)s buyers are told"), count=ready
    )
    telling.refresh_from_db()
    return telling


def _refuse(held: Telling, ready: int, now: datetime) -> None:
    if held.state == TellingState.READY and not ready:
        raise Conflict("nobody_to_tell", _("Everybody is left out: there is nobody to tell."))
    hours = int(policies.value(TELLING_HOURS, now))
    if held.state == TellingState.READY and held.prepared_at and now - held.prepared_at > timedelta(hours=hours):
        raise Conflict(
            "looked_too_long_ago",
            _("This was looked through more than %(hours)s hours ago: prepare it again."),
            hours=hours,
        )


def next_piece(telling: Telling) -> list[int]:
    """The next buyers who are to be told."""
    rows = TellingRow.objects.filter(telling=telling, verdict=Verdict.READY).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:PIECE])


@transaction.atomic
def send_piece(*, telling: Telling, row_ids: Sequence[int], actor: Actor, now: datetime) -> tuple[int, int]:
    """Tell these buyers, those against whom something speaks by now left out with the reason; answers (told, left out). The key
    of each text is the telling and the buyer, so that twice is once. The buyers are held meanwhile: another telling of the same
    matter waits, and finds them told."""
    rows = list(
        TellingRow.objects.select_for_update(of=("self",))
        .filter(pk__in=list(row_ids), verdict=Verdict.READY)
        .order_by("pk")
    )
    reads.hold_buyers([row.buyer_id for row in rows])
    asked = [
        Asked(
            row.buyer_id,
            [row.about_id, *row.more_ids],
            anyway=row.anyway,
            seen=Seen(row.subject, row.body, own=row.edited),
        )
        for row in rows
    ]
    judged = {one.asked.buyer_id: one for one in judge(telling, asked, actor=actor, now=now)}
    for one in judged.values():
        if (
            not one.why
            and one.asked.seen
            and one.asked.seen.own
            and [one.about_id, *one.more_ids] != list(one.asked.ids)
        ):
            one.why = LeftOut.STOPPED  # a person's own words may name what has arrived since
    wanted = [one for one in judged.values() if not one.why and one.spec is not None]
    outcomes = send_many(specs=[one.spec for one in wanted if one.spec], actor=actor, now=now, keep_refused=False)
    sent = {one.asked.buyer_id: outcome for one, outcome in zip(wanted, outcomes, strict=True)}
    for row in rows:
        made = sent.get(row.buyer_id)
        if made is not None and made.message is not None and made.code in ("sent", "exists"):
            row.verdict, row.message, row.told_at = Verdict.TOLD, made.message, now
        else:
            _leave(row, judged.get(row.buyer_id))
    TellingRow._base_manager.bulk_update(rows, ["verdict", "why", "detail", "message", "told_at"])
    told = sum(row.verdict == Verdict.TOLD for row in rows)
    return told, len(rows) - told


def _leave(row: TellingRow, found: Judged | None) -> None:
    row.verdict = Verdict.OUT
    row.why, row.detail = (found.why, found.detail[:20]) if found and found.why else (LeftOut.STOPPED, [])


def finish(*, telling: Telling, actor: Actor, now: datetime) -> None:
    """Everybody was told or left out."""
    with transaction.atomic():
        if move(telling, "finish", actor=actor, now=now):
            found = reads.counts([telling.pk]).get(telling.pk, {})
            audit.record(
                telling, "telling.over", actor=actor, now=now, text=gettext_noop("%(told)s told, %(out)s left out"),
                told=found.get(Verdict.TOLD, 0), out=found.get(Verdict.OUT, 0),
            )  # fmt: skip
