"""The page of one object: facts, next step, panels of other apps, timeline, notes. Context: templates/core/detail.html."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property

from core import panels
from core.audit import Actor
from core.errors import DomainError
from core.listing.actions import Action
from core.listing.base import LISTINGS, Listing
from core.pages import Page

#: So many buttons stand beside the first; the rest under "More".
SHOWN_STEPS = 3


class DetailPage(Page):
    """One object of a list, found through the list's own queryset (so a foreign one is not found)."""

    listing_name: str = ""
    template_name = "core/detail.html"
    title: Any = ""
    timeline = True
    notes = True

    @cached_property
    def listing(self) -> Listing:
        """The list the object belongs to."""
        return LISTINGS[self.listing_name]

    def needed(self) -> str:
        return self.listing.permission

    @cached_property
    def object(self) -> Any:
        """The object."""
        found = self.queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    # --- what an app writes ----------------------------------------------------------------------------------------

    def queryset(self) -> Any:
        """Where the object is found; add ``select_related`` here, never widen it."""
        return self.listing.queryset(self.actor)

    def number(self, obj: Any) -> str:
        """The identifier beside the title."""
        return self.listing.label_of(obj)

    def badges(self, obj: Any) -> list[dict[str, Any]]:
        """The state first: list of {label, tone, title?}."""
        return []

    def flags(self, obj: Any) -> list[dict[str, Any]]:
        """Coloured marks: list of {label, tone}."""
        return []

    def sub(self, obj: Any) -> list[Any]:
        """Short facts under the title."""
        return []

    def clock(self, obj: Any) -> dict[str, Any] | None:
        """{at, text, tone?}: the running clock."""
        return None

    def alerts(self, obj: Any) -> list[dict[str, Any]]:
        """Sentences that must be seen: list of {text, tone, title?}."""
        return []

    def facts(self, obj: Any) -> list[dict[str, Any]]:
        """Boxes of facts: list of {title, items}."""
        return []

    def tables(self, obj: Any) -> list[dict[str, Any]]:
        """Boxes with a table: list of {title, columns, rows, note?}."""
        return []

    def first_step(self, obj: Any) -> str:
        """The name of the action that is the next step ("" = the first that can be done)."""
        return ""

    def extra_steps(self, obj: Any) -> list[dict[str, Any]]:
        """Buttons that are not actions of the list (links): list of {label, url, method, icon?}."""
        return []

    def more(self, obj: Any) -> dict[str, Any]:
        """Further context."""
        return {}

    # --- the page --------------------------------------------------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page."""
        return self.render(self.template_name, self.context())

    def context(self) -> dict[str, Any]:
        """Everything the template needs."""
        obj, listing = self.object, self.listing
        steps = self.steps(obj)
        args = [listing.name, obj.pk]
        return {
            "object": obj, "crumbs": [{"label": listing.title, "url": listing.address()}] if listing.url else [],
            "title": self.title or listing.title, "number": self.number(obj), "badges": self.badges(obj),
            "flags": self.flags(obj), "sub": self.sub(obj), "steps": steps[: SHOWN_STEPS + 1],
            "more_steps": steps[SHOWN_STEPS + 1 :], "clock": self.clock(obj), "alerts": self.alerts(obj),
            "facts": self.facts(obj), "tables": self.tables(obj), "panels": self.panels(obj),
            "timeline_url": reverse("core:timeline", args=args) if self.timeline else "",
            "note_url": reverse("core:note", args=args) if self.notes and self.actor.user_id else "",
            "here_url": reverse("core:here", args=args), **self.more(obj),
        }  # fmt: skip

    def panels(self, obj: Any) -> list[dict[str, Any]]:
        """The boxes other apps fill."""
        place = f"{self.listing.name}.detail"
        return [{"id": f"panel-{p.name}", "title": p.title, "lines": p.lines, "count": p.count(obj, self.actor) if p.count else None,
                 "url": reverse("core:panel", args=[self.listing.name, obj.pk, p.name])}
                for p in panels.panels_of(place, self.actor)]  # fmt: skip

    def steps(self, obj: Any) -> list[dict[str, Any]]:
        """The buttons: possible ones first, the named first step in front, impossible ones with their reason last."""
        offered = [a for a in self.listing.allowed_actions(self.actor) if a.shown_for(obj)]
        wanted = self.first_step(obj)
        made = [(a, self._step(a, obj)) for a in offered]
        made.sort(key=lambda pair: (bool(pair[1].get("disabled")), pair[0].name != wanted, pair[0].order))
        steps = [step for _action, step in made]
        extra = self.extra_steps(obj)
        ready = bool(steps) and steps[0]["name"] == wanted and not steps[0].get("disabled")
        made_up = [steps[0], *extra, *steps[1:]] if ready else [*extra, *steps]
        if made_up and (ready or extra) and not made_up[0].get("plain"):
            letter = made_up[0].get("key")  # nothing else is drawn as the next step, or answers Enter; its letter stays
            made_up[0] = {**made_up[0], "main": True, "key": f"Enter {letter}" if letter else "Enter"}
        return made_up

    def _step(self, action: Action, obj: Any) -> dict[str, Any]:
        return step_of(self.listing, action, obj, self.actor, self.now)


def step_of(listing: Listing, action: Action, obj: Any, actor: Actor, now: datetime, back: str = "") -> dict[str, Any]:
    """The button of an action on an object; ``back`` is where its answer leads instead of the page of the object."""
    address = reverse("core:act", args=[listing.name, obj.pk, action.name])
    step: dict[str, Any] = {
        "label": action.label, "url": f"{address}?{urlencode({'next': back})}" if back else address,
        "method": "dialog" if action.form else "post", "icon": action.icon, "key": action.key,
        "confirm": "" if action.form else action.confirm, "name": action.name,
    }  # fmt: skip
    if action.tone in ("danger", "primary"):
        step["kind"] = action.tone
    if action.checks:
        try:
            action.check(obj, actor, now)
        except DomainError as error:
            step["disabled"] = error.message
    return step


def step_from(listing: str, name: str, obj: Any, actor: Actor, now: datetime, back: str = "") -> dict[str, Any] | None:
    """The button of another list's action on an object of it, from that list's own declaration; None when the actor may not, or
    it is not to be done now."""
    held = LISTINGS[listing]
    action = next((a for a in held.allowed_actions(actor) if a.name == name), None)
    if action is None or not action.shown_for(obj):
        return None
    step = step_of(held, action, obj, actor, now, back)
    return None if step.get("disabled") else step
