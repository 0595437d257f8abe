"""The only door to a state column.

An app declares a :class:`Machine` in ``states.py``: a table of moves. :func:`move` and :func:`move_many` lock the rows,
refuse what the table does not allow, treat "already there" as success without effect, stamp the time and write the
timeline. Buttons, REST routes and the test matrix are derived from the table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, Missing, NotAllowed

#: A move no person can make directly: a service does it as part of something else.
SERVICE_ONLY = "service-only"


@dataclass(frozen=True)
class Transition:
    """One allowed move. ``stamp`` names a date-time column set to ``now``; ``needs`` may ask for a reason."""

    name: str
    sources: AbstractSet[str]
    target: str
    permission: str = SERVICE_ONLY
    stamp: str | None = None
    needs: Sequence[str] = ()
    label: Any = ""
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", frozenset(str(s) for s in self.sources))
        object.__setattr__(self, "target", str(self.target))


@dataclass
class Machine:
    """The table of moves of one state column of one model."""

    name: str
    field: str
    transitions: Sequence[Transition]
    model: type[models.Model] | None = None
    by_name: dict[str, Transition] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {t.name: t for t in self.transitions}
        if len(self.by_name) != len(self.transitions):
            raise ValueError(f"machine {self.name} names a transition twice")

    def bind(self, model: type[models.Model]) -> None:
        """Tie the table to its model (from ``apps.py``); house tests then walk its full matrix."""
        self.model = model
        MACHINES[audit.subject_type(model)] = self

    def allowed(self, state: str) -> list[Transition]:
        """The moves that leave ``state``."""
        return [t for t in self.transitions if state in t.sources]

    def decide(self, state: str, name: str) -> bool:
        """Whether ``name`` changes anything from ``state``: True move, False already there; else raises ``Conflict``."""
        transition = self.by_name[name]
        if state in transition.sources:
            return True
        if state == transition.target:
            return False
        choices = dict(getattr(self.model._meta.get_field(self.field), "flatchoices", ())) if self.model else {}
        raise Conflict(
            "wrong_state",
            _("This cannot be done while it is “%(state)s”."),
            state=choices.get(state, state),
            move=name,
        )


MACHINES: dict[str, Machine] = {}
M = TypeVar("M", bound=models.Model)


def machine_of(obj: models.Model | type[models.Model]) -> Machine:
    """The machine bound to the object's model."""
    return MACHINES[audit.subject_type(obj)]


def move(
    obj: models.Model, name: str, *, actor: Actor, now: datetime, reason: str = "", note: str = "", **columns: Any
) -> bool:
    """Make the move ``name`` on ``obj``; True when it changed, False when it was already there.

    Locks and re-reads the row, so ``obj`` is fresh afterwards. Extra ``columns`` are written with the state. Refuses with
    ``NotAllowed`` (permission), ``Invalid`` (a missing reason), ``Conflict`` (the table does not allow it), ``Missing``.
    """
    moved, refused = move_many([obj], name, actor=actor, now=now, reason=reason, note=note, **columns)
    if refused:
        raise refused[obj.pk]
    return bool(moved)


def move_many(
    objs: Iterable[M],
    name: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    note: str = "",
    **columns: Any,
) -> tuple[list[M], dict[int, DomainError]]:
    """The set form of :func:`move`: answers the moved objects and the refusals by id.

    Rows are locked in primary-key order with one query; the statements do not grow with the number of rows. Objects
    that were already there are neither moved nor refused.
    """
    rows = {obj.pk: obj for obj in objs}
    if not rows:
        return [], {}
    model = type(next(iter(rows.values())))
    machine = machine_of(model)
    transition = machine.by_name[name]
    _may(transition, actor, reason)
    writes = _writes(machine, transition, now, columns)
    with transaction.atomic():
        manager = model._base_manager
        states = dict(
            manager.select_for_update(of=("self",)).filter(pk__in=rows).order_by("pk").values_list("pk", machine.field)
        )
        gone = {pk: Missing("gone", _("This no longer exists.")) for pk in rows if pk not in states}
        for pk, state in states.items():
            setattr(rows[pk], machine.field, state)
        moved, refused = _decided(machine, name, [rows[pk] for pk in sorted(states)])
        if moved:
            manager.filter(pk__in=[o.pk for o in moved]).update(**writes)
            _moved(machine, transition, moved, writes, actor=actor, now=now, reason=reason, note=note)
    return moved, {**gone, **refused}


def move_new(
    objs: Iterable[M],
    name: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    note: str = "",
    **columns: Any,
) -> tuple[list[M], dict[int, DomainError]]:
    """:func:`move_many` for objects that have their id but no row yet: the caller inserts them in the same transaction as
    they are afterwards. The same table, refusals and timeline; the insert then carries the new state.
    """
    fresh = list(objs)
    if not fresh:
        return [], {}
    machine = machine_of(type(fresh[0]))
    transition = machine.by_name[name]
    _may(transition, actor, reason)
    moved, refused = _decided(machine, name, fresh)
    writes = _writes(machine, transition, now, columns)
    _moved(machine, transition, moved, writes, actor=actor, now=now, reason=reason, note=note)
    return moved, refused


def _writes(machine: Machine, transition: Transition, now: datetime, columns: dict[str, Any]) -> dict[str, Any]:
    stamp = {transition.stamp: now} if transition.stamp else {}
    return {machine.field: transition.target, **columns, **stamp}


def _decided(machine: Machine, name: str, objs: Iterable[M]) -> tuple[list[M], dict[int, DomainError]]:
    """Who moves and who is refused, by the state each object holds."""
    moved: list[M] = []
    refused: dict[int, DomainError] = {}
    for obj in objs:
        try:
            if machine.decide(getattr(obj, machine.field), name):
                moved.append(obj)
        except DomainError as error:
            refused[obj.pk] = error
    return moved, refused


def _moved(
    machine: Machine, transition: Transition, moved: list[M], writes: dict[str, Any], *, actor: Actor,
    now: datetime, reason: str, note: str,
) -> None:  # fmt: skip
    """Bring the objects to what was written, and the timeline with them."""
    lines = []
    verb, text = f"{machine.name}.{transition.name}", transition.text or note
    for obj in moved:
        before = getattr(obj, machine.field)
        for column, value in writes.items():
            setattr(obj, column, value)
        lines.append(
            audit.row(
                audit.subject_type(obj), obj.pk, getattr(obj, "store_id", None), verb, actor=actor, now=now, text=text,
                reason=reason, **{"from": before, "to": transition.target},
            )
        )  # fmt: skip
    audit.record_rows(lines)


def _may(transition: Transition, actor: Actor, reason: str) -> None:
    if transition.permission != SERVICE_ONLY and not actor.has_perm(transition.permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if "reason" in transition.needs and not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), errors={"reason": [str(_("Say why."))]})
