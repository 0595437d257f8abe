"""Asking again: the buttons beside a thread, and the ladder that staff edit."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations import selectors, services
from conversations.forms import ReminderForm
from conversations.models import ReminderStep
from core.formpage import FormPage
from core.listing.html import ListPage
from core.pages import Page


class AskAgainDoor(Page):
    """Start or stop asking again in one thread."""

    permission = "conversations.send_message"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Nothing to see here."""
        return self.go(reverse("conversations:thread", args=[pk]))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One service call."""
        thread = selectors.conversation(pk)
        if "stop" in request.POST:
            services.stop_asking(conversation=thread, actor=self.actor, now=self.now)
            said = gettext("Nobody asks again.")
        else:
            services.ask_again(conversation=thread, actor=self.actor, now=self.now)
            said = gettext("The buyer is asked again until he answers.")
        return self.go(reverse("conversations:thread", args=[pk]), said)


class RemindersPage(ListPage):
    """The ladder."""

    listing_name = "reminder-steps"
    subtitle = _("how an unanswered question is asked again; the caps in the house rules count besides")

    def head_actions(self) -> list[dict[str, Any]]:
        """A new step."""
        return [
            {"label": _("Add a step"), "url": reverse("conversations:reminder-new"), "icon": "plus", "kind": "primary"}
        ]


class ReminderPage(FormPage):
    """One step, new or old."""

    permission, form_class, submit_label = "core.change_policy", ReminderForm, _("Save")
    edits = True
    text = _("Offers stay off until somebody switches them on for one store and says why they are lawful there.")

    @cached_property
    def step(self) -> ReminderStep | None:
        """The step that is edited."""
        return selectors.reminder_step(self.actor, self.kwargs["pk"]) if "pk" in self.kwargs else None

    @property
    def title(self) -> Any:  # type: ignore[override]
        """Which step."""
        return gettext("Step %(place)s") % {"place": self.step.position} if self.step else _("New step")

    def back_url(self) -> str:
        """The list."""
        return reverse("conversations:reminders")

    def form_arguments(self) -> dict[str, Any]:
        """The person's stores; store and place of an old one stay."""
        return {"actor": self.actor, "fresh": self.step is None}

    def initial(self) -> dict[str, Any]:
        """What it says now."""
        names = ("after_days", "base_code", "inducement", "active", "lawful_note")
        return {name: getattr(self.step, name) for name in names} if self.step else {}

    def extra(self) -> dict[str, Any]:
        """The way up."""
        return {"crumbs": [{"label": _("Reminders"), "url": self.back_url()}]}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        given = {**data, "actor": self.actor, "now": self.now}
        if self.step is None:
            services.add_step(**given)
        else:
            services.change_step(obj=self.step, **given)
        return self.go(self.back_url(), _("Saved."))
