"""Notes: list, page, pane."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from logistics.choices import NoteState, SignatureKind, SupplyRoute
from logistics.listings.dispatch import STATES
from logistics.listings.naming import service_name
from logistics.listings.order_steps import next_is_packing, next_of_note, to_the_table
from logistics.models import DispatchNote
from logistics.selectors import board, signing, station
from logistics.selectors import dispatch as selectors
from logistics.selectors.naming import signer_name
from logistics.views import customs_parts, documents, incident_parts


class NotesPage(ListPage):
    """The list of notes."""

    listing_name = "dispatch-notes"

    def head_actions(self) -> list[dict[str, Any]]:
        """The board, and the packing table for those who pack."""
        made = [{"label": _("Board"), "url": reverse("logistics:board"), "icon": "columns-3", "kind": "ghost"}]
        if self.actor.has_perm("logistics.pack_parcel"):
            made.append(
                {"label": _("Packing table"), "url": reverse("logistics:station"), "icon": "scan", "kind": "primary"}
            )
        return made

    def row_css(self, row: dict[str, Any]) -> str:
        """Withdrawn notes stand back."""
        return "dim" if row["state"] == NoteState.WITHDRAWN else ""


def badges(note: DispatchNote) -> list[dict[str, Any]]:
    """The state of a note."""
    label, tone = STATES[note.state]
    return [{"label": label, "tone": tone}]


def _name(sku: Any) -> str:
    """The article in the reader's language, else in the other."""
    names = (sku.name_zh, sku.name_en) if f.babel_locale().startswith("zh") else (sku.name_en, sku.name_zh)
    return next(filter(None, names), "")


class NotePage(DetailPage):
    """One note: facts, lines, signatures, next step."""

    listing_name = "dispatch-notes"
    title = _("Dispatch note")

    @cached_property
    def case(self) -> signing.Case:
        """The note as its signers see it."""
        return signing.cases([self.object], self.now)[self.object.pk]

    @cached_property
    def number_row(self) -> Any:
        """Its waybill number."""
        return selectors.live_numbers([self.object.pk]).get(self.object.pk)

    def badges(self, obj: DispatchNote) -> list[dict[str, Any]]:
        return badges(obj)

    def sub(self, obj: DispatchNote) -> list[Any]:
        order = f.link_html(reverse("orders:detail", args=[obj.order_id]), obj.order.number, "mono")
        name = obj.order.buyer_name if self.actor.has_perm(documents.PERSONAL) else ""
        return [order, f.buyer_html(name, obj.country), obj.store.name]

    def clock(self, obj: DispatchNote) -> dict[str, Any] | None:
        if obj.state in (NoteState.DRAFT, NoteState.SIGNED):
            return {"at": obj.due_at, "text": _("to be with the warehouse")} if obj.due_at else None
        if obj.state in board.WITH_WAREHOUSE and obj.pickup_at:
            return {"at": obj.pickup_at, "text": _("until the carrier's pick-up")}
        return None

    def alerts(self, obj: DispatchNote) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        if obj.order.intercept:
            text = gettext("The order is intercepted: %(why)s. The parcel is stopped at the next scan.") % {
                "why": obj.order.get_intercept_display()
            }
            made.append({"text": text, "tone": "rose"})
        if obj.state == NoteState.BLOCKED:
            who = obj.blocked_by.label if obj.blocked_by else ""
            made.append(
                {
                    "text": " · ".join(filter(None, [str(obj.get_block_reason_display()), obj.block_note, who])),
                    "tone": "rose",
                }
            )
        if obj.state not in selectors.OPEN_NOTES:
            return made
        made += incident_parts.of_note(obj, self.now)
        if self.case.sign.unmatched:
            made.append(
                {
                    "text": gettext("%(n)s lines are not matched yet: match them before signing.")
                    % {"n": self.case.sign.unmatched},
                    "tone": "rose",
                }
            )
        if self.case.short:
            made.append(
                {
                    "text": gettext("%(n)s pieces are missing in stock: packing waits for them.")
                    % {"n": sum(self.case.short.values())},
                    "tone": "lantern",
                }
            )
        if self.case.sign.address_changed:
            made.append(
                {"text": gettext("The address of the order changed since the note was drafted."), "tone": "rose"}
            )
        made += customs_parts.alerts(self.case)
        if self.case.facts["service_needs_look"]:
            text = gettext("The buyer paid for “%(method)s”; the note says %(service)s.")
            made.append(
                {
                    "text": text % {"method": obj.order.shipping_method, "service": service_name(obj.service) or "—"},
                    "tone": "amber",
                }
            )
        return made

    def facts(self, obj: DispatchNote) -> list[dict[str, Any]]:
        number = self.number_row
        shown = [f.mono_html(number.number)] if number else [gettext("none yet")]
        if number and not number.check_ok:
            shown.append(f.badge_html(gettext("check it"), "lantern"))
        address = selectors.addresses([obj.order_id]).get(obj.order_id)
        parts = selectors.address_parts(address, obj.order.country)
        told = ("recipient", "city", "state") if self.actor.has_perm(documents.PERSONAL) else ("city", "state")
        place = ", ".join(filter(None, (parts[name] for name in told)))
        clocks = [
            (_("To the warehouse by"), f.time_html(obj.due_at, self.now)),
            (_("Payment clock"), f.time_html(obj.order.target_at, self.now)),
            (_("Pick-up"), f.time_html(obj.pickup_at, self.now)),
            (_("Shop's latest dispatch"), f.time_html(obj.order.ship_by, self.now)),
        ]
        return [
            {
                "title": _("Delivery"),
                "items": [
                    (
                        _("Service"),
                        f"{service_name(obj.service)} · {obj.service.code}" if obj.service else _("choose one"),
                    ),
                    (_("Paid service"), obj.order.shipping_method or f.DASH),
                    (_("Waybill number"), f.joined_html(shown, " ")),
                    *self._parcel(),
                    (_("Supply"), SupplyRoute(obj.supply).label),
                    (_("Warehouse"), obj.warehouse.name),
                    {"label": _("Ship to"), "value": f.buyer_text_html(place), "wide": True},
                    {
                        "label": _("Papers"),
                        "value": documents.links_html(self.actor, obj.pk, documents.OF_NOTE),
                        "wide": True,
                    },
                ],
            },
            {"title": _("Clocks"), "items": clocks},
            {"title": _("Signatures"), "items": self._signatures()},
            {"title": _("Customs"), "items": customs_parts.facts(self.case, self.actor)},
        ]

    def _parcel(self) -> list[tuple[Any, Any]]:
        """The way to its parcel once it is packed."""
        if self.object.state not in (NoteState.PACKED, NoteState.CLOSED):
            return []
        found = selectors.parcel_of_note(self.object)
        return (
            [(_("Parcel"), f.link_html(reverse("logistics:parcel", args=[found.pk]), found.number, "mono"))]
            if found
            else []
        )

    def _signatures(self) -> list[tuple[Any, Any]]:
        living = selectors.signatures_of([self.object.pk]).get(self.object.pk, {})
        made = []
        for kind, label in SignatureKind.choices:
            held = living.get(kind)
            made.append(
                (label, f"{signer_name(held)} · {f.moment(held.at, self.now)}" if held else gettext("still to give"))
            )
        return made

    def tables(self, obj: DispatchNote) -> list[dict[str, Any]]:
        bins = station.stock_selectors.bins_of([line.sku_id for line in self.case.lines], obj.warehouse_id)
        cost = self.actor.has_perm("products.view_cost")
        columns = [
            {"label": _("Bin"), "css": ""},
            {"label": _("Article"), "css": ""},
            {"label": _("Name"), "css": ""},
            {"label": _("Pieces"), "css": "num"},
            {"label": _("Declared"), "css": "num"},
            *([{"label": _("Purchase price"), "css": "num"}] if cost else []),
            {"label": _("Wish"), "css": ""},
        ]
        rows = []
        for line in self.case.lines:
            lacks = self.case.short.get(line.sku_id, 0)
            pieces = (
                f.joined_html(
                    [str(line.quantity), f.badge_html(gettext("%(n)s missing") % {"n": lacks}, "lantern")], " "
                )
                if lacks
                else line.quantity
            )
            told = [
                line.wish,
                gettext("mix colours and styles") if line.assort else "",
                gettext("fragile") if line.fragile else "",
            ]
            price = (
                [("num", f.money(line.unit_cost, line.sku.cost_currency) if line.unit_cost is not None else f.DASH)]
                if cost
                else []
            )
            rows.append(
                {
                    "tds": f.tds_html(
                        [
                            ("", bins[line.sku_id][1] if line.sku_id in bins else f.DASH),
                            ("mono", line.sku.code),
                            (
                                "",
                                f.buyer_text_html(" ".join(filter(None, [_name(line.sku), line.sku.variant]))),
                            ),
                            ("num", pieces),
                            ("num", f.money(line.value, obj.declared_currency)),
                            *price,
                            ("wish", f.buyer_text_html(" · ".join(filter(None, told))) if any(told) else ""),
                        ]
                    )
                }
            )
        return [{"title": pgettext("order", "Articles"), "columns": columns, "rows": rows}]

    def first_step(self, obj: DispatchNote) -> str:
        return next_of_note(obj, numbered=self.number_row is not None)

    def extra_steps(self, obj: DispatchNote) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        if next_is_packing(obj, numbered=self.number_row is not None) and self.actor.has_perm("logistics.pack_parcel"):
            made.append(to_the_table(obj))
        editable = obj.state in (NoteState.DRAFT, NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED)
        if editable and self.actor.has_perm("logistics.change_note"):
            made.append(
                {
                    "label": _("Change"),
                    "url": reverse("logistics:note-edit", args=[obj.pk]),
                    "method": "get",
                    "icon": "edit",
                    "plain": obj.state != NoteState.DRAFT,  # it voids signatures: Enter never leads there
                }
            )
            if obj.state in (NoteState.RELEASED, NoteState.BLOCKED) and self.case.short:
                made.append(
                    {
                        "label": _("Goods are missing"),
                        "url": reverse("logistics:note-ask", args=[obj.pk]),
                        "method": "dialog",
                        "icon": "hourglass",
                    }
                )
                made.append(
                    {
                        "label": _("Reserve a number"),
                        "url": reverse("logistics:note-reserve", args=[obj.pk]),
                        "method": "post",
                        "icon": "barcode",
                        "confirm": gettext("The shop is told nothing. It alarms until the goods are handed over."),
                    }
                )
        return made


class NotePane(NotePage):
    """The note beside the list of Today: what to decide, and the buttons."""

    template_name = "core/_subject.html"

    def context(self) -> dict[str, Any]:
        obj = self.object
        facts = self.facts(obj)
        return {
            "subject": {
                "url": reverse("logistics:note", args=[obj.pk]),
                "title": f"{gettext('Dispatch note')} {obj.number}",
                "badges": self.badges(obj),
                "sub": self.sub(obj),
                "here_url": reverse("core:here", args=[self.listing_name, obj.pk]),
                "clock": self.clock(obj),
                "alerts": self.alerts(obj),
                "tables": self.tables(obj),
                "steps": self.steps(obj)[:5],
                "facts": facts[0]["items"][:4] + facts[2]["items"],
                "thread": None,
                "reply": None,
                "panels": [],
                "timeline": None,
            }
        }
