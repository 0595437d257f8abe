"""Single papers of a parcel."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.audit import Actor
from core.errors import NotAllowed
from core.pages import Page
from logistics.choices import LabelSize
from logistics.documents.single import CARD, HELD, KINDS, PAYMENT, PERSONAL, RETURN, SLIP, single
from logistics.selectors import dispatch as selectors


class NotePaper(Page):
    """One paper of a note as PDF."""

    permission = "logistics.view_note"

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """The file, shown by the browser."""
        note = selectors.notes_for(self.actor).filter(pk=pk).first()
        if note is None or kind not in KINDS:
            raise Http404
        if not self.actor.has_perm(PERSONAL):
            raise NotAllowed("not_allowed", _("Your role may not do this."))
        asked = request.GET.get("size", "")
        size = asked if asked in LabelSize.values else LabelSize.SQUARE
        answer = HttpResponse(single(note=note, kind=kind, now=self.now, size=size), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{note.number}-{kind}.pdf"'
        return answer


def links_html(actor: Actor, note_id: int, kinds: tuple[str, ...]) -> Any:
    """The ways to some papers of a note, for people who may open them."""
    if not actor.has_perm(PERSONAL):
        return f.DASH
    at = {kind: reverse("logistics:note-paper", args=[note_id, kind]) for kind in kinds}
    return f.joined_html([f.link_html(at[kind], str(KINDS[kind])) for kind in kinds], " · ")


#: What a note offers while it is packed, and what a parcel offers on its way.
OF_NOTE, OF_PARCEL, OF_HELD = (SLIP, CARD, RETURN), (RETURN, PAYMENT), (HELD,)
