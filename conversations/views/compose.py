"""Filling a text for a thread, and finishing drafts."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations import selectors, services
from conversations.forms import DraftForm
from conversations.models import Conversation, Message
from conversations.views.composer import Composer
from conversations.views.thread import on_its_way
from core.formpage import FormPage
from core.pages import Page


class ComposePage(Page):
    """The composer alone: another text or another subject was chosen."""

    permission = "conversations.send_message"

    @cached_property
    def thread(self) -> Conversation:
        """The thread, if the person sees it."""
        return selectors.conversation(self.kwargs["pk"])

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same on the page of the thread."""
        return self.go(f"{reverse('conversations:thread', args=[pk])}?{request.GET.urlencode()}")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How the text would read; nothing is written."""
        composer = Composer(self.thread, self.actor, self.now, request.POST)
        return self.render("conversations/_composer.html", {"thread": self.thread, **composer.context()})


class DraftPage(FormPage):
    """Finish a draft: change, send, keep, discard."""

    permission, form_class = "conversations.send_message", DraftForm
    template_name = "conversations/draft.html"
    submit_label = gettext_lazy("Send")

    @cached_property
    def message(self) -> Message:
        """The draft, if the person sees it."""
        found = selectors.messages_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def title(self) -> str:  # type: ignore[override]
        """To whom."""
        return _("To %(buyer)s") % {"buyer": self.message.conversation.buyer}

    def back_url(self) -> str:
        """The thread."""
        return reverse("conversations:thread", args=[self.message.conversation_id])

    def initial(self) -> dict[str, Any]:
        """As it stands."""
        return {"subject": self.message.subject, "body": self.message.body}

    def extra(self) -> dict[str, Any]:
        """What is missing, and what is known."""
        refused = self.message.facts.get("refused") or {}
        why = (
            services.refusal(self.message.template_code, refused.get("missing", ()), refused.get("untrue", ()))
            if refused
            else ""
        )
        known = [(name, value) for name, value in self.message.facts.items() if isinstance(value, str)]
        return {"draft": self.message, "why": why, "known": known, "is_draft": self.message.state == "draft"}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Send, keep or discard: one service call."""
        given = {"message": self.message, "actor": self.actor, "now": self.now}
        if "keep" in self.request.POST:
            services.change_draft(body=data["body"], subject=data["subject"], **given)
            said = _("Kept.")
        elif "discard" in self.request.POST:
            services.cancel(**given)
            said = _("Discarded.")
        else:
            services.send_draft(body=data["body"], subject=data["subject"], **given)
            said = on_its_way(self.message.conversation)
        if self.is_partial():
            row = {"id": f"thread-{self.message.conversation_id}"}
            done = {"dialog:close": True, "work:done": row, "toast": {"text": said, "tone": "leaf"}}
            return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(done)})
        return self.go(self.back_url(), said)

    def answer(self, form: forms.Form, status: int = 200) -> HttpResponse:
        """The page; in the dialog the same form."""
        context = {
            "title": self.title, "form": form, "action_url": self.request.get_full_path(), "back_url": self.back_url(),
            "crumbs": [{"label": _("Messages"), "url": reverse("conversations:inbox")}], **self.extra(),
        }  # fmt: skip
        return self.render("conversations/_draft.html" if self.is_partial() else self.template_name, context, status)
