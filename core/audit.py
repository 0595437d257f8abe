"""Who did what: the actor of every write, the human timeline, and the tracked history of tables.

Two layers. Statement-level database triggers keep before and after of every row of a tracked table, whoever wrote it
(:func:`tracked`). On top, :func:`record` writes the human timeline shown on pages.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import pghistory
from django.db import models

from core import copying
from core.models import ActivityEntry

#: In ``Actor.store_ids``: every store, later ones included.
ALL_STORES: None = None

_request_ref: ContextVar[str] = ContextVar("request_ref", default="")


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, a program's token, or the house itself.

    ``store_ids`` is ``None`` for all stores, later ones included. ``permissions`` holds names such as
    ``orders.hold_order``; the system may do everything.
    """

    kind: str
    label: str
    ref: int | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)
    store_ids: frozenset[int] | None = frozenset()
    role: str = ""
    #: The person who made the key with which a program acts; None for a person, the house, and keys made at the machine itself.
    behind: int | None = None

    @property
    def is_system(self) -> bool:
        """Whether the house acts by itself (clock, import, connector)."""
        return self.kind == "system"

    @property
    def user_id(self) -> int | None:
        """The person's id, or None for tokens and the system."""
        return self.ref if self.kind == "user" else None

    @property
    def person_id(self) -> int | None:
        """Who answers for what is signed: the person, or for a program the person who made its key. Two signatures of one
        person are one signature, whichever door they came through."""
        return self.user_id if self.kind == "user" else self.behind

    @property
    def signer(self) -> str:
        """Who signs, told apart from every other: a person by id, a program without one by its name, the house by nothing."""
        return "" if self.is_system else signer(self.person_id, self.label)

    def has_perm(self, permission: str) -> bool:
        """Whether the actor holds ``permission``."""
        return self.is_system or permission in self.permissions

    def may_see_store(self, store_id: int) -> bool:
        """Whether the actor works in the store."""
        return self.store_ids is None or store_id in self.store_ids

    def as_json(self) -> dict[str, Any]:
        """A form a job row can keep."""
        data = asdict(self)
        data["permissions"] = sorted(self.permissions)
        data["store_ids"] = None if self.store_ids is None else sorted(self.store_ids)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Actor:
        """The actor kept by :meth:`as_json`."""
        stores = data.get("store_ids")
        return cls(
            kind=data["kind"], label=data["label"], ref=data.get("ref"), role=data.get("role", ""), behind=data.get("behind"),
            permissions=frozenset(data.get("permissions", ())),
            store_ids=None if stores is None else frozenset(stores),
        )  # fmt: skip


def signer(person_id: int | None, label: str) -> str:
    """The signer of a kept signature, as :attr:`Actor.signer` names the actor."""
    return f"user:{person_id}" if person_id else f"program:{label[:150]}" if label else ""


#: The house itself: the clock, imports, connectors.
SYSTEM = Actor(kind="system", label="Sampan", store_ids=None)


def system(label: str) -> Actor:
    """The house acting in a named part, e.g. ``system("import")``."""
    return Actor(kind="system", label=label, store_ids=None)


@contextlib.contextmanager
def acting(actor: Actor, request_ref: str = "") -> Iterator[None]:
    """Everything written inside carries ``actor`` and the request id in the table history. Doors open this."""
    mark = _request_ref.set(request_ref)
    try:
        with pghistory.context(actor=actor.label, actor_kind=actor.kind, actor_ref=actor.ref, request=request_ref):
            yield
    finally:
        _request_ref.reset(mark)


def subject_type(subject: models.Model | type[models.Model]) -> str:
    """The stable name of a kind of object in timelines and duties, e.g. ``orders.order``."""
    return subject._meta.label_lower


def entry(
    subject: models.Model, verb: str, *, actor: Actor, now: datetime, text: str = "", reason: str = "", **params: Any
) -> ActivityEntry:
    """An unsaved timeline line for ``subject``; see :func:`record`."""
    store_ref = getattr(subject, "store_id", None)
    return ActivityEntry(
        subject_type=subject_type(subject), subject_id=subject.pk, store_ref=store_ref, verb=verb, text=text,
        params=params, reason=reason[:500], actor_kind=actor.kind, actor_ref=actor.ref, actor_label=actor.label,
        request_ref=_request_ref.get(), at=now,
    )  # fmt: skip


def row(
    kind: str, pk: int, store_ref: int | None, verb: str, *, actor: Actor, now: datetime, text: str = "", reason: str = "",
    **params: Any,
) -> dict[str, Any]:  # fmt: skip
    """A timeline line as plain columns, for sets of thousands (:func:`record_rows`); ``kind`` is :func:`subject_type`."""
    return {
        "subject_type": kind, "subject_id": pk, "store_ref": store_ref, "verb": verb, "text": text, "params": params,
        "reason": reason[:500], "actor_kind": actor.kind, "actor_ref": actor.ref, "actor_label": actor.label,
        "request_ref": _request_ref.get(), "at": now,
    }  # fmt: skip


_together: ContextVar[list[dict[str, Any]] | None] = ContextVar("together", default=None)
_COLUMNS = tuple(f.attname for f in ActivityEntry._meta.concrete_fields if not f.primary_key)


@contextlib.contextmanager
def together() -> Iterator[None]:
    """What :func:`record_rows` and :func:`record_many` write inside is written with one statement at the end, in its order."""
    rows: list[dict[str, Any]] = []
    mark = _together.set(rows)
    try:
        yield
    finally:
        _together.reset(mark)
    record_rows(rows)


def record_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Write the lines made by :func:`row` with one statement."""
    held = _together.get()
    if held is None:
        copying.copy_records(ActivityEntry, rows)
    else:
        held.extend(rows)


def record(
    subject: models.Model, verb: str, *, actor: Actor, now: datetime, text: str = "", reason: str = "", **params: Any
) -> ActivityEntry:
    """Write one line of the timeline of ``subject``: ``verb`` is stable, ``text`` an English msgid with %(name)s fields."""
    line = entry(subject, verb, actor=actor, now=now, text=text, reason=reason, **params)
    line.save(force_insert=True)
    return line


def record_many(lines: Iterable[ActivityEntry]) -> None:
    """Write many timeline lines with one statement."""
    if _together.get() is None:
        copying.copy_objects(list(lines))
    else:
        record_rows([{name: getattr(line, name) for name in _COLUMNS} for line in lines])


def tracked(*, exclude: Iterable[str] = ()) -> Any:
    """Class decorator: keep the history of a table by statement-level triggers.

    ``exclude`` names personal columns: their content stays out of the history (it must be erasable); that they changed
    is seen from the timeline.
    """

    def decorate(model: type[models.Model]) -> type[models.Model]:
        dropped = set(exclude)
        fields = [f.name for f in model._meta.local_concrete_fields if f.name not in dropped]
        return pghistory.track(
            pghistory.InsertEvent(level=pghistory.Statement),
            pghistory.UpdateEvent(level=pghistory.Statement),
            pghistory.DeleteEvent(level=pghistory.Statement),
            fields=fields,
            model_name=f"{model.__name__}History",
            context_field=pghistory.ContextJSONField(),
            append_only=True,
            obj_field=pghistory.ObjForeignKey(db_index=True, related_name="+", related_query_name="+"),
        )(model)

    return decorate
