"""Actions: one declaration is the bulk button, the button on the detail page and the REST call.

    class HoldOrders(Action):
        name, label, permission = "hold", _("Hold"), "orders.hold_order"
        form, tone, undo = HoldForm, "amber", "release"

        def apply(self, obj, actor, now, **data):
            services.hold(order=obj, actor=actor, now=now, **data)

An action holds no business: ``apply`` calls one service. Refusals are the service's ``DomainError``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, models, transaction
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, Missing, NotAllowed

if TYPE_CHECKING:
    from core.listing.base import Listing

logger = logging.getLogger(__name__)

#: More rows than this become a job.
DIRECT_LIMIT = 200


@dataclass
class Outcome:
    """What happened to one row: done, or refused with a stable code and the sentence."""

    id: int
    ok: bool
    code: str = "done"
    message: str = ""
    label: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    status: int = 200

    @classmethod
    def refused(cls, pk: int, error: DomainError, label: str = "") -> Outcome:
        """The outcome of a refusal."""
        return cls(pk, False, error.code, error.message, label, status=error.status)

    def public(self) -> dict[str, Any]:
        """The outcome as REST and files show it."""
        return {"id": str(self.id), "label": self.label, "ok": self.ok, "code": self.code, "message": self.message,
                "data": self.data}  # fmt: skip

    def kept(self) -> dict[str, Any]:
        """The outcome as a job row keeps it."""
        return asdict(self)


class Action:
    """Something one can do to the rows of a list.

    ``name``        in the address and in REST; ``label`` on the button; ``permission`` asked at every door
    ``form``        Django form for what must be entered; its fields are the REST input and ``**data`` of ``apply``
    ``tone``        "" | "primary" | "danger"; ``icon`` of the sprite; ``key`` the letter that presses it
    ``confirm``     the consequence, when the world will be told and there is no undo
    ``explain``     one sentence under the heading of the preview (of one object: ``explain_for``)
    ``undo``        name of the action that takes it back, or override ``revert`` (with ``before`` for old values)
    ``bulk``        offered for many rows; ``single`` offered on the detail page and for one row by REST
    ``order``       place among the buttons
    ``onward``      one goes on at the address (``url``) it answered
    ``submit``      what the button in the dialog says where that is less than the label promises: it only prepares

    Attributes may be given to the constructor too, so small actions need no class.
    """

    name: str = ""
    label: Any = ""
    permission: str = ""
    form: type[forms.Form] | None = None
    tone: str = ""
    icon: str = ""
    key: str = ""
    confirm: Any = ""
    explain: Any = ""
    undo: str | None = None
    bulk: bool = True
    single: bool = True
    order: int = 50
    onward: bool = False
    submit: Any = ""
    done_text: Any = gettext_lazy("Done.")

    def __init__(self, **given: Any) -> None:
        for name, value in given.items():
            if not hasattr(type(self), name):
                raise TypeError(f"an action has no {name}")
            setattr(self, name, value)

    # --- what an app writes ------------------------------------------------------------------------------------

    def apply(self, obj: Any, actor: Actor, now: datetime, **data: Any) -> Any:
        """Do it to one object by calling one service. May answer a sentence, or a dict of plain values for REST."""
        raise NotImplementedError

    def explain_for(self, obj: Any, actor: Actor, now: datetime) -> Any:
        """The sentence in the dialog of one object: what one should know before."""
        return self.explain

    def check(self, obj: Any, actor: Actor, now: datetime) -> None:
        """Raise the refusal without doing anything, when that is cheap. Default: the preview does it and takes it back."""

    def apply_many(self, objs: Sequence[Any], actor: Actor, now: datetime, **data: Any) -> list[Outcome] | None:
        """Set-based form; None = one by one. An object without an outcome counts as done."""
        return None

    def apply_all(self, ids: Sequence[int], actor: Actor, now: datetime, **data: Any) -> dict[str, Any] | None:
        """One thing made of all chosen rows where they are too many for one go: plain values, ``job`` the work that makes it.
        None = the rows are done in chunks by a job."""
        return None

    def before(self, obj: Any) -> dict[str, Any]:
        """Plain values that ``revert`` needs to take the step back."""
        return {}

    def revert(self, obj: Any, actor: Actor, now: datetime, listing: Listing, before: Mapping[str, Any]) -> None:
        """Take the step back; default: apply the action named in ``undo`` with ``before`` as its data."""
        if not self.undo:
            raise Conflict("no_undo", gettext_lazy("This cannot be taken back."))
        listing.all_actions[self.undo].apply(obj, actor, now, **before)

    def shown_for(self, obj: Any) -> bool:
        """Whether the button makes sense on the page of ``obj`` at all (hidden otherwise)."""
        return True

    # --- for the doors -----------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """Whether a step back is declared."""
        return bool(self.undo) or type(self).revert is not Action.revert

    @property
    def checks(self) -> bool:
        """Whether ``check`` is written."""
        return type(self).check is not Action.check

    def make_form(self, data: Any, *, actor: Actor, objs: Sequence[Any] = (), files: Any = None) -> forms.Form | None:
        """The form, bound to ``data`` (unbound when None). A form whose constructor takes ``actor`` or ``objs`` gets them."""
        if self.form is None:
            return None
        given: dict[str, Any] = {name: value for name, value in (("actor", actor), ("objs", objs))
                 if name in getattr(self.form, "takes", ())}  # fmt: skip
        return self.form(data=data, files=files, **given)

    def clean(
        self, data: Mapping[str, Any], *, actor: Actor, objs: Sequence[Any] = (), files: Any = None
    ) -> dict[str, Any]:
        """The validated input; refuses with ``Invalid`` naming the fields."""
        form = self.make_form(form_data(data), actor=actor, objs=objs, files=files)
        if form is None:
            return {}
        if form.is_valid():
            return dict(form.cleaned_data)
        errors = {name: [str(e) for e in found] for name, found in form.errors.items()}
        raise Invalid("invalid_input", gettext_lazy("Some fields need another value."), errors=errors)


def form_data(data: Mapping[str, Any]) -> MultiValueDict[str, Any]:
    """A JSON object as a Django form takes it."""
    if isinstance(data, QueryDict):
        return data
    flat: MultiValueDict[str, Any] = MultiValueDict()
    for name, value in data.items():
        if isinstance(value, list):
            flat.setlist(str(name), [str(v) if not isinstance(v, Mapping) else v for v in value])
        elif value is not None and value is not False:
            flat[str(name)] = value if isinstance(value, str | Mapping) else str(value)
    return flat


def run(listing: Listing, action: Action, ids: Sequence[int], *, actor: Actor, now: datetime, data: Mapping[str, Any],
        dry: bool = False) -> list[Outcome]:  # fmt: skip
    """Do ``action`` to the objects ``ids``; answers one outcome per id, in that order. One transaction, a savepoint a row.

    ``dry`` does everything and takes it back. Refuses as a whole only when the actor's role may not do it.
    """
    if not actor.has_perm(action.permission):
        raise NotAllowed("not_allowed", gettext_lazy("Your role may not do this."))
    wanted = list(dict.fromkeys(ids))
    with transaction.atomic():
        objs = listing.objects(wanted, actor)
        found = _run_rows(listing, action, [objs[pk] for pk in wanted if pk in objs], actor, now, data)
        if dry:
            transaction.set_rollback(True)
    gone = Missing("not_found", gettext_lazy("There is no such entry, or it is not yours to see."))
    return [found[pk] if pk in found else Outcome.refused(pk, gone, str(pk)) for pk in wanted]


def _run_rows(listing: Listing, action: Action, objs: list[Any], actor: Actor, now: datetime,
              data: Mapping[str, Any]) -> dict[int, Outcome]:  # fmt: skip
    labels = {obj.pk: listing.label_of(obj) for obj in objs}
    before = {obj.pk: action.before(obj) for obj in objs} if action.can_undo else {}
    outcomes = _as_set(action, objs, actor, now, data) if len(objs) > 1 else None
    if outcomes is None:
        if len(objs) > 1:  # the set form may have touched the instances before it failed
            objs = list(listing.objects([obj.pk for obj in objs], actor).values())
        outcomes = [apply_one(action, obj, actor, now, data) for obj in objs]
    for outcome in outcomes:
        outcome.label = outcome.label or labels.get(outcome.id, "")
        outcome.before = before.get(outcome.id)
        if outcome.ok and not outcome.message:
            outcome.message = str(action.done_text)
    return {outcome.id: outcome for outcome in outcomes}


def _as_set(
    action: Action, objs: list[Any], actor: Actor, now: datetime, data: Mapping[str, Any]
) -> list[Outcome] | None:
    """The set form in a savepoint; None when there is none or it failed as a whole (then one by one)."""
    try:
        with transaction.atomic():
            answered = action.apply_many(objs, actor, now, **data)
    except (DomainError, ValidationError, IntegrityError) as error:
        logger.info(
            "bulk action falls back to single rows", extra={"action": action.name, "reason": type(error).__name__}
        )
        return None
    if answered is None:
        return None
    by_id = {outcome.id: outcome for outcome in answered}
    return [by_id.get(obj.pk) or Outcome(obj.pk, True) for obj in objs]


def apply_one(action: Action, obj: Any, actor: Actor, now: datetime, data: Mapping[str, Any]) -> Outcome:
    """Do it to one object in its own savepoint; a refusal or a fault leaves the object unchanged."""
    try:
        with transaction.atomic():
            if action.checks:
                action.check(obj, actor, now)
            answer = action.apply(obj, actor, now, **data)
    except DomainError as error:
        return Outcome.refused(obj.pk, error)
    except ValidationError as error:
        return Outcome(obj.pk, False, "invalid_input", " ".join(error.messages), status=422)
    except IntegrityError:
        logger.exception("row refused by the database", extra={"action": action.name, "row": obj.pk})
        return Outcome(obj.pk, False, "conflict", _("Somebody changed this at the same moment. Try again."), status=409)
    except OperationalError:
        raise  # a lock or the connection: the whole run is repeated by its door
    except Exception:
        logger.exception("action failed on a row", extra={"action": action.name, "row": obj.pk})
        return Outcome(
            obj.pk, False, "internal_error", _("This went wrong on our side; nothing was changed here."), status=500
        )
    if isinstance(answer, Mapping):
        return Outcome(obj.pk, True, message=str(answer.get("message", "")), data=_plain(answer))
    return Outcome(obj.pk, True, message=answer if isinstance(answer, str) else "")


def run_one(
    listing: Listing, action: Action, pk: int, *, actor: Actor, now: datetime, data: Mapping[str, Any]
) -> Outcome:
    """Do ``action`` to one object in one transaction; a refusal is raised as it is."""
    if not actor.has_perm(action.permission):
        raise NotAllowed("not_allowed", gettext_lazy("Your role may not do this."))
    with transaction.atomic():
        obj = listing.objects([pk], actor).get(pk)
        if obj is None:
            raise Missing("not_found", gettext_lazy("There is no such entry, or it is not yours to see."))
        before = action.before(obj) if action.can_undo else None
        label = listing.label_of(obj)
        if action.checks:
            action.check(obj, actor, now)
        answer = action.apply(obj, actor, now, **data)
    outcome = Outcome(
        pk, True, label=label, before=before, message=answer if isinstance(answer, str) else str(action.done_text)
    )
    if isinstance(answer, Mapping):
        outcome.data = _plain(answer)
        outcome.message = str(answer.get("message") or action.done_text)
    return outcome


def _plain(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {k: (str(v.pk) if isinstance(v, models.Model) else v) for k, v in answer.items() if k != "message"}


def summary(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Counts, and refusals grouped by their sentence with the rows they concern."""
    done: list[Outcome] = []
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.ok:
            done.append(outcome)
        else:
            groups.setdefault((outcome.code, outcome.message), []).append(outcome)
    refused = [{"code": code, "message": message, "rows": rows, "count": len(rows)}
               for (code, message), rows in sorted(groups.items(), key=lambda item: -len(item[1]))]  # fmt: skip
    return {
        "done": done,
        "done_count": len(done),
        "refused": refused,
        "refused_count": sum(g["count"] for g in refused),
    }
