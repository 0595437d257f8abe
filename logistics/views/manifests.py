"""Hand-over lists: all of them, one with its parcels, and its paper."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core import format as f
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from logistics import documents
from logistics.listings.naming import service_name
from logistics.models import Manifest, Parcel
from logistics.selectors import manifests as selectors
from logistics.selectors.naming import carrier_said

#: So many parcels stand on the page of a list; the paper and the export have all.
SHOWN = 300


class ManifestsPage(ListPage):
    """All lists."""

    listing_name = "manifests"

    def head_actions(self) -> list[dict[str, Any]]:
        """The table where parcels are handed over."""
        if not self.actor.has_perm("logistics.hand_over_parcel"):
            return []
        return [{"label": _("Hand over"), "url": reverse("logistics:hand-over"), "icon": "truck-delivery"}]


class ManifestPage(DetailPage):
    """One list: count, signature, parcels."""

    listing_name, title = "manifests", _("Hand-over list")

    def badges(self, obj: Manifest) -> list[dict[str, Any]]:
        """Signed or not."""
        if obj.signed_at is None:
            return [{"label": _("not signed"), "tone": "amber"}]
        return [{"label": _("signed"), "tone": "leaf"}]

    def sub(self, obj: Manifest) -> list[Any]:
        """Carrier, day, warehouse."""
        return [carrier_said(obj.carrier) or f.DASH, f.day(obj.day), obj.warehouse.name]

    def alerts(self, obj: Manifest) -> list[dict[str, Any]]:
        """A count that differs; numbers that are not online."""
        made: list[dict[str, Any]] = []
        if obj.counted is not None and obj.counted != obj.count:  # type: ignore[attr-defined]
            text = _("The carrier counted %(counted)s of %(n)s parcels: %(why)s")
            given = {"counted": obj.counted, "n": obj.count, "why": obj.remark}  # type: ignore[attr-defined]
            made.append({"text": text % given, "tone": "rose"})
        if obj.untold:  # type: ignore[attr-defined]
            text = _("%(n)s parcels of this list have no number online yet.")
            made.append({"text": text % {"n": obj.untold}, "tone": "amber"})  # type: ignore[attr-defined]
        return made

    def extra_steps(self, obj: Manifest) -> list[dict[str, Any]]:
        """The paper."""
        url = reverse("logistics:manifest-paper", args=[obj.pk])
        return [{"label": _("Print the list"), "url": url, "method": "get", "icon": "printer"}]

    def facts(self, obj: Manifest) -> list[dict[str, Any]]:
        """Count and weight; the signature."""
        took: list[Any] = [
            (_("Parcels"), f.number(obj.count)),  # type: ignore[attr-defined]
            (_("Weight"), f.weight(obj.weight_g or 0) or f.DASH),  # type: ignore[attr-defined]
            (_("Begun"), f.moment(obj.opened_at)),
        ]
        signed: list[Any] = [(_("Taken over by"), obj.taken_by or f.DASH)]
        if obj.signed_at is not None:
            signed += [
                (_("Signed"), f.moment(obj.signed_at)), (_("Parcels counted"), f.number(obj.counted or 0)),
                (_("Recorded by"), obj.signed_label), {"label": _("Remark"), "value": obj.remark or f.DASH, "wide": True},
            ]  # fmt: skip
        return [{"title": pgettext("hand-over", "The list"), "items": took}, {"title": _("Signature"), "items": signed}]

    def tables(self, obj: Manifest) -> list[dict[str, Any]]:
        """The parcels in the order in which they left."""
        parcels = selectors.parcels_on(obj)
        names = (
            _("Waybill number"),
            _("Parcel"),
            _("Order"),
            _("Country"),
            _("Service"),
            _("Weight"),
            _("Number online"),
        )
        columns = [{"label": name, "css": "num" if n == 5 else ""} for n, name in enumerate(names)]
        rows = [{"tds": f.tds_html(self._cells(parcel))} for parcel in parcels[:SHOWN]]
        more = len(parcels) - SHOWN
        note = _("The first %(n)s; the paper has all.") % {"n": SHOWN} if more > 0 else ""
        return [{"title": _("Parcels"), "columns": columns, "rows": rows, "note": note}]

    @staticmethod
    def _cells(parcel: Parcel) -> list[tuple[str, Any]]:
        online = f.moment(parcel.declared_at) if parcel.declared_at else f.badge_html(str(_("not yet")), "lantern")
        return [
            ("mono", f.link_html(reverse("logistics:parcel", args=[parcel.pk]), parcel.tracking_number)), ("mono", parcel.number),
            ("mono", f.link_html(reverse("orders:detail", args=[parcel.order_id]), parcel.order.number)),
            ("", f.country_html(parcel.country)), ("", service_name(parcel.service) or f.DASH),
            ("num", f.weight(parcel.weight_g) if parcel.weight_g else f.DASH), ("", online),
        ]  # fmt: skip


class ManifestPaper(Page):
    """The list as a paper to be signed."""

    permission = "logistics.hand_over_parcel"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The PDF."""
        row = selectors.manifests_for(self.actor).select_related("warehouse", "signed_by").filter(pk=pk).first()
        if row is None:
            raise Http404
        parcels = selectors.parcels_on(row)
        by = row.signed_label or self.actor.label
        record = documents.hand_over_record(parcels, actor_label=by, now=row.signed_at or self.now, manifest=row)
        return HttpResponse(documents.render_hand_over(record), content_type="application/pdf")
