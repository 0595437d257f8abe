"""Pages of waves, and the photos of parcels."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core import format as f
from core.listing.detail import DetailPage
from core.longwork import private_storage
from core.pages import Page
from logistics.choices import WaveKind
from logistics.listings.dispatch import STATES
from logistics.models import Wave
from logistics.rules import barcodes
from logistics.selectors import photos, waves

WORDS = {
    "packed": (_("packed"), "leaf"), "stopped": (_("stopped"), "rose"), "complete": (_("complete"), "sea"),
    "begun": (_("begun"), "amber"), "empty": (_("empty"), "neutral"),
}  # fmt: skip


class WavePage(DetailPage):
    """One wave: its barcode, its slots, what is still to be packed."""

    listing_name = "waves"
    title = _("Wave")

    def number(self, obj: Wave) -> str:
        """What is read out."""
        return obj.number

    def badges(self, obj: Wave) -> list[dict[str, Any]]:
        """Open or done."""
        label, tone = (_("Done"), "leaf") if obj.closed_at else (_("Open"), "sea")
        return [{"label": label, "tone": tone}, {"label": obj.get_kind_display(), "tone": "neutral"}]

    def facts(self, obj: Wave) -> list[dict[str, Any]]:
        """Where, by whom, and the barcode that puts it onto the packing table."""
        drawing = mark_safe(barcodes.code128(obj.number, width_mm=60, height_mm=15).svg)  # noqa: S308  our own drawing
        code = format_html('<span class="on-paper">{}</span>', drawing)
        items = [
            (_("Warehouse"), obj.warehouse.name), (_("Made by"), obj.owner.label if obj.owner else f.DASH),
            (_("Made"), f.moment(obj.created_at, self.now)), (_("Done"), f.moment(obj.closed_at, self.now) if obj.closed_at else f.DASH),
            (_("Scan it at the packing table"), code),
        ]  # fmt: skip
        return [{"title": _("Wave"), "items": items}]

    def tables(self, obj: Wave) -> list[dict[str, Any]]:
        """The notes in their turn."""
        mixed = obj.kind == WaveKind.MIXED
        heads = [
            _("Slot") if mixed else _("Turn"),
            pgettext("dispatch", "Note"),
            _("Order"),
            _("Articles"),
            _("Pieces"),
            _("State"),
        ]
        columns = [{"label": label, "css": "num" if index in (0, 4) else ""} for index, label in enumerate(heads)]
        return [
            {
                "title": _("Notes"),
                "columns": columns,
                "rows": [self._row(row, mixed) for row in waves.slots_of(obj)],
            }
        ]

    @staticmethod
    def _row(row: waves.Slot, mixed: bool) -> dict[str, Any]:
        note = f.link_html(reverse("logistics:note", args=[row.note.pk]), row.note.number, "mono")
        order = f.link_html(reverse("orders:detail", args=[row.note.order_id]), row.note.order.number, "mono")
        word, tone = WORDS[row.state]
        if row.state == "stopped":
            word, tone = STATES[row.note.state]
        articles = ", ".join(f"{code} × {n}" for code, n in row.articles)
        cells = [
            ("num", row.slot if mixed else row.position), ("", note), ("", order), ("", articles),
            ("num", f"{row.have} / {row.want}"), ("", f.badge_html(word, tone)),
        ]  # fmt: skip
        return {"tds": f.tds_html(cells), "css": "dim" if row.state == "packed" else ""}

    def extra_steps(self, obj: Wave) -> list[dict[str, Any]]:
        """Onto the table with it."""
        if obj.closed_at:
            return []
        url = f"{reverse('logistics:station')}?wave={obj.number}"
        return [{"label": _("Pack this wave"), "url": url, "method": "get", "icon": "package"}]


class PhotoFile(Page):
    """A photo of a parcel."""

    permission = "logistics.view_parcel"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """The picture, for whoever may see the parcel's buyer: his address stands on the label."""
        row = photos.photo_for(self.actor, pk)
        if row is None or not self.actor.has_perm("orders.view_personal"):
            raise Http404
        try:
            source = private_storage().open(row.file)
        except FileNotFoundError:
            raise Http404 from None
        return FileResponse(source, filename=f"photo-{row.pk}.jpg", content_type="image/jpeg")
