"""Lists of outgoing calls, raw records and clocks; what a store's row says of its connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Store
from core.audit import Actor
from core.errors import Conflict
from core.listing import Action, Column, Contains, Listing, RowPart, View, register, register_part
from stores import selectors
from stores.choices import CLOCK_WORDS, Ability, CallState, InboundState
from stores.connectors.base import INCOMING
from stores.filters import CallFilter, DeadlineFilter, RecordFilter
from stores.forms import ConnectForm, ReasonForm
from stores.models import Deadline, InboundRecord, OutboundCall
from stores.services import accounts, inbound, outbox


class CallRow(serializers.Serializer):
    """An outgoing call as lists and programs see it."""

    id = serializers.CharField()
    store = serializers.CharField(source="store.code", label=_("Store"))
    ability = serializers.ChoiceField(Ability.choices, label=_("What"))
    key = serializers.CharField(label=_("Key"))
    state = serializers.ChoiceField(CallState.choices, label=_("State"))
    attempts = serializers.IntegerField(label=_("Tries"))
    due_at = serializers.DateTimeField(label=_("Next try"))
    error = serializers.CharField(label=_("Why"))
    created_at = serializers.DateTimeField(label=_("Written"))
    sent_at = serializers.DateTimeField(label=_("Done"))


class RetryCall(Action):
    """Try a failed call again; what may have worked is read back first."""

    name, label, permission, icon = "retry", _("Try again"), "stores.change_connection", "refresh"
    tone = "primary"

    def check(self, obj: OutboundCall, actor: Actor, now: datetime) -> None:
        """Only failed ones."""
        if obj.state != CallState.FAILED:
            raise Conflict("not_failed", _("Only a failed call can be tried again."))

    def apply(self, obj: OutboundCall, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        outbox.retry(call=obj, actor=actor, now=now)


class DropCall(Action):
    """Take back a call nobody wants any more."""

    name, label, permission, icon = "drop", _("Take back"), "stores.change_connection", "x"
    form, confirm = ReasonForm, _("The channel will not be told.")

    def apply(self, obj: OutboundCall, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        outbox.drop(call=obj, actor=actor, now=now, reason=data["reason"])


@register
class CallListing(Listing):
    """What was told to the channels, what waits, what failed."""

    name, title, permission = "calls", _("Outgoing calls"), "stores.view_outbox"
    model, row, filters = OutboundCall, CallRow, CallFilter
    columns = [
        Column("id", label=_("No."), link="stores:call", mono=True),
        Column("store"),
        Column("ability", badge=Ability),
        Column("state", badge=CallState),
        Column("attempts", align="num"),
        Column("due_at", time="moment"),
        Column("error", width="wide"),
        Column("created_at", time="moment"),
        Column("sent_at", time="moment"),
        Column("key", mono=True, default=False),
    ]
    actions = [RetryCall(), DropCall()]
    views = [
        View("failed", _("Failed"), "state=failed", default=True),
        View("unclear", _("Unclear"), "state=unknown"),
        View("waiting", _("Waiting"), "state=queued&state=leased"),
        View("mail", _("E-mails"), "ability=send_email", counted=False),
        View("mailbox", _("Mailbox"), "ability=send_message", counted=False),
        View("all", _("All"), counted=False),
    ]
    url, detail_url, default_order = "stores:calls", "stores:call", "-id"
    scan_ok = {"ability": "narrows a state or a store; ten values over all rows"}
    empty = (_("Nothing here."), _("What the shop tells its channels appears here."), "", "")

    def queryset(self, actor: Actor) -> QuerySet[OutboundCall]:
        """Calls of the actor's stores."""
        return selectors.calls_for(actor)


class RecordRow(serializers.Serializer):
    """A raw record as lists and programs see it."""

    id = serializers.CharField()
    store = serializers.CharField(source="store.code", label=_("Store"))
    kind = serializers.ChoiceField([(str(a), a.label) for a in (*INCOMING, Ability.TRACKING)], label=_("Kind"))
    remote_id = serializers.CharField(label=_("Id at the channel"))
    state = serializers.ChoiceField(InboundState.choices, label=_("State"))
    error = serializers.CharField(label=_("Why"))
    received_at = serializers.DateTimeField(label=_("Received"))


class ReadAgain(Action):
    """Put a record back in line after a mend."""

    name, label, permission, icon = "retry", _("Read again"), "stores.change_connection", "refresh"

    def apply(self, obj: InboundRecord, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        inbound.retry_record(record=obj, actor=actor, now=now)


@register
class RecordListing(Listing):
    """What came in, as it came."""

    name, title, permission = "inbound", _("Records of channels"), "stores.view_outbox"
    model, row, filters = InboundRecord, RecordRow, RecordFilter
    columns = [
        Column("id", label=_("No."), link="stores:record", mono=True),
        Column("store"),
        Column("kind", badge=Ability),
        Column("remote_id", mono=True),
        Column("state", badge=InboundState),
        Column("error", width="wide"),
        Column("received_at", time="moment"),
    ]
    actions = [ReadAgain()]
    views = [View("failed", _("Cannot be read"), "state=failed", default=True), View("all", _("All"), counted=False)]
    url, detail_url, default_order = "stores:inbound", "stores:record", "-id"
    empty = (_("Everything could be read."), _("A record that cannot be read waits here until it is mended."), "", "")

    def queryset(self, actor: Actor) -> QuerySet[InboundRecord]:
        """Records of the actor's stores."""
        return selectors.records_for(actor)


def in_words(name: str) -> Any:
    """The cell of a column of codes."""
    return lambda row: str(CLOCK_WORDS.get(row[name], row[name]))


def afterwards(row: Mapping[str, Any]) -> str:
    """What follows, in the reader's language where the table has it."""
    chinese = (get_language() or "").startswith("zh")
    return str((row["note_zh"] if chinese else "") or row["on_expiry"])


class DeadlineRow(serializers.Serializer):
    """A clock as lists and programs see it."""

    id = serializers.CharField()
    rule_code = serializers.CharField(label=_("Clock"))
    channel = serializers.CharField(label=_("Channel"))
    topic = serializers.CharField(label=_("Topic"))
    anchor_event = serializers.CharField(label=_("Counts from"))
    actor = serializers.CharField(label=_("Who must act"))
    value = serializers.CharField(label=_("Value"))
    unit = serializers.CharField(label=_("Unit"))
    on_expiry = serializers.CharField(label=_("Afterwards"))
    confidence = serializers.CharField(label=_("How sure"))
    note_zh = serializers.CharField(label=_("Note"))
    valid_from = serializers.DateField(label=_("Counts from day"))


@register
class DeadlineListing(Listing):
    """Clocks of the channels, of laws and of the shop."""

    name, title, permission = "deadlines", _("Deadlines"), "core.change_policy"
    model, row, filters, small = Deadline, DeadlineRow, DeadlineFilter, True
    columns = [
        Column("rule_code", link="stores:deadline", mono=True, sortable=True),
        Column("channel", html=in_words("channel"), sortable=True),
        Column("topic", html=in_words("topic"), sortable=True),
        Column("value", align="num"),
        Column("unit", html=in_words("unit")),
        Column("anchor_event", html=in_words("anchor_event")),
        Column("actor", html=in_words("actor")),
        Column("on_expiry", html=afterwards, needs=("note_zh",), width="wide"),
        Column("note_zh", width="wide", default=False),
        Column("confidence", default=False),
        Column("valid_from", time="day"),
    ]
    views = [View("all", _("All"), default=True)]
    url, detail_url, default_order = "stores:deadlines", "stores:deadline", "rule_code"
    search_by = [Contains("rule_code"), Contains("topic"), Contains("note_zh")]
    empty = (_("No clocks yet."), _("The reference list is loaded with the installation."), "", "")

    def queryset(self, actor: Actor) -> QuerySet[Deadline]:
        """All versions."""
        return selectors.deadlines_for(actor)


# --- what the doors add to the list of stores ------------------------------------------------------------------------


class ConnectionBrief(serializers.Serializer):
    """How a store is reached."""

    connected = serializers.BooleanField()
    paused_reason = serializers.CharField()
    last_pull_at = serializers.DateTimeField(allow_null=True)


class Connect(Action):
    """Connect a store to its channel."""

    name, label, permission, icon = "connect", _("Connect"), "stores.change_connection", "plug-connected"
    form, bulk = ConnectForm, False

    def apply(self, obj: Store, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call; a sandbox store without access data gets a fresh key of the pretend shop."""
        if data.get("token"):
            accounts.connect(
                store=obj, secrets={"token": data["token"]}, base_url=data.get("base_url", ""), actor=actor, now=now
            )
        else:
            accounts.connect_sandbox(store=obj, base_url=data.get("base_url", ""), actor=actor, now=now)


class Disconnect(Action):
    """Forget how a store is reached."""

    name, label, permission, tone = "disconnect", _("Disconnect"), "stores.change_connection", "danger"
    confirm, bulk = _("Nothing more is fetched or sent by program; what waits goes on by hand."), False

    def apply(self, obj: Store, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        accounts.disconnect(store=obj, actor=actor, now=now)


class Pause(Action):
    """Stop a channel for a while."""

    name, label, permission, form = "pause", _("Pause"), "stores.change_connection", ReasonForm

    def apply(self, obj: Store, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        outbox.pause(store=obj, lane=outbox.CHANNEL, reason=data["reason"], actor=actor, now=now)


class Resume(Action):
    """Let a channel and the mail of a store work again."""

    name, label, permission = "resume", _("Let it work again"), "stores.change_connection"

    def apply(self, obj: Store, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call per lane."""
        for lane in outbox.MODELS:
            outbox.resume(store=obj, lane=lane, actor=actor, now=now)


def _connections(ids: Sequence[int], actor: Actor) -> dict[int, dict[str, Any]]:
    return {pk: {"connection": brief} for pk, brief in selectors.connection_briefs(ids).items()}


register_part(
    "stores",
    RowPart(
        name="connection",
        fields={"connection": ConnectionBrief(label=_("Connection"), allow_null=True)},
        part=_connections,
        actions=[Connect(), Disconnect(), Pause(), Resume()],
    ),
)
