"""Lists of tellings and of their buyers, and the action that begins one from any list of orders or parcels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from conversations import registry
from conversations.choices import LeftOut, TellingState, Verdict
from conversations.filters import TellingFilter, TellingRowFilter
from conversations.forms import TellForm, WordsForm
from conversations.models import Telling, TellingRow
from conversations.rules import telling as rules
from conversations.selectors import telling as selectors
from conversations.selectors.fact_words import fact_words
from conversations.services import telling as services
from core import format as f
from core.audit import Actor, subject_type
from core.errors import Conflict
from core.listing import Action, Column, Listing, Outcome, RowPart, View, register, register_part

SEND = "conversations.send_message"


def reason_text(why: str, detail: Sequence[str]) -> str:
    """Why a buyer is left out, in words."""
    if not why:
        return ""
    words = str(LeftOut(why).label)
    told = fact_words(detail)
    if told and why in ("unknown", "untrue"):
        return gettext("%(name)s: %(value)s") % {"name": words, "value": told}
    return told or words


class TellBuyers(Action):
    """Tell the buyers of the chosen rows the same matter: the buyers are prepared and looked through before anybody is told."""

    name, label, permission, icon = "tell", _("Tell the buyers"), SEND, "send"
    form, order, onward, submit = TellForm, 25, True, _("Prepare and look through")
    explain = _("One text a buyer, each in their language. You look through them before anything is sent.")
    done_text = _("Prepared.")
    about_type: str = ""

    def apply(self, obj: Any, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """The buyer of one."""
        return self._made(self._make([obj.pk], actor, now, data))

    def apply_many(self, objs: Sequence[Any], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """All of them in one telling; each row says what becomes of its buyer."""
        made = self._make([obj.pk for obj in objs], actor, now, data)
        told: dict[int, TellingRow] = {}
        for row in selectors.rows_of(made):
            told |= dict.fromkeys((row.about_id, *row.more_ids), row)
        answer = self._made(made)
        outcomes = [_outcome(obj.pk, told.get(obj.pk), answer) for obj in objs]
        if not any(outcome.ok for outcome in outcomes):
            services.discard(telling=made, actor=actor, now=now)
        return outcomes

    def apply_all(self, ids: Sequence[int], actor: Actor, now: datetime, **data: Any) -> dict[str, Any] | None:
        """Hundreds: a job prepares them."""
        made = self._make(ids, actor, now, data)
        return {**self._made(made), "job": made.job}

    def _make(self, ids: Sequence[int], actor: Actor, now: datetime, data: dict[str, Any]) -> Telling:
        return services.make_telling(about_type=self.about_type, about_ids=ids, actor=actor, now=now, **data)

    @staticmethod
    def _made(made: Telling) -> dict[str, Any]:
        return telling_answer(made)


def telling_answer(made: Telling) -> dict[str, Any]:
    """A telling as an action answers it: where one goes on."""
    return {
        "telling_id": str(made.pk), "telling": made.number, "url": reverse("conversations:telling", args=[made.pk]),
        "url_label": gettext("Look through the buyers"),
    }  # fmt: skip


def _outcome(pk: int, row: TellingRow | None, answer: dict[str, Any]) -> Outcome:
    if row is None:
        return Outcome(
            pk, False, "not_found", gettext("There is no such entry, or it is not yours to see."), status=404
        )
    if row.verdict == Verdict.OUT:
        return Outcome(pk, False, row.why, reason_text(row.why, row.detail), status=409)
    text = gettext("one text with the others of this buyer") if pk != row.about_id else f.language_name(row.language)
    return Outcome(pk, True, message=text, data=answer)


class TellFrom(TellBuyers):
    """Tell the buyers of everything an object concerns: what is under way on a lane, what an incident stops."""

    bulk, order, label = False, 25, _("Tell the buyers under way")

    def shown_for(self, obj: Any) -> bool:
        """Where something is told from such objects."""
        return subject_type(obj) in registry.SOURCES

    def apply(self, obj: Any, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One telling for the object."""
        source = registry.SOURCES[subject_type(obj)](obj, actor)
        if not source.ids:
            raise Conflict("nothing_under_way", _("Nothing of yours is under way here."))
        made = services.make_telling(
            about_type=source.about_type, about_ids=source.ids, actor=actor, now=now, source=obj, source_label=source.label,
            **data,
        )  # fmt: skip
        answer = telling_answer(made)
        return {**answer, "job_id": str(made.job_id)} if made.state == TellingState.PREPARING else answer


register_part("parcels", RowPart("telling", actions=[TellBuyers(about_type="logistics.parcel", single=False)]))
for _name in ("lanes", "incidents"):
    register_part(_name, RowPart("telling", actions=[TellFrom()]))


class _OnTelling(Action):
    """Something done with a telling that waits to be looked through."""

    permission, bulk = SEND, False
    states: tuple[str, ...] = (TellingState.READY,)

    def shown_for(self, obj: Telling) -> bool:
        """While it waits."""
        return obj.state in self.states


class SendTelling(_OnTelling):
    """Tell everybody who is not left out."""

    name, label, icon, tone, order = "send", _("Tell them now"), "send", "primary", 10
    confirm = _("Every buyer who is not left out gets the text, by the routes of single messages.")
    done_text = _("The buyers are being told.")
    states = (TellingState.READY, TellingState.SENDING)

    def shown_for(self, obj: Telling) -> bool:
        """While it waits, and when it was stopped halfway."""
        stopped = obj.job is not None and obj.job.state in ("cancelled", "failed")
        return obj.state == TellingState.READY or (obj.state == TellingState.SENDING and stopped)

    def apply(self, obj: Telling, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One service call; the job shows the progress."""
        made = services.send_telling(telling=obj, actor=actor, now=now)
        return {"job_id": str(made.job_id)} if made.job_id else {}


class PrepareAgain(_OnTelling):
    """Look at every buyer anew."""

    name, label, icon, order, done_text = "prepare", _("Prepare again"), "reload", 30, _("Prepared.")

    def apply(self, obj: Telling, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        services.prepare_again(telling=obj, actor=actor, now=now)


class AddWords(_OnTelling):
    """Write the own words in one more language."""

    name, label, icon, order, form = "words", _("Words in another language"), "message", 20, WordsForm
    done_text = _("Prepared.")

    def shown_for(self, obj: Telling) -> bool:
        """Own words that wait."""
        return obj.state == TellingState.READY and not obj.code

    def apply(self, obj: Telling, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        services.add_words(telling=obj, actor=actor, now=now, **data)


class DiscardTelling(_OnTelling):
    """Tell nobody."""

    name, label, icon, order, tone = "discard", _("Discard"), "trash", 60, "danger"
    done_text, states = _("Discarded."), (TellingState.PREPARING, TellingState.READY)

    def apply(self, obj: Telling, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        services.discard(telling=obj, actor=actor, now=now)


class TellingOut(serializers.Serializer):
    """A telling as lists and programs see it; the counts are those of the reader's stores."""

    id = serializers.CharField()
    number = serializers.CharField(label=_("Number"))
    state = serializers.ChoiceField(TellingState.choices, label=_("State"))
    template = serializers.CharField(source="code", label=_("Text"))
    about_type = serializers.CharField(label=_("About"))
    source_type = serializers.CharField(label=_("Started from"))
    source_id = serializers.CharField(allow_null=True)
    source_label = serializers.CharField(label=_("From"))
    author = serializers.CharField(source="author_label", label=_("By"))
    created_at = serializers.DateTimeField(label=_("Begun"))
    sent_at = serializers.DateTimeField(allow_null=True, label=_("Told since"))
    finished_at = serializers.DateTimeField(allow_null=True, label=_("Finished"))
    job = serializers.CharField(source="job_id", allow_null=True, label=_("Job"))
    ready = serializers.IntegerField(label=_("Will be told"))
    told = serializers.IntegerField(label=_("Told"))
    left_out = serializers.IntegerField(label=_("Left out"))


@register
class TellingListing(Listing):
    """One matter told to many buyers."""

    name, title, permission, small = "tellings", _("Tellings"), "conversations.view_message", True
    model, row, filters = Telling, TellingOut, TellingFilter
    columns = [
        Column("number", link="conversations:telling", mono=True, sortable=True), Column("state", badge=TellingState),
        Column("template", html=lambda row: row["template"] or gettext("Own words")),
        Column("source_label"), Column("ready", align="num"), Column("told", align="num"), Column("left_out", align="num"),
        Column("author"), Column("created_at", time="moment", sortable=True), Column("finished_at", time="moment", default=False),
    ]  # fmt: skip
    actions = [SendTelling(), AddWords(), PrepareAgain(), DiscardTelling()]
    views = [
        View("open", _("To be looked through"), "state=preparing&state=ready&state=sending"),
        View("all", _("All"), default=True, counted=False),
    ]
    computed = ("ready", "told", "left_out")
    url, detail_url, default_order, label_field = (
        "conversations:tellings",
        "conversations:telling",
        "-created_at",
        "number",
    )
    empty = (
        _("Nothing was told to many yet."), _("Choose parcels and press “Tell the buyers”."), "", "",
    )  # fmt: skip
    icon = "send"

    def queryset(self, actor: Actor) -> QuerySet[Telling]:
        """Those in which the actor sees a buyer, and the actor's own."""
        return selectors.tellings_for(actor)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """The counts, in one query."""
        found = selectors.counts(row["id"] for row in rows) if rows else {}
        for row in rows:
            held = found.get(row["id"], {})
            row["ready"], row["told"] = held.get(Verdict.READY, 0), held.get(Verdict.TOLD, 0)
            row["left_out"] = held.get(Verdict.OUT, 0)


class LeaveOut(Action):
    """Do not tell a buyer."""

    name, label, permission, icon, undo = "leave-out", _("Leave out"), SEND, "ban", "take-in"

    def apply(self, obj: TellingRow, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        services.leave_out(telling_row=obj, actor=actor, now=now)

    def shown_for(self, obj: TellingRow) -> bool:
        """While the buyer will be told."""
        return obj.verdict == Verdict.READY and obj.telling.state == TellingState.READY


class TakeIn(Action):
    """Tell a buyer after all."""

    name, label, permission, icon = "take-in", _("Tell anyway"), SEND, "check"

    def check(self, obj: TellingRow, actor: Actor, now: datetime) -> None:
        """Only reasons that may be overruled."""
        if obj.verdict == Verdict.OUT and obj.why not in rules.MAY_OVERRULE:
            raise Conflict("left_out", _("This buyer is left out for a reason that nobody may overrule."))

    def apply(self, obj: TellingRow, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        services.take_in(telling_row=obj, actor=actor, now=now)

    def shown_for(self, obj: TellingRow) -> bool:
        """Left out for a reason a person may overrule."""
        return obj.verdict == Verdict.OUT and obj.why in rules.MAY_OVERRULE and obj.telling.state == TellingState.READY


class TellingRowOut(serializers.Serializer):
    """One buyer of a telling as programs see it."""

    id = serializers.CharField()
    telling = serializers.CharField(source="telling.id", label=_("Telling"))
    store = serializers.CharField(source="store.code", label=_("Store"))
    buyer = serializers.CharField(source="buyer.name", label=_("Buyer"))
    about_type = serializers.CharField(source="telling.about_type")
    about_id = serializers.CharField(label=_("About"))
    more_ids = serializers.ListField(child=serializers.IntegerField())
    verdict = serializers.ChoiceField(Verdict.choices, label=_("What becomes of them"))
    why = serializers.ChoiceField(LeftOut.choices, allow_blank=True, label=_("Why left out"))
    detail = serializers.ListField(child=serializers.CharField())
    template = serializers.CharField(source="template_code", label=_("Text"))
    language = serializers.CharField(label=_("Language"))
    subject = serializers.CharField(label=_("Subject"))
    body = serializers.CharField(label=_("Words"))
    edited = serializers.BooleanField(label=_("Changed"))
    message = serializers.CharField(source="message_id", allow_null=True, label=_("Message"))
    told_at = serializers.DateTimeField(allow_null=True, label=_("Told"))


@register
class TellingRowListing(Listing):
    """The buyers of tellings, for programs; people see them on the page of the telling."""

    name, title, permission = "telling-rows", _("Buyers of tellings"), "conversations.view_message"
    model, row, filters = TellingRow, TellingRowOut, TellingRowFilter
    columns = [
        Column("buyer", buyer=True, link="conversations:telling-row"), Column("store"),
        Column("verdict", badge=Verdict), Column("why", html=lambda row: reason_text(row["why"], row["detail"]), needs=("detail",)),
        Column("language"), Column("subject", buyer=True, width="wide"), Column("told_at", time="moment", default=False),
    ]  # fmt: skip
    actions = [LeaveOut(), TakeIn()]
    views = [View("all", _("All"), default=True, counted=False)]
    detail_url, default_order, label_field = "conversations:telling-row", "-id", "buyer"
    personal, personal_permission = frozenset({"buyer", "subject", "body"}), "orders.view_personal"
    scan_ok = {
        "telling": "the index of rows begins with the telling", "verdict": "asked together with the telling",
        "why": "asked together with the telling",
    }  # fmt: skip

    def queryset(self, actor: Actor) -> QuerySet[TellingRow]:
        """Buyers of the actor's stores."""
        return selectors.rows_for(actor)
