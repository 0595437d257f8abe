"""Board, notes, what a person does with one of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from logistics.choices import NoteState, SignatureKind, SupplyRoute, Work
from logistics.forms.dispatch import AskForm, EditForm, LineForm
from logistics.listings.dispatch import STATES
from logistics.models import DispatchNote, Parcel
from logistics.selectors import board, signing, station
from logistics.selectors import dispatch as selectors
from logistics.services import dispatch, shipping

#: Columns of the board with what is done there, in the order of the work.
LANES = (Work.TO_SIGN, Work.TO_BUY, Work.TO_NUMBER, Work.TO_PRINT, Work.TO_PACK, Work.BLOCKED, Work.PACKED)
TONES = {
    Work.TO_SIGN: "amber", Work.TO_BUY: "lantern", Work.TO_NUMBER: "sea", Work.TO_PRINT: "sea", Work.TO_PACK: "indigo",
    Work.BLOCKED: "rose", Work.PACKED: "leaf",
}  # fmt: skip
FIRST = 8


class BoardPage(Page):
    """Every open note in its column, with the three clocks."""

    permission = "logistics.view_note"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The board."""
        found = board.counts(self.actor, self.now)
        lanes = [
            {
                "name": work.value, "label": work.label, "tone": TONES[work], "count": found[work.value],
                "url": f"{reverse('logistics:notes')}?view={work.value}",
                "notes": [self._card(note) for note in board.first_of(work.value, FIRST)] if found[work.value] else [],
                "more": max(found[work.value] - FIRST, 0),
            }
            for work in LANES
        ]  # fmt: skip
        context = {
            "title": _("Dispatch"), "lanes": lanes, "late": found[Work.LATE.value], "late_url": f"{reverse('logistics:notes')}?view=late",
            "clocks": self._clocks(), "today": board.handed_over_today(self.now, self.request.user.time_zone),
            "head_actions": self._buttons(), "open": sum(lane["count"] for lane in lanes),
        }  # fmt: skip
        return self.render("logistics/board.html", context)

    def _card(self, note: DispatchNote) -> dict[str, Any]:
        return {
            "url": reverse("logistics:note", args=[note.pk]), "number": note.number, "order": note.order.number,
            "country": note.country, "service": note.service.code if note.service else "", "due": note.due_at,
            "hard": note.order.ship_by, "block": note.get_block_reason_display() if note.block_reason else "",
        }  # fmt: skip

    def _clocks(self) -> list[dict[str, Any]]:
        names = {"target": _("Payment clock"), "pickup": _("Pick-up"), "ship_by": _("Shop's latest dispatch")}
        found = board.clocks(self.now)
        return [{"label": label, **found[name], "hard": name == "ship_by"} for name, label in names.items()]

    def _buttons(self) -> list[dict[str, Any]]:
        offered = [
            ("logistics:notes", _("All notes"), "list", "logistics.view_note", "ghost"),
            ("logistics:hand-over", _("Hand over"), "truck-delivery", "logistics.hand_over_parcel", "default"),
            ("logistics:station", _("Packing table"), "scan", "logistics.pack_parcel", "primary"),
        ]
        return [{"label": label, "url": reverse(name), "icon": icon, "kind": kind}
                for name, label, icon, permission, kind in offered if self.actor.has_perm(permission)]  # fmt: skip


class NotesPage(ListPage):
    """The list of notes."""

    listing_name = "dispatch-notes"

    def head_actions(self) -> list[dict[str, Any]]:
        """The board, and the packing table for those who pack."""
        made = [{"label": _("Board"), "url": reverse("logistics:board"), "icon": "columns-3", "kind": "ghost"}]
        if self.actor.has_perm("logistics.pack_parcel"):
            made.append({"label": _("Packing table"), "url": reverse("logistics:station"), "icon": "scan", "kind": "primary"})
        return made

    def row_css(self, row: dict[str, Any]) -> str:
        """Withdrawn notes stand back."""
        return "dim" if row["state"] == NoteState.WITHDRAWN else ""


def badges(note: DispatchNote) -> list[dict[str, Any]]:
    """The state of a note."""
    label, tone = STATES[note.state]
    return [{"label": label, "tone": tone}]


def finding_text(code: str, fields: dict[str, str]) -> str:
    """A remark of the customs rule in words."""
    texts = {
        "GIFT_FOR_SALE": _now("The content type must be sale of goods."),
        "DECL_ZERO": _now("%(article)s is declared with nothing: enter its real value."),
        "DECL_BELOW_PAID": _now("%(article)s is declared below the price paid."),
        "DESC_MISSING": _now("%(article)s has no customs text."),
        "DESC_STOPWORD": _now("“%(text)s” says nothing to customs (%(article)s)."),
        "DESC_SHORT": _now("The customs text of %(article)s needs three English words: “%(text)s”."),
        "HS_MISSING": _now("%(article)s has no HS code."),
        "NO_ORIGIN": _now("%(article)s has no country of origin."),
        "NO_WEIGHT": _now("The weight of %(article)s is not known."),
    }
    return texts.get(code, code) % fields


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
        return [order, f.buyer_html(obj.order.buyer_name, obj.country), obj.store.name]

    def clock(self, obj: DispatchNote) -> dict[str, Any] | None:
        if obj.state in (NoteState.DRAFT, NoteState.SIGNED):
            return {"at": obj.due_at, "text": _("to be with the warehouse")} if obj.due_at else None
        if obj.state in board.WITH_WAREHOUSE and obj.pickup_at:
            return {"at": obj.pickup_at, "text": _("until the carrier's pick-up")}
        return None

    def alerts(self, obj: DispatchNote) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        if obj.order.intercept:
            text = _now("The order is intercepted: %(why)s. The parcel is stopped at the next scan.") % {"why": obj.order.get_intercept_display()}
            made.append({"text": text, "tone": "rose"})
        if obj.state == NoteState.BLOCKED:
            who = obj.blocked_by.label if obj.blocked_by else ""
            made.append({"text": " · ".join(filter(None, [str(obj.get_block_reason_display()), obj.block_note, who])), "tone": "rose"})
        if obj.state not in selectors.OPEN_NOTES:
            return made
        if self.case.sign.unmatched:
            made.append({"text": _now("%(n)s lines are not matched yet: match them before signing.") % {"n": self.case.sign.unmatched}, "tone": "rose"})
        if self.case.short:
            made.append({"text": _now("%(n)s pieces are missing in stock: packing waits for them.") % {"n": sum(self.case.short.values())}, "tone": "lantern"})
        if self.case.sign.address_changed:
            made.append({"text": _now("The address of the order changed since the note was drafted."), "tone": "rose"})
        if self.case.facts["service_needs_look"]:
            text = _now("The buyer paid for “%(method)s”; the note says %(service)s.")
            made.append({"text": text % {"method": obj.order.shipping_method, "service": self.case.sign.service or "—"}, "tone": "amber"})
        return made

    def facts(self, obj: DispatchNote) -> list[dict[str, Any]]:
        number = self.number_row
        shown = [f.mono_html(number.number)] if number else [_now("none yet")]
        if number and not number.check_ok:
            shown.append(f.badge_html(_now("check it"), "lantern"))
        address = selectors.addresses([obj.order_id]).get(obj.order_id)
        personal = self.actor.has_perm("orders.view_personal")
        parts = selectors.address_parts(address, obj.order.country)
        place = ", ".join(filter(None, (parts[n] for n in ("recipient", "line1", "line2", "city", "state", "postcode")))) if personal else "•••"
        clocks = [
            (_("To the warehouse by"), f.time_html(obj.due_at, self.now)), (_("Payment clock"), f.time_html(obj.order.target_at, self.now)),
            (_("Pick-up"), f.time_html(obj.pickup_at, self.now)), (_("Shop's latest dispatch"), f.time_html(obj.order.ship_by, self.now)),
        ]  # fmt: skip
        return [
            {"title": _("Delivery"), "items": [
                (_("Service"), f"{obj.service.code} · {obj.service.name_en}" if obj.service else _("choose one")),
                (_("Paid service"), obj.order.shipping_method or f.DASH), (_("Waybill number"), f.joined_html(shown, " ")),
                (_("Supply"), SupplyRoute(obj.supply).label), (_("Warehouse"), obj.warehouse.name),
                {"label": _("Ship to"), "value": f.buyer_text_html(place), "wide": True},
            ]},
            {"title": _("Clocks"), "items": clocks},
            {"title": _("Signatures"), "items": self._signatures()},
            {"title": _("Customs"), "items": self._customs(obj)},
        ]  # fmt: skip

    def _signatures(self) -> list[tuple[Any, Any]]:
        living = selectors.signatures_of([self.object.pk]).get(self.object.pk, {})
        made = []
        for kind, label in SignatureKind.choices:
            held = living.get(kind)
            made.append((label, f"{held.label} · {f.moment(held.at, self.now)}" if held else _now("still to give")))
        return made

    def _customs(self, obj: DispatchNote) -> list[tuple[Any, Any]]:
        tones = {"block": "rose", "review": "amber", "info": "neutral"}
        words = {"block": _now("must be mended"), "review": _now("look at it"), "info": _now("to know")}
        rows: list[tuple[Any, Any]] = [(_("Declared value"), f.money(obj.declared_value, obj.declared_currency)), (_("Content"), _now("Sale of goods"))]
        for finding in self.case.findings[:12]:
            mark = f.badge_html(words[finding.level], tones[finding.level])
            rows.append((mark, finding_text(finding.code, dict(finding.fields))))
        return rows

    def tables(self, obj: DispatchNote) -> list[dict[str, Any]]:
        bins = station.stock_selectors.bins_of([line.sku_id for line in self.case.lines], obj.warehouse_id)
        cost = self.actor.has_perm("products.view_cost")
        columns = [
            {"label": _("Bin"), "css": ""}, {"label": _("Article"), "css": ""}, {"label": _("Name"), "css": ""}, {"label": _("Pieces"), "css": "num"},
            {"label": _("Declared"), "css": "num"}, *([{"label": _("Purchase price"), "css": "num"}] if cost else []), {"label": _("Wish"), "css": ""},
        ]  # fmt: skip
        rows = []
        for line in self.case.lines:
            lacks = self.case.short.get(line.sku_id, 0)
            pieces = f.joined_html([str(line.quantity), f.badge_html(_now("%(n)s missing") % {"n": lacks}, "lantern")], " ") if lacks else line.quantity
            told = [line.wish, _now("mix colours and styles") if line.assort else "", _now("fragile") if line.fragile else ""]
            price = [("num", f.money(line.unit_cost, line.sku.cost_currency) if line.unit_cost is not None else f.DASH)] if cost else []
            rows.append({"tds": f.tds_html([
                ("", bins[line.sku_id][1] if line.sku_id in bins else f.DASH), ("mono", line.sku.code),
                ("", f.buyer_text_html(" ".join(filter(None, [line.sku.name_zh or line.sku.name_en, line.sku.variant])))), ("num", pieces),
                ("num", f.money(line.value, obj.declared_currency)), *price, ("wish", f.buyer_text_html(" · ".join(filter(None, told)))),
            ])})  # fmt: skip
        return [{"title": _("Articles"), "columns": columns, "rows": rows}]

    def first_step(self, obj: DispatchNote) -> str:
        if obj.state == NoteState.DRAFT:
            return "sign"
        if obj.state == NoteState.SIGNED:
            return "release"
        if obj.state == NoteState.BLOCKED:
            return "unblock"
        if obj.state == NoteState.RELEASED:
            return "number" if self.number_row is None else "print"
        return ""

    def extra_steps(self, obj: DispatchNote) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        editable = obj.state in (NoteState.DRAFT, NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED)
        if editable and self.actor.has_perm("logistics.change_note"):
            made.append({"label": _("Change"), "url": reverse("logistics:note-edit", args=[obj.pk]), "method": "get", "icon": "edit"})
            if obj.state in (NoteState.RELEASED, NoteState.BLOCKED) and self.case.short:
                made.append({"label": _("Goods are missing"), "url": reverse("logistics:note-ask", args=[obj.pk]), "method": "dialog", "icon": "hourglass"})
                made.append({
                    "label": _("Reserve a number"), "url": reverse("logistics:note-reserve", args=[obj.pk]), "method": "post", "icon": "barcode",
                    "confirm": _now("The shop is told nothing. It alarms until the goods are handed over."),
                })  # fmt: skip
        return made


class NotePane(NotePage):
    """The note beside the list of Today: what to decide, and the buttons."""

    template_name = "core/_subject.html"

    def context(self) -> dict[str, Any]:
        obj = self.object
        facts = self.facts(obj)
        return {"subject": {
            "url": reverse("logistics:note", args=[obj.pk]), "title": f"{_now('Dispatch note')} {obj.number}", "badges": self.badges(obj),
            "sub": self.sub(obj), "clock": self.clock(obj), "alerts": self.alerts(obj), "tables": self.tables(obj), "steps": self.steps(obj)[:5],
            "facts": facts[0]["items"][:4] + facts[2]["items"], "thread": None, "reply": None, "panels": [], "timeline": None,
        }}  # fmt: skip


class NoteForm(FormPage):
    """What pages about one note share."""

    permission = "logistics.change_note"

    @cached_property
    def note(self) -> DispatchNote:
        """The note, of the person's stores."""
        found = selectors.notes_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def back_url(self) -> str:
        return reverse("logistics:note", args=[self.note.pk])


class NoteEdit(NoteForm):
    """Change service, supply, address, and the lines."""

    form_class, title, submit_label = EditForm, _("Change the note"), _("Change; signatures are void")

    def initial(self) -> dict[str, Any]:
        """What the note says now."""
        return {"service": self.note.service.code if self.note.service else "", "supply": self.note.supply}

    @cached_property
    def line_forms(self) -> list[dict[str, Any]]:
        """One small form for each line."""
        made = []
        for line in signing.lines_of([self.note.pk]).get(self.note.pk, []):
            given = {"wish": line.wish, "unit_cost": line.unit_cost, "value": f"{line.value:.2f}"}
            data = self.request.POST if self.request.method == "POST" else None
            made.append({"line": line, "form": LineForm(data, initial=given, prefix=f"line{line.pk}")})
        return made

    def extra(self) -> dict[str, Any]:
        """The line forms."""
        return {
            "lines": self.line_forms, "consequence": _("Both signatures must be given again."), "note": self.note,
            "may_review": self.actor.has_perm("logistics.review_customs"),
            "crumbs": [{"label": _("Dispatch notes"), "url": reverse("logistics:notes")}, {"label": self.note.number, "url": self.back_url()}],
        }  # fmt: skip

    template_name = "logistics/note_edit.html"

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Change it."""
        changes = []
        for row in self.line_forms:
            if not row["form"].is_valid():
                return self.answer(self.form_class(self.request.POST, initial=self.initial()), 422)
            line, got = row["line"], row["form"].cleaned_data
            value = got["value"] if got["value"] is not None and got["value"] != line.value.quantize(got["value"]) else None
            changes.append(dispatch.LineChange(line.pk, wish=got["wish"], unit_cost=got["unit_cost"], value=value))
        changed = dispatch.edit(
            note=self.note, actor=self.actor, now=self.now, service=data["service"], supply=data["supply"], lines=changes,
            take_address=data["take_address"],
        )  # fmt: skip
        return self.go(self.back_url(), _("Changed. Both signatures must be given again.") if changed else _("Nothing was different."))


class NoteAsk(NoteForm):
    """Ask the buyer for a longer handling time, or offer a substitute."""

    form_class, title, submit_label = AskForm, _("Goods are missing"), _("Draft the message")
    text = _("The buyer is asked; nothing is told to the shop. Cancelling is on the page of the order.")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Draft the text."""
        dispatch.ask_buyer(note=self.note, new_date=data["new_date"], substitute=data["substitute"], actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("The message waits as a draft: read it and send it."))


class NoteReserve(Page):
    """Reserve a number for goods that are not there."""

    permission = "logistics.change_note"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Reserve it."""
        note = selectors.notes_for(self.actor).filter(pk=pk).first()
        if note is None:
            raise Http404
        dispatch.reserve_number(note=note, actor=self.actor, now=self.now)
        return self.go(reverse("logistics:note", args=[pk]), _("Number reserved, goods not handed over: it alarms until they are."))


class DeclarePage(Page):
    """Enter a number in a shop by hand: what to copy, where, and the confirmation."""

    permission = "logistics.view_parcel"
    pane = False

    @cached_property
    def parcel(self) -> Parcel:
        """The parcel."""
        rows = Parcel.objects.select_related("order", "store", "service").filter(pk=self.kwargs["pk"])
        found = rows.first()
        if found is None:
            raise Http404
        return found

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What to copy."""
        context = {"subject": self._subject(), "copies": self._copies()}
        return self.render("logistics/_declare.html" if self.pane or self.is_partial() else "logistics/declare.html", context)

    def _copies(self) -> list[dict[str, Any]]:
        parcel = self.parcel
        fields = [
            (_("Order"), parcel.order.number), (_("Waybill number"), parcel.tracking_number),
            (_("Carrier"), parcel.service.carrier if parcel.service else ""), (_("Service"), parcel.service.name_en if parcel.service else ""),
            (_("Tracking page"), shipping.tracking_link(parcel)),
        ]  # fmt: skip
        return [{"label": label, "value": value} for label, value in fields if value]

    def _subject(self) -> dict[str, Any]:
        parcel = self.parcel
        done = parcel.declared_at is not None
        steps = [] if done else [
            {"label": _("I entered it"), "url": reverse("logistics:declare", args=[parcel.pk]), "method": "post", "icon": "check"},
            {"label": _("Open the parcel"), "url": reverse("logistics:parcel", args=[parcel.pk]), "method": "get"},
        ]  # fmt: skip
        return {
            "url": reverse("logistics:declare", args=[parcel.pk]), "title": _now("Mark as shipped in %(store)s") % {"store": parcel.store.name},
            "badges": [{"label": _("Entered"), "tone": "leaf"}] if done else [{"label": _("Not marked as shipped"), "tone": "lantern"}],
            "sub": [f.mono_html(parcel.order.number), f.country_html(parcel.country)], "steps": steps, "alerts": [], "clock": None, "tables": [],
            "facts": [], "thread": None, "reply": None, "panels": [], "timeline": None,
        }  # fmt: skip

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm."""
        shipping.confirm_declared(parcel=self.parcel, actor=self.actor, now=self.now)
        return self.go(self.next_url(reverse("worklist:today")), _("Marked as shipped."))
