"""Pages of feedback."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import format as f
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from disputes import selectors, services
from disputes.choices import RatingTone, ReplyState
from disputes.forms import FeedbackFileForm, ReplyForm
from disputes.models import Feedback
from disputes.rules.feedback import tone_of


class FeedbackPage(ListPage):
    """Ratings, the worst first."""

    listing_name = "feedback"

    def head_actions(self) -> list[dict[str, Any]]:
        """Read a file."""
        if not self.actor.has_perm("orders.import_order"):
            return []
        return [{"label": _("Read a file"), "url": reverse("disputes:import"), "icon": "file-import"}]

    def row_css(self, row: dict[str, Any]) -> str:
        """Bad ratings stand out as long as nobody answered them."""
        return "bad-row" if row["stars"] <= 2 and row["reply_state"] != ReplyState.SENT else ""


class RatingPage(DetailPage):
    """One rating: what the buyer wrote, before and now, and our one reply."""

    listing_name = "feedback"
    title = gettext_lazy("Rating")

    def number(self, obj: Feedback) -> str:
        """The order's number."""
        return str(obj.order.number)

    def badges(self, obj: Feedback) -> list[dict[str, Any]]:
        """The stars and the reply."""
        state = ReplyState(obj.reply_state)
        tone = RatingTone(tone_of(obj.stars)).tone
        return [
            {"label": f.stars(obj.stars), "tone": tone},
            {"label": state.label, "tone": state.tone if obj.reply_state else "amber"},
        ]

    def sub(self, obj: Feedback) -> list[Any]:
        """Order, buyer, store, time."""
        order = f.link_html(reverse("orders:detail", args=[obj.order_id]), obj.order.number, "mono")
        seen = self.actor.has_perm("orders.view_personal")
        who = f.buyer_html(obj.order.buyer_name if seen else "", obj.order.country)
        return [order, who, obj.store.name, f.time_html(obj.given_at, self.now)]

    def alerts(self, obj: Feedback) -> list[dict[str, Any]]:
        """A reply that is to be posted by hand, or failed."""
        if obj.reply_state == ReplyState.BY_HAND:
            text = _("Post this reply in the shop, then confirm it here: %(text)s") % {"text": obj.reply}
            return [{"text": text, "tone": "amber", "title": _("By hand")}]
        if obj.reply_state == ReplyState.FAILED:
            return [{"text": obj.reply_refused, "tone": "rose", "title": _("The shop did not take the reply")}]
        return []

    def facts(self, obj: Feedback) -> list[dict[str, Any]]:
        """The words, the reply, the root cause."""
        words = [
            {"label": _("Text"), "value": f.buyer_text_html(obj.text) if obj.text else _("no words"), "wide": True},
            (_("Given"), f.time_html(obj.given_at, self.now)), (_("Revised"), f.time_html(obj.revised_at, self.now)),
        ]  # fmt: skip
        reply = [
            {"label": _("Reply"), "value": f.buyer_text_html(obj.reply) if obj.reply else f.DASH, "wide": True},
            (_("By"), obj.reply_by or f.DASH), (_("Posted"), f.time_html(obj.replied_at, self.now)),
        ]  # fmt: skip
        cause = [(_("Root cause"), selectors.causes.name_of(obj.cause)), (_("Note"), obj.cause_note or f.DASH)]
        return [
            {"title": _("Rating"), "items": words},
            {"title": _("Our reply"), "items": reply},
            {"title": _("Root cause"), "items": cause},
        ]

    def tables(self, obj: Feedback) -> list[dict[str, Any]]:
        """What it said before."""
        rows = selectors.versions_of(obj)
        if not rows:
            return []
        heads = [{"label": label, "css": ""} for label in (_("Stars"), _("Text"), _("Given"), _("Until"))]
        cells = [
            {"tds": f.tds_html([
                ("", f.badge_html(f.stars(row.stars), RatingTone(tone_of(row.stars)).tone)), ("wide", f.buyer_text_html(row.text)),
                ("", f.time_html(row.given_at, self.now)), ("", f.time_html(row.replaced_at, self.now)),
            ])}
            for row in rows
        ]  # fmt: skip
        return [{"title": _("Before it was revised"), "columns": heads, "rows": cells}]

    def first_step(self, obj: Feedback) -> str:
        """Confirm what was posted by hand; else name the root cause."""
        if obj.reply_state == ReplyState.BY_HAND:
            return "confirm-reply"
        return "set-cause" if obj.answered and obj.stars <= 3 and not obj.cause else ""

    def extra_steps(self, obj: Feedback) -> list[dict[str, Any]]:
        """The reply, while there is none."""
        if obj.answered or obj.reply_state == ReplyState.BY_HAND or not self.actor.has_perm("disputes.reply_feedback"):
            return []
        url = reverse("disputes:reply", args=[obj.pk])
        return [{"label": _("Reply"), "url": url, "method": "dialog", "icon": "send", "key": "r"}]


class ReplyPage(FormPage):
    """Write the one reply; the house's text in the buyer's language stands there to begin with."""

    permissions = {
        "GET": "disputes.reply_feedback",
        "HEAD": "disputes.reply_feedback",
        "POST": "disputes.reply_feedback",
    }
    form_class, submit_label = ReplyForm, gettext_lazy("Post the reply")

    @cached_property
    def rating(self) -> Feedback:
        """The rating, if it is the person's to see."""
        return selectors.rating(self.actor, self.kwargs["pk"])

    def back_url(self) -> str:
        """Its page."""
        return reverse("disputes:rating", args=[self.rating.pk])

    def initial(self) -> dict[str, Any]:
        """The house's text, or what failed."""
        if self.request.method == "POST":
            return {}
        text = self.rating.reply or services.house_text(feedback=self.rating, actor=self.actor, now=self.now)
        return {"text": text}

    def extra(self) -> dict[str, Any]:
        """What the buyer wrote, how long it may be, and that there is one only."""
        most = selectors.longest_reply(self.rating.store_id, self.now)
        return {
            "title": _("Reply to %(stars)s of order %(order)s") % {"stars": f.stars(self.rating.stars), "order": self.rating.order.number},
            "text": self.rating.text or _("no words"),
            "consequence": _("One reply, at most %(most)s characters; everybody reads it and it cannot be changed.") % {"most": most},
            "crumbs": [{"label": _("Feedback"), "url": reverse("disputes:feedback")}],
        }  # fmt: skip

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Post it."""
        made = services.reply(feedback=self.rating, actor=self.actor, now=self.now, **data)
        by_hand = made.reply_state == ReplyState.BY_HAND
        return self.go(
            self.back_url(),
            _("Written down. Post it in the shop, then confirm.") if by_hand else _("The reply is on its way."),
        )


class RatingPane(Page):
    """The rating in the right pane of Today."""

    permission = "disputes.view_feedback"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stars, words, reply."""
        row = selectors.rating(self.actor, pk)
        facts = [
            (_("Stars"), f.badge_html(f.stars(row.stars), RatingTone(tone_of(row.stars)).tone)), (_("Order"), row.order.number),
            (_("Given"), f.time_html(row.given_at, self.now)), (_("Reply"), row.get_reply_state_display()),
        ]  # fmt: skip
        context = {"facts": facts, "rating": row, "url": reverse("disputes:rating", args=[pk]),
                   "here_url": reverse("core:here", args=["feedback", pk])}  # fmt: skip
        return self.render("disputes/_rating_pane.html", context)


class ImportPage(FormPage):
    """Ratings from a file."""

    permission = "orders.import_order"
    form_class = FeedbackFileForm
    title = gettext_lazy("Feedback from a file")
    text = gettext_lazy("Each rating counts once; the same file again changes nothing. Orders nobody knows are named.")
    submit_label = gettext_lazy("Read the file")

    def form_arguments(self) -> dict[str, Any]:
        """The stores of the person."""
        return {"actor": self.actor}

    def back_url(self) -> str:
        """The list."""
        return reverse("disputes:feedback")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Read it and say what came of it."""
        done = services.import_feedback(store=data["store"], raw=data["file"].read(), actor=self.actor, now=self.now)
        text = _("%(new)s new, %(changed)s changed, %(same)s unchanged, %(bad)s refused.") % {
            "new": done.created, "changed": done.updated, "same": done.unchanged, "bad": len(done.rejected),
        }  # fmt: skip
        for row, order, why in done.rejected[:5]:
            text += " " + _("Row %(row)s (%(order)s): %(why)s") % {"row": row, "order": order, "why": why}
        return self.go(self.back_url(), text, level=messages.WARNING if done.rejected else messages.SUCCESS)
