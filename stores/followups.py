"""Duties of the doors: calls that were given up, stores that stand still, records nobody could read."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from stores.choices import CallState, InboundState
from stores.models import Connection, InboundRecord, OutboundCall
from stores.services import outbox
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class DeadLetter(FollowUpRule):
    """An outgoing call that was refused or given up: a person must look."""

    key, title, target = "stores.dead_letter", _("Look at a failed call to a channel"), OutboundCall
    doer, role, group, band = Doer.PERSON, Role.MANAGER, Group.DISPATCH, Band.WAITING
    minutes = Decimal(5)
    bulk_line = _("%(count)s calls to channels failed")

    def candidates(self, now: datetime) -> QuerySet[Any]:
        """Every failed call."""
        return OutboundCall._base_manager.filter(state=CallState.FAILED)

    def due_at(self, subject: OutboundCall, round: int, now: datetime) -> datetime:
        """Within a working day."""
        return now + timedelta(hours=24)

    def over(self, subject: OutboundCall, now: datetime) -> bool:
        """Tried again, taken back or done."""
        return subject.state != CallState.FAILED

    def load(self, ids: Any) -> list[Any]:
        """With the store."""
        return list(OutboundCall._base_manager.filter(pk__in=list(ids)).select_related("store").order_by("pk"))

    def facts(self, subject: OutboundCall) -> dict[str, Any]:
        """What, where, why."""
        return {
            "number": f"#{subject.pk}", "who": subject.store.name, "url": reverse("stores:call", args=[subject.pk]),
            "fields": {"what": subject.ability, "why": subject.error},
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """Why it failed."""
        return gettext("%(why)s") % {"why": facts.get("fields", {}).get("why", "")}

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Look and try again")


@register
class Paused(FollowUpRule):
    """A channel that stands still because its access data or address are wrong."""

    key, title, target = "stores.paused", _("Mend the connection of a store"), Connection
    doer, role, group, band = Doer.PERSON, Role.MANAGER, Group.ORDERS, Band.WAITING
    minutes = Decimal(10)

    def candidates(self, now: datetime) -> QuerySet[Any]:
        """Every open store with a lane that stands still."""
        stopped = ~Q(paused_reason="")
        for lane in ("mail_lane", "carrier_lane"):
            stopped |= Q(**{f"store__{lane}__isnull": False}) & ~Q(**{f"store__{lane}__paused_reason": ""})
        return Connection._base_manager.filter(stopped, store__closed_at__isnull=True)

    def due_at(self, subject: Connection, round: int, now: datetime) -> datetime:
        """Soon: nothing is sent or fetched meanwhile."""
        return now + timedelta(hours=4)

    def over(self, subject: Connection, now: datetime) -> bool:
        """It works again."""
        return not outbox.paused_reasons(subject)

    def load(self, ids: Any) -> list[Any]:
        """With the store."""
        return list(Connection._base_manager.filter(pk__in=list(ids)).select_related("store").order_by("pk"))

    def facts(self, subject: Connection) -> dict[str, Any]:
        """Which store, why."""
        url = reverse("stores:connection", args=[subject.store.code])
        why = "; ".join(outbox.paused_reasons(subject))
        return {"number": subject.store.code, "who": subject.store.name, "url": url, "fields": {"why": why}}

    def sentence(self, facts: dict[str, Any]) -> str:
        """Why it stands still."""
        return gettext("Nothing is sent or fetched: %(why)s") % {"why": facts.get("fields", {}).get("why", "")}

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Open the connection")


@register
class Unreadable(FollowUpRule):
    """A raw record of a channel that nobody could read."""

    key, title, target = "stores.unreadable", _("A record of a channel cannot be read"), InboundRecord
    doer, role, group, band = Doer.PERSON, Role.MANAGER, Group.ORDERS, Band.WAITING
    minutes = Decimal(5)
    bulk_line = _("%(count)s records of channels cannot be read")

    def candidates(self, now: datetime) -> QuerySet[Any]:
        """Every record that failed."""
        return InboundRecord._base_manager.filter(state=InboundState.FAILED)

    def due_at(self, subject: InboundRecord, round: int, now: datetime) -> datetime:
        """Within a working day."""
        return now + timedelta(hours=24)

    def over(self, subject: InboundRecord, now: datetime) -> bool:
        """Read, or in line again."""
        return subject.state != InboundState.FAILED

    def load(self, ids: Any) -> list[Any]:
        """With the store."""
        return list(InboundRecord._base_manager.filter(pk__in=list(ids)).select_related("store").order_by("pk"))

    def facts(self, subject: InboundRecord) -> dict[str, Any]:
        """Which record, why."""
        return {
            "number": subject.remote_id, "who": subject.store.name, "url": reverse("stores:record", args=[subject.pk]),
            "fields": {"what": subject.kind, "why": subject.error},
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """Why it cannot be read."""
        return gettext("%(why)s") % {"why": facts.get("fields", {}).get("why", "")}

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Look at the record")
