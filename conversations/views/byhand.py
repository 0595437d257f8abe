"""Texts that people copy into a channel: copy, open the order there, say "sent"."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from conversations import selectors, services
from conversations.choices import DeliveryState
from conversations.models import Delivery
from core import counts
from core import format as f
from core.pages import Page

SHOWN = 100


class ByHandPage(Page):
    """All texts that wait to be copied, oldest first; "sent" opens the next."""

    permission = "conversations.view_message"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The three panes."""
        rows = list(selectors.by_hand(self.actor)[:SHOWN])
        number = selectors.inbox_counts(self.actor).get("hand", 0)
        return self.render(
            "conversations/inbox.html",
            {
                "title": _("To send by hand"), "subtitle": "", "group_sections": [], "foot": None, "sorts": [], "head_actions": [],
                "groups": [
                    {"label": _("To send by hand"), "url": request.path, "count": counts.text(number) or "0", "active": True},
                    {"label": _("Messages"), "url": reverse("conversations:inbox"), "count": "", "active": False},
                ],
                "tabs": [{"label": _("Oldest first"), "url": request.path, "active": True}], "selected_id": None, "next_url": "",
                "rows": [self.row(delivery) for delivery in rows],
                "empty": {
                    "icon": "circle-check", "title": _("Nothing to copy."),
                    "text": _("Texts for stores without a connector appear here."),
                },
            },
        )  # fmt: skip

    def row(self, delivery: Delivery) -> dict[str, Any]:
        """One text."""
        message, buyer = delivery.message, delivery.message.conversation.buyer
        return {
            "id": delivery.pk, "url": reverse("conversations:by-hand-one", args=[delivery.pk]),
            "due": f.due_html(delivery.created_at + timedelta(hours=24), self.now), "title": str(buyer), "subject": "",
            "number": message.facts.get("order_no", ""), "sub": message.subject or message.body[:90], "stake": delivery.store.code,
            "stake_note": message.template_code, "css": "",
        }  # fmt: skip


class ByHandOnePage(Page):
    """One text to copy."""

    permission = "conversations.view_message"
    permissions = {"POST": "conversations.send_message"}

    @cached_property
    def delivery(self) -> Delivery:
        """The delivery, if the person sees it."""
        found = (
            Delivery.objects.select_related("store", "message__conversation__buyer", "call")
            .filter(pk=self.kwargs["pk"])
            .first()
        )
        if found is None:
            raise Http404
        return found

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The text, ready to copy."""
        message = self.delivery.message
        about = next(
            (a for a in selectors.subjects_of(message.conversation.buyer_id, self.actor) if self._is_about(a, message)),
            None,
        )
        context = {
            "delivery": self.delivery, "message": message, "buyer": message.conversation.buyer, "store": self.delivery.store,
            "about": about, "waits": self.delivery.state == DeliveryState.BY_HAND, "title": _("Copy into the channel"),
            "failed": self.delivery.state == DeliveryState.FAILED, "may_send": self.actor.has_perm("conversations.send_message"),
            "thread_url": reverse("conversations:thread", args=[message.conversation_id]), "here": request.path,
        }  # fmt: skip
        return self.render(
            "conversations/_by_hand.html" if self.is_partial() else "conversations/by_hand.html", context
        )

    @staticmethod
    def _is_about(item: Any, message: Any) -> bool:
        return (item.type, item.id) in (
            (message.about_type, message.about_id),
            ("orders.order", message.facts.get("order_ref")),
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """It was sent, or a person takes over what the program could not send."""
        if "take" in request.POST:
            services.hand_over_to_person(delivery=self.delivery, actor=self.actor, now=self.now)
            return self.go(request.path, _("Copy it now."))
        services.confirm_sent(delivery=self.delivery, actor=self.actor, now=self.now)
        if self.is_partial():
            done = {"work:done": {"id": self.delivery.pk}, "toast": {"text": _("Noted as sent."), "tone": "leaf"}}
            return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(done)})
        return self.go(self.next_url(reverse("conversations:by-hand")), _("Noted as sent."))
