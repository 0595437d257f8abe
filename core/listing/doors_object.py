"""The addresses one object of a list has: its panels, its timeline, internal notes, who else is there."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from core import panels, timeline
from core.listing.doors import ListDoor


class PanelDoor(ListDoor):
    """GET: one panel of a detail page."""

    def get(self, request: HttpRequest, name: str, pk: int, panel: str) -> HttpResponse:
        """The panel's template."""
        place = f"{self.listing.name}.detail"
        found = next((p for p in panels.panels_of(place, self.actor) if p.name == panel), None)
        if found is None:
            raise Http404
        obj = self.found(pk)
        return self.render(found.template, {"object": obj, **found.context(obj, self.actor)})


class NoteDoor(ListDoor):
    """POST: an internal note."""

    def post(self, request: HttpRequest, name: str, pk: int) -> HttpResponse:
        """Back to the object."""
        timeline.write_note(subject=self.found(pk), text=request.POST.get("text", ""), actor=self.actor, now=self.now)
        if self.is_partial():
            return HttpResponse(status=204, headers={"HX-Trigger": "panel:reload"})
        return self.go(self.next_url(self.listing.detail_address(pk) or "/"))
