"""Ratings come in once, and silent buyers are asked once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from conversations import services as conversations
from core import audit, copying, tables
from core.audit import SYSTEM, Actor
from core.errors import Invalid, NotAllowed
from core.events import publish
from core.reading import whole
from disputes import selectors
from disputes.events import FeedbackReceived
from disputes.models import Feedback, FeedbackVersion
from orders.models import Order
from stores.contracts import RemoteFeedback
from worklist import services as worklist

ASK = "disputes.ask_feedback"
ANSWER_BAD, ANSWER_GOOD = "disputes.answer_bad_feedback", "disputes.answer_feedback"
FOLLOW_BAD, NAME_CAUSE = "disputes.follow_bad_feedback", "disputes.name_rating_cause"
#: Headings of a file of ratings, lower case.
COLUMNS = {
    "order": ("order_no", "order", "order_id", "order number", "订单号"),
    "stars": ("stars", "rating", "score", "评分", "星级"),
    "text": ("text", "review", "comment", "feedback", "评价", "评价内容"),
    "at": ("at", "given_at", "date", "time", "日期", "时间", "评价时间"),
    "id": ("id", "external_id", "review_id", "评价id"),
}  # fmt: skip


@dataclass
class Recorded:
    """What came of it; ``rejected`` rows are (row, order, reason)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[tuple[int, str, str]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values for commands."""
        found = asdict(self)
        found.pop("ids")
        return {**found, "rejected": [{"row": row, "order": order, "reason": why} for row, order, why in self.rejected]}


def record_feedback(*, store: Store, remotes: Sequence[RemoteFeedback], actor: Actor, now: datetime) -> Recorded:
    """Keep ratings of a store: each exists once by its id in the channel; a revised one is updated and what it said before
    is kept, an older version changes nothing. A rating of an order nobody here knows is answered as rejected. The buyer of
    a rated order is not asked any more; somebody is asked to answer him. Set-based."""
    found = Recorded()
    orders = selectors.orders_of(store, [r.order_external_id for r in remotes])
    silent = selectors.of_erased_buyers(orders.values())
    good: dict[str, RemoteFeedback] = {}
    for row, told in enumerate(remotes, start=1):
        remote = told
        if remote.order_external_id not in orders:
            found.rejected.append((row, remote.order_external_id, str(_("There is no such order in this store."))))
        elif not 1 <= remote.stars <= 5:
            found.rejected.append((row, remote.order_external_id, str(_("A rating has 1 to 5 stars."))))
        else:
            if orders[remote.order_external_id] in silent:
                remote = replace(remote, text="")
            kept_one = good.get(remote.external_id)
            if kept_one is None or remote.version >= kept_one.version:
                good[remote.external_id] = remote
    with transaction.atomic():
        rows = Feedback._base_manager.select_for_update().filter(store=store, external_id__in=list(good)).order_by("pk")
        held = {row.external_id: row for row in rows}
        fresh = [_made(store, orders[r.order_external_id], r, now) for key, r in good.items() if key not in held]
        Feedback._base_manager.bulk_create(fresh, batch_size=1000, ignore_conflicts=True)
        earlier = [earlier for key, row in held.items() if (earlier := _revised(row, good[key], now)) is not None]
        changed = [version.feedback for version in earlier]
        FeedbackVersion._base_manager.bulk_create(earlier, ignore_conflicts=True)
        copying.update_objects(
            list(held.values()),
            ["stars", "text", "given_at", "first_stars", "revised_at", "next_look_at", "channel_version"],
        )
        found.created, found.updated = len(fresh), len(changed)
        found.unchanged = len(held) - len(changed)
        kept = Feedback._base_manager.filter(store=store, external_id__in=list(good)).select_related("order")
        found.ids = [row.pk for row in kept]
        new = {row.external_id for row in fresh}
        audit.record_many(
            audit.entry(row.order, "order.rated", actor=actor, now=now, text=gettext_noop("Rated with %(stars)s stars"), stars=row.stars)
            for row in kept if row.external_id in new
        )  # fmt: skip
        audit.record_many(
            audit.entry(row, "feedback.revised", actor=actor, now=now, text=gettext_noop("Revised from %(before)s to %(stars)s stars"),
                        before=before.stars, stars=row.stars)
            for row, before in zip(changed, earlier, strict=True)
        )  # fmt: skip
        rated = [orders[r.order_external_id] for r in good.values()]
        worklist.close(rule_key=ASK, subject_ids=rated, actor=actor, now=now, reason="rated", cancelled=True)
        _ask_people([row.pk for row in kept if row.external_id in new], changed, actor, now)
        if new or changed:
            publish(
                FeedbackReceived(
                    tuple(sorted({*(r.pk for r in changed), *(r.pk for r in kept if r.external_id in new)}))
                )
            )
    return found


def _ask_people(new: list[int], changed: list[Feedback], actor: Actor, now: datetime) -> None:
    """New ratings are to be answered; a revised one may need another kind of answer, or none."""
    for rule in (ANSWER_BAD, ANSWER_GOOD):
        again = [row.pk for row in changed]
        worklist.close(rule_key=rule, subject_ids=again, actor=actor, now=now, reason="revised", cancelled=True)
        worklist.plan(rule_key=rule, subject_ids=[*new, *again], now=now)
    good = [row.pk for row in changed if row.stars > 3]
    for rule in (FOLLOW_BAD, NAME_CAUSE):
        worklist.close(rule_key=rule, subject_ids=good, actor=actor, now=now, reason="revised", cancelled=True)


def _made(store: Store, order_id: int, remote: RemoteFeedback, now: datetime) -> Feedback:
    return Feedback(
        store=store, order_id=order_id, external_id=remote.external_id[:80], stars=remote.stars, text=remote.text[:5000],
        given_at=remote.at, received_at=now, channel_version=remote.version,
    )  # fmt: skip


def _revised(row: Feedback, remote: RemoteFeedback, now: datetime) -> FeedbackVersion | None:
    """Take over what the channel says now; answers what it said before when that is news, None when it is not (the same,
    or an older version)."""
    if remote.version and remote.version < row.channel_version:
        return None
    row.channel_version = max(row.channel_version, remote.version)
    told = (remote.stars, remote.text[:5000], remote.at)
    if (row.stars, row.text, row.given_at) == told:
        return None
    before = FeedbackVersion(feedback=row, stars=row.stars, text=row.text, given_at=row.given_at, replaced_at=now)
    row.first_stars = row.stars if row.first_stars is None else row.first_stars
    row.stars, row.text, row.given_at = told
    row.revised_at = now
    if row.stars > 3:
        row.next_look_at = None  # what was followed came to a good end
    return before


def give(
    *, order: Order, stars: int, given_at: datetime, actor: Actor, now: datetime, text: str = "", external_id: str = ""
) -> tuple[Feedback, bool]:
    """A program or a person enters one rating; answers it and whether it is new. The same again is the one that is there."""
    _may(actor)
    remote = RemoteFeedback(external_id or _key(order.external_id, given_at), order.external_id, stars, text, given_at)
    done = record_feedback(store=order.store, remotes=[remote], actor=actor, now=now)
    if done.rejected:
        raise Invalid("bad_rating", done.rejected[0][2], errors={"stars": [done.rejected[0][2]]})
    return Feedback.objects.get(store=order.store, external_id=remote.external_id[:80]), bool(done.created)


def import_feedback(*, store: Store, raw: bytes, actor: Actor, now: datetime, dry_run: bool = False) -> Recorded:
    """Read a file of ratings (order_no, stars, text, at, id; Chinese headings too) and keep them. Bad rows are named and
    the others kept; the same file again changes nothing. ``dry_run`` does everything and takes it back."""
    _may(actor)
    remotes, places, rejected = [], [], []
    for line, cells in tables.rows(raw, COLUMNS, ("order", "stars")):
        at = tables.moment(cells["at"], store.time_zone) if cells.get("at") else now
        stars = cells["stars"].rstrip("★星 ")
        given = whole(stars)
        if given is None or not 1 <= given <= 5:
            rejected.append((line, cells["order"], str(_("A rating has 1 to 5 stars."))))
        elif at is None:
            rejected.append((line, cells["order"], str(_("The time cannot be read."))))
        else:
            key = cells.get("id") or _key(cells["order"], at if cells.get("at") else None)
            remotes.append(RemoteFeedback(key, cells["order"], given, cells.get("text", ""), at))
            places.append(line)
    with transaction.atomic():
        done = record_feedback(store=store, remotes=remotes, actor=actor, now=now)
        if dry_run:
            transaction.set_rollback(True)
    done.rejected = sorted([*rejected, *((places[row - 1], order, why) for row, order, why in done.rejected)])
    return done


def _key(order: str, at: datetime | None) -> str:
    """The id of a rating that came without one: the order and the day it was given."""
    day = f"{at:%Y-%m-%d}" if at else "-"
    return hashlib.sha256(f"{order}\x1f{day}".encode()).hexdigest()[:32]


def ask(*, orders: Sequence[Order], now: datetime, actor: Actor = SYSTEM) -> int:
    """Ask the buyers of these orders for a rating, each order once for ever; answers how many texts were written."""
    specs = [conversations.TextSpec("T06E", order, f"T06E:order-{order.pk}") for order in orders]
    outcomes = conversations.send_many(specs=specs, actor=actor, now=now)
    return sum(1 for outcome in outcomes if outcome.code == "sent")


def _may(actor: Actor) -> None:
    if not actor.has_perm("orders.import_order"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
