"""Many rows at once: which ones, what will happen, doing it now or as a job, taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import longwork
from core.audit import Actor
from core.clock import utcnow
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from core.listing import actions
from core.listing.actions import DIRECT_LIMIT, Action, Outcome
from core.listing.base import LISTINGS, Listing
from core.listing.export import safe_text
from core.listing.query import ListQuery
from core.models import Job

CHUNK = 100
#: More rows than this are not taken at once by an action that makes one thing of them.
MOST = 10_000
UNDO_HOURS = 1
_SALT = "core.listing.undo"


@dataclass(frozen=True)
class Selection:
    """Chosen rows: their ids, or everything that fits a question (``query``, written as a URL query)."""

    ids: tuple[int, ...] = ()
    query: str | None = None

    @classmethod
    def parse(cls, raw_ids: list[Any], query: str | None) -> Selection:
        """From a form or a JSON body; refuses ids that are none."""
        ids = []
        for raw in raw_ids:
            text = str(raw)
            if not (text.isascii() and text.isdigit() and len(text) <= 18) or isinstance(raw, bool):
                raise Invalid("bad_ids", _("One of the chosen rows has no valid id."), errors={"ids": [text[:40]]})
            ids.append(int(text))
        if query is None and not ids:
            raise Invalid(
                "nothing_chosen", _("Nothing is chosen."), errors={"ids": [str(_("Choose at least one row."))]}
            )
        return cls(tuple(dict.fromkeys(ids)), query)

    def size(self, listing: Listing, actor: Actor) -> int:
        """How many rows (capped at 10,001 for a question)."""
        if self.query is None:
            return len(self.ids)
        return ListQuery.of(listing, actor, self.query, strict=True).count()

    def first(self, listing: Listing, actor: Actor, limit: int) -> list[int]:
        """The first ``limit`` ids."""
        if self.query is None:
            return list(self.ids[:limit])
        return ListQuery.of(listing, actor, self.query, strict=True).ids(limit)

    def after(self, listing: Listing, actor: Actor, place: int, until: int | None, limit: int) -> list[int]:
        """The next ``limit`` ids after ``place`` by id, none above ``until``; rows that left the question are left out."""
        if self.query is None:
            return [pk for pk in sorted(self.ids) if pk > place][:limit]
        rows = ListQuery.of(listing, actor, self.query, strict=True).queryset.filter(pk__gt=place)
        if until is not None:
            rows = rows.filter(pk__lte=until)
        return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


@dataclass
class Answer:
    """What a bulk action answered: outcomes now, or the job that does it."""

    outcomes: list[Outcome]
    job: Job | None = None
    total: int = 0
    undo: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def find_action(listing: Listing, name: str, actor: Actor, *, bulk: bool) -> Action:
    """The action ``name`` of the list; refuses what does not exist or the role may not do."""
    action: Action | None = listing.all_actions.get(name)
    if action is None or not (action.bulk if bulk else action.single):
        raise DomainError("no_such_action", _("There is no such action here."), status=404)
    if not actor.has_perm(action.permission) or not actor.has_perm(listing.permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    return action


def preview(listing: Listing, action: Action, chosen: Selection, *, actor: Actor, now: datetime,
            data: Mapping[str, Any]) -> Answer:  # fmt: skip
    """What would happen to the chosen rows (the first 200 of them): done and taken back, nothing stays."""
    total = chosen.size(listing, actor)
    ids = chosen.first(listing, actor, DIRECT_LIMIT)
    return Answer(actions.run(listing, action, ids, actor=actor, now=now, data=data, dry=True), total=total)


def perform(listing: Listing, action: Action, chosen: Selection, *, actor: Actor, now: datetime, data: Mapping[str, Any],
            raw: Mapping[str, Any]) -> Answer:  # fmt: skip
    """Do it: up to 200 rows at once, more as a job. ``raw`` is the unvalidated input the job validates again."""
    total = chosen.size(listing, actor)
    if total > DIRECT_LIMIT and (whole := _as_one(listing, action, chosen, actor, now, data)) is not None:
        return replace(whole, total=total)
    if total > DIRECT_LIMIT:
        payload = {"listing": listing.name, "action": action.name, "ids": list(chosen.ids), "query": chosen.query,
                   "input": _jsonable(raw)}  # fmt: skip
        title = f"{action.label}: {listing.title}"
        return Answer(
            [], longwork.start("core.bulk", actor=actor, now=now, payload=payload, total=total, title=title), total
        )
    ids = chosen.first(listing, actor, DIRECT_LIMIT)
    outcomes = actions.run(listing, action, ids, actor=actor, now=now, data=data)
    return Answer(outcomes, total=total, undo=undo_token(listing, action, outcomes, actor))


def _as_one(
    listing: Listing, action: Action, chosen: Selection, actor: Actor, now: datetime, data: Mapping[str, Any]
) -> Answer | None:
    """One thing made of everything chosen, by actions that do so; None for the others."""
    if type(action).apply_all is Action.apply_all:
        return None
    ids = chosen.first(listing, actor, MOST + 1)
    if len(ids) > MOST:
        raise Conflict("too_many", _("More than %(most)s rows are chosen: choose fewer."), most=f"{MOST:,}")
    with transaction.atomic():
        mine = set(listing.queryset(actor).filter(pk__in=ids).values_list("pk", flat=True))
        made = action.apply_all([pk for pk in ids if pk in mine], actor, now, **data)
    if made is None:
        return None
    return Answer([], made.get("job"), data={name: value for name, value in made.items() if name != "job"})


def _jsonable(raw: Mapping[str, Any]) -> dict[str, Any]:
    lists = getattr(raw, "lists", None)
    if lists is None:
        return dict(raw)
    return {name: values if len(values) > 1 else values[0] for name, values in lists() if values}


# --- taking it back ----------------------------------------------------------------------------------------------


def undo_token(listing: Listing, action: Action, outcomes: list[Outcome], actor: Actor) -> str:
    """A signed slip with which this actor may take the done rows back within an hour; "" when there is no way back."""
    done = {str(o.id): o.before or {} for o in outcomes if o.ok}
    if not action.can_undo or not done:
        return ""
    slip = [listing.name, action.name, f"{actor.kind}:{actor.ref}", done]
    return signing.dumps(slip, salt=_SALT, compress=True)


def undo(token: str, *, actor: Actor, now: datetime) -> tuple[Listing, list[Outcome]]:
    """Take back what ``token`` names; each row answers for itself. Refuses a slip that is old, false or another's."""
    try:
        name, action_name, owner, before = signing.loads(token, salt=_SALT, max_age=UNDO_HOURS * 3600)
        listing = LISTINGS[name]
        action = listing.all_actions[action_name]
    except (signing.BadSignature, KeyError, ValueError, TypeError):
        raise Conflict("undo_expired", _("This can no longer be taken back.")) from None
    if owner != f"{actor.kind}:{actor.ref}" or not actor.has_perm(action.permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    return listing, actions.run(listing, _Back(action, listing, before), [int(pk) for pk in before], actor=actor, now=now,
                                data={})  # fmt: skip


class _Back(Action):
    """The step back as an action, so that the same runner answers row by row."""

    def __init__(self, action: Action, listing: Listing, before: Mapping[str, Any]) -> None:
        super().__init__(name=action.name, permission=action.permission)
        self.action, self.listing, self.values = action, listing, before

    def apply(self, obj: Any, actor: Actor, now: datetime, **data: Any) -> Any:
        self.action.revert(obj, actor, now, self.listing, self.values[str(obj.pk)])


# --- as a job ----------------------------------------------------------------------------------------------------


@longwork.runner("core.bulk", _("Bulk action"))
def run_bulk(work: longwork.Work) -> None:
    """Do an action to many rows in chunks; the place is kept with each chunk, so a new worker goes on where it stood."""
    payload, actor = work.payload, work.actor
    listing = LISTINGS[payload["listing"]]
    action = find_action(listing, payload["action"], actor, bulk=True)
    chosen = Selection(tuple(payload["ids"]), payload["query"])
    place = work.place or {"at": 0, "until": _last_id(listing, chosen, actor)}
    while ids := chosen.after(listing, actor, place["at"], place["until"], CHUNK):
        data = action.clean(payload["input"], actor=actor)
        with transaction.atomic():
            outcomes = actions.run(listing, action, ids, actor=actor, now=utcnow(), data=data)
            place = {**place, "at": max(ids), "parts": [*place.get("parts", []), work.keep_part(_lines(outcomes))]}
            refused = [o for o in outcomes if not o.ok]
            work.step(len(outcomes), failed=len(refused))
            work.save_place(place)
        if refused:
            work.log_many([("warning", f"{o.label}: {o.message}") for o in refused])
    work.result(done=work.done - work.failed, refused=work.failed)
    header = [["id", "label", "ok", "code", "message"]]
    work.file(work.joined_parts(header, place.get("parts", [])), f"{action.name}-{work.job.pk}.csv")


def _last_id(listing: Listing, chosen: Selection, actor: Actor) -> int | None:
    if chosen.query is None:
        return None
    rows = ListQuery.of(listing, actor, chosen.query, strict=True).queryset
    return rows.order_by("-pk").values_list("pk", flat=True).first()


def _lines(outcomes: list[Outcome]) -> list[list[str]]:
    return [[str(o.id), safe_text(o.label), "yes" if o.ok else "no", o.code, safe_text(o.message)] for o in outcomes]
