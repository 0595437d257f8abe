"""The list of ratings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import counts
from core import format as f
from core.audit import Actor
from core.errors import Conflict
from core.listing import Action, Column, Exact, Listing, Outcome, View, register
from disputes import forms, selectors, services
from disputes.choices import RatingTone, ReplyState
from disputes.filters import FeedbackFilter
from disputes.listings.causes import cause_cell
from disputes.models import Feedback
from disputes.rules.feedback import tone_of


class FeedbackRow(serializers.Serializer):
    """A rating as lists and programs see it."""

    id = serializers.CharField()
    external_id = serializers.CharField(label=_("Rating"))
    store = serializers.CharField(source="store.code", label=_("Store"))
    order_id = serializers.CharField()
    order_number = serializers.CharField(source="order.number", label=_("Order"))
    buyer = serializers.CharField(source="order.buyer_name", label=_("Buyer"))
    country = serializers.CharField(source="order.country", label=_("Country"))
    stars = serializers.IntegerField(label=_("Stars"))
    tone = serializers.ChoiceField(RatingTone.choices, label=_("Tone"))
    text = serializers.CharField(label=_("Text"))
    given_at = serializers.DateTimeField(label=_("Given"))
    received_at = serializers.DateTimeField(label=_("Came in"))
    first_stars = serializers.IntegerField(label=_("Stars at first"), allow_null=True)
    revised_at = serializers.DateTimeField(label=_("Revised"), allow_null=True)
    reply = serializers.CharField(label=_("Reply"))
    reply_state = serializers.ChoiceField(ReplyState.choices, allow_blank=True, label=_("Reply"))
    replied_at = serializers.DateTimeField(label=_("Answered at"), allow_null=True)
    next_look_at = serializers.DateTimeField(label=_("Next look"), allow_null=True)
    cause = serializers.CharField(allow_blank=True, label=_("Root cause"))


def stars(row: dict[str, Any]) -> Any:
    """Stars with their tone, and what they were before."""
    shown = f.badge_html(f.stars(row["stars"]), RatingTone(tone_of(row["stars"])).tone)
    if row["first_stars"] is None or row["first_stars"] == row["stars"]:
        return shown
    return f.joined_html([shown, f"({row['first_stars']})"], " ")


def reply_cell(row: dict[str, Any]) -> Any:
    """Where the reply stands; nothing yet is a word, too."""
    state = ReplyState(row["reply_state"])
    return f.badge_html(state.label, state.tone if state.value else "amber")


class Reply(Action):
    """The one reply; the same words to all that are ticked."""

    name, label, permission = "reply", _("Reply"), "disputes.reply_feedback"
    form, icon, order, key, done_text = forms.ReplyForm, "send", 10, "r", _("Replied.")
    confirm = _("The channel takes one reply; it cannot be changed.")

    def apply(self, obj: Feedback, actor: Actor, now: datetime, **data: Any) -> str:
        """One rating."""
        return str(services.reply(feedback=obj, actor=actor, now=now, **data).get_reply_state_display())

    def shown_for(self, obj: Feedback) -> bool:
        """Until it has its reply; the page of a rating has the form itself."""
        return False


class Thank(Action):
    """The house's own text for how the rating reads, in the buyer's language."""

    name, label, permission = "thank", _("Reply with the house's text"), "disputes.reply_feedback"
    icon, order, key, done_text = "message-circle", 5, "t", _("Replied.")
    confirm = _("The channel takes one reply; it cannot be changed.")
    explain = _(
        "Each buyer gets the text for his rating in his language; neutral and bad ones only after a private text."
    )

    def apply(self, obj: Feedback, actor: Actor, now: datetime, **data: Any) -> None:
        """One rating."""
        refused = services.thank(rows=[obj], actor=actor, now=now)
        if refused:
            raise refused[obj.pk]

    def apply_many(self, objs: Sequence[Feedback], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many ratings."""
        return [Outcome.refused(pk, error) for pk, error in services.thank(rows=objs, actor=actor, now=now).items()]

    def shown_for(self, obj: Feedback) -> bool:
        """Until it has its reply."""
        return not obj.answered and obj.reply_state != ReplyState.BY_HAND


class ConfirmReply(Action):
    """The reply was posted in the shop by hand."""

    name, label, permission = "confirm-reply", _("I have posted it in the shop"), "disputes.reply_feedback"
    icon, order, bulk, done_text = "check", 4, False, _("Recorded.")

    def apply(self, obj: Feedback, actor: Actor, now: datetime, **data: Any) -> None:
        """One rating."""
        services.confirm_reply(feedback=obj, actor=actor, now=now)

    def shown_for(self, obj: Feedback) -> bool:
        """While a reply is to be posted by hand."""
        return obj.reply_state == ReplyState.BY_HAND


class RatingCause(Action):
    """The root cause."""

    name, label, permission = "set-cause", _("Root cause"), "disputes.reply_feedback"
    form, icon, order, done_text = forms.CauseForm, "tag", 60, _("Noted.")

    def apply(self, obj: Feedback, actor: Actor, now: datetime, **data: Any) -> None:
        """One rating."""
        services.set_feedback_cause(feedback=obj, actor=actor, now=now, **data)


class LookAgain(Action):
    """Looked at; not revised yet."""

    name, label, permission = "look-again", _("Looked at, tomorrow again"), "disputes.reply_feedback"
    form, icon, order, done_text = forms.NoteForm, "eye", 40, _("Looked at.")

    def apply(self, obj: Feedback, actor: Actor, now: datetime, **data: Any) -> None:
        """One rating."""
        if not services.look_at_feedback(rows=[obj], actor=actor, now=now, note=data["note"]):
            raise Conflict("nothing_to_wait_for", _("It is not answered yet, or it is good."))

    def apply_many(self, objs: Sequence[Feedback], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        looked = {row.pk for row in services.look_at_feedback(rows=objs, actor=actor, now=now, note=data["note"])}
        refusal = Conflict("nothing_to_wait_for", _("It is not answered yet, or it is good."))
        return [Outcome(o.pk, True) if o.pk in looked else Outcome.refused(o.pk, refusal) for o in objs]

    def shown_for(self, obj: Feedback) -> bool:
        """While it is followed."""
        return obj.next_look_at is not None


@register
class FeedbackListing(Listing):
    """Ratings, the worst first."""

    name, title, permission = "feedback", _("Feedback"), "disputes.view_feedback"
    model, row, filters = Feedback, FeedbackRow, FeedbackFilter
    columns = [
        Column("stars", html=stars, link="disputes:rating", sortable=True, align="left", needs=("first_stars",)),
        Column("order_number", link="orders:detail", link_field="order_id", mono=True),
        Column("text", buyer=True, width="wide"),
        Column("reply_state", html=reply_cell),
        Column("buyer", buyer=True),
        Column("country", country=True),
        Column("given_at", sortable=True),
        Column("store", mono=True, default=False),
        Column("external_id", mono=True, default=False),
        Column("received_at", default=False),
        Column("cause", html=cause_cell, text=cause_cell, default=False),
        Column("first_stars", default=False),
        Column("revised_at", default=False),
        Column("reply", width="wide", default=False),
        Column("replied_at", default=False),
        Column("next_look_at", sortable=True, time="due", default=False),
    ]
    actions = [Reply(), Thank(), ConfirmReply(), LookAgain(), RatingCause()]
    views = [
        View("worst", _("Not answered, worst first"), "reply=open&reply=by_hand&ordering=stars", default=True),
        View("to-thank", _("Good, not answered"), "stars=4&stars=5&reply=open", counted=False),
        View("bad", _("1 to 2 stars"), "stars=1&stars=2"),
        View("neutral", _("3 stars"), "stars=3"),
        View("good", _("4 to 5 stars"), "stars=4&stars=5", counted=False),
        View("unrevised", _("Bad, answered, not revised"), "followed=true&ordering=next_look_at"),
        View("no-cause", _("Bad, no cause named"), "stars=1&stars=2&stars=3&cause=none&ordering=-given_at"),
        View("newest", _("Newest"), "ordering=-given_at", counted=False),
        View("all", _("All, worst first"), "ordering=stars", counted=False),
    ]
    url, detail_url, default_order = "disputes:feedback", "disputes:rating", "stars"
    label_field = "order_number"
    computed = ("tone",)
    search_by = [Exact("order__number", upper=False), Exact("external_id", upper=False)]
    scan_ok = {
        "cause": "asks the indexed cause",
        "followed": "has an index of its own",
        "reply": "asks the indexed state of the reply",
    }
    personal, personal_permission = frozenset({"buyer"}), "orders.view_personal"
    empty = (
        _("No feedback yet."),
        _("Ratings come from connected shops, or from a file."),
        _("Read a file"),
        "disputes:import",
    )
    icon = "star"

    def queryset(self, actor: Actor) -> QuerySet[Feedback]:
        """The ratings of the actor's stores."""
        return selectors.feedback_for(actor)

    def label_of(self, obj: Any) -> str:
        """The number of its order."""
        return str(obj.order.number)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """How it reads."""
        for row in rows:
            row["tone"] = tone_of(row["stars"])


counts.register("feedback", selectors.care_count, permission="disputes.view_feedback")
