"""The carrier of a followed number is changed: a person knows better than the source, which is told within a minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from logistics.choices import FollowState
from logistics.connectors import seventeentrack as words
from logistics.models import FollowedNumber, TrackingSource
from logistics.selectors import sources as selectors
from logistics.services.sources.wire import Line

#: The source takes no second change before it has answered the first one; it is told again after this time.
EARLY = timedelta(hours=1)


def change(*, line: Line, now: datetime) -> int:
    """Tell the source the carriers that people picked for numbers it follows; answers how many are settled. Telling twice does no
    harm: the second time the number has that carrier already."""
    rows = list(selectors.to_change(line.source, now)[: words.BATCH])
    if not rows:
        return 0
    wishes = [words.Wish(row.number, row.carrier, "", new_carrier=row.wish) for row in rows]
    answer = line.batch("changecarrier", wishes)
    anew = _answered(line.source, rows, answer, now)
    if anew:  # stopped there, or changed too often: forgotten there and registered with its carrier
        line.batch("deletetrack", [words.Wish(row.number, row.carrier, "") for row in anew])
        _register_anew(anew, now)
    return len(rows)


@transaction.atomic
def _answered(
    source: TrackingSource, rows: Sequence[FollowedNumber], answer: words.Batch, now: datetime
) -> list[FollowedNumber]:
    """Write what became of each wish; answers the rows that have to be registered anew. What the answer does not speak of stays a
    wish, and what a person wished meanwhile stays, too."""
    means = {one.number: one for one in answer.rejected}
    taken, anew = {one.number for one in answer.accepted}, []
    held = FollowedNumber._base_manager.select_for_update(of=("self",)).filter(
        pk__in=[row.pk for row in rows], state=FollowState.REGISTERED, wish__isnull=False
    )
    wished = {row.pk: row.wish for row in rows}
    for row in held.order_by("pk"):
        refused = means.get(row.number)
        if row.wish != wished[row.pk]:
            continue
        if row.number in taken or (refused is not None and refused.means == "same"):
            row.carrier, row.wish, row.guessed, row.reason, row.asked_at = row.wish, None, False, "", None
        elif refused is None:
            continue
        elif refused.means == "early":
            row.next_try_at, row.reason = (
                now + EARLY,
                gettext_noop("The source takes the change after its first result."),
            )
        elif refused.means in ("stopped", "changed", "unregistered"):
            anew.append(row)
        else:
            row.wish, row.reason = None, refused.reason[:300]
        row.save(update_fields=["carrier", "wish", "guessed", "reason", "asked_at", "next_try_at"])
    return anew


@transaction.atomic
def _register_anew(rows: Sequence[FollowedNumber], now: datetime) -> None:
    for row in rows:
        FollowedNumber._base_manager.filter(pk=row.pk, state=FollowState.REGISTERED, wish=row.wish).update(
            state=FollowState.WANTED, carrier=row.wish, wish=None, guessed=False, registered_at=None, next_try_at=now,
            attempts=0, reason="",
        )  # fmt: skip
