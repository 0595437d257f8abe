"""Choosing the service of notes: by a person, or by the choosing rules with a preview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.audit import Actor
from core.listing import Action, Outcome
from logistics.forms.quotes import ChooseForm
from logistics.models import DispatchNote
from logistics.services import quoting


class ChooseService(Action):
    """Send notes by one service."""

    name, label, permission = "choose-service", _("Choose the service"), "logistics.change_note"
    form, icon, order, done_text = ChooseForm, "ship", 22, _("Service chosen.")
    explain = _("A new service voids the signatures; a printed label is torn up.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One note."""
        made = quoting.choose_service(
            note=obj, service=data["service"], sides=data["sides"], reason=data["reason"], actor=actor, now=now
        )
        told: dict[str, Any] = {"service": data["service"].code}
        if made is not None and made.amount is not None:
            told |= {"amount": str(made.amount), "currency": made.currency}
            told["message"] = f"{data['service'].code} · {f.money(made.amount, made.currency)}"
        return told

    def shown_for(self, obj: DispatchNote) -> bool:
        """Until it is packed."""
        return obj.state in quoting.OPEN


class ChooseByRule(Action):
    """Give notes the service that the choosing rules take."""

    name, label, permission = "choose-by-rule", _("Choose the service by rule"), "logistics.change_note"
    icon, order, done_text = "sitemap", 23, _("Service chosen.")
    explain = _(
        "The service the buyer paid for; without one the first choosing rule that fits. A new service voids the signatures."
    )

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One note."""
        made = quoting.choose_by_rule(notes=[obj], actor=actor, now=now)
        if obj.pk in made.refused:
            raise made.refused[obj.pk]
        code = made.changed.get(obj.pk) or made.kept[obj.pk]
        return {"service": code, "message": self._text(obj.pk, made)}

    def apply_many(self, objs: Sequence[DispatchNote], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """All of them with prices found together."""
        made = quoting.choose_by_rule(notes=objs, actor=actor, now=now)
        done = [
            Outcome(o.pk, True, message=self._text(o.pk, made), data={"service": made.changed.get(o.pk) or made.kept[o.pk]})
            for o in objs if o.pk not in made.refused
        ]  # fmt: skip
        return [*done, *(Outcome.refused(pk, error) for pk, error in made.refused.items())]

    @staticmethod
    def _text(pk: int, made: quoting.Chosen) -> str:
        if pk in made.changed:
            return gettext("now %(service)s") % {"service": made.changed[pk]}
        return gettext("stays with %(service)s") % {"service": made.kept[pk]}

    def shown_for(self, obj: DispatchNote) -> bool:
        """Until it is packed."""
        return obj.state in quoting.OPEN
