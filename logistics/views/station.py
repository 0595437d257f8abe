"""The packing table and the hand-over table: one scan field, large words, every answer says what to do."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.pages import Page
from logistics import documents
from logistics.choices import NoteState
from logistics.models import DispatchNote, Parcel
from logistics.rules import packing as rules
from logistics.selectors import board, station
from logistics.selectors import dispatch as selectors
from logistics.services import packing, shipping

NOTE, LAST = "packing_note", "handed_over"


class StationPage(Page):
    """The packing table."""

    permission = "logistics.pack_parcel"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The table with what lies on it."""
        note = self.note()
        context = {
            "title": _("Packing table"), "scan_url": reverse("logistics:station-scan"), "photo_url": "",
            "back": {"label": _("Board"), "url": reverse("logistics:board")}, "station": draw(note, None, self),
            "head_actions": [{"label": _("Hand over"), "url": reverse("logistics:hand-over"), "icon": "truck-delivery", "kind": "ghost"}],
        }  # fmt: skip
        return self.render("core/station.html", context)

    def note(self) -> DispatchNote | None:
        """The note on the table of this browser."""
        pk = self.request.session.get(NOTE)
        return selectors.notes_for(self.actor).filter(pk=pk).first() if pk else None


class StationScan(StationPage):
    """One scan."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Without scripts the form comes back here: the table."""
        return self.go(reverse("logistics:station"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer it."""
        key = request.headers.get("Idempotency-Key") or request.POST.get("key") or uuid.uuid4().hex
        answer = packing.scan(
            code=request.POST.get("code", "")[:200], key=key, actor=self.actor, now=self.now, note_id=request.session.get(NOTE)
        )
        if not answer.repeated:
            request.session[NOTE] = answer.note_id
        if not self.is_partial():
            return self.go(reverse("logistics:station"), answer.sentence)
        return self.render("core/_station.html", {"station": draw(self.note(), answer, self)}, 200 if answer.ok else 409)


def draw(note: DispatchNote | None, answer: packing.Scanned | None, page: Page) -> dict[str, Any]:
    """The state of the table as core/_station.html shows it."""
    said = {"result": answer.result if answer else "", "say": answer.sentence if answer else ""}
    if note is None:
        empty = {"title": _("Scan a dispatch note"), "text": _("Its barcode stands at the top right of the sheet."), "icon": "scan"}
        return {**said, "prompt": _now("Scan a dispatch note …"), "reference": "", "groups": [], "empty": empty}
    table = station.table(note, page.now)
    done = note.state == NoteState.PACKED
    return {
        **said, "prompt": _now("Scan the next dispatch note …") if done else prompt(table), "reference": note.number,
        "groups": [{"title": "", "lines": [_line(table, row, answer, done) for row in table.rows]}],
        "weight": _weight(table), "checks": [] if done else _checks(table), "facts": _facts(table), "boxes": [_declaration(table)],
        "steps": _steps(table, done, page),
    }  # fmt: skip


def prompt(table: station.Table) -> str:
    """What to scan next."""
    step = table.step
    if step.startswith("check:"):
        return _now("Confirm: %(check)s (scan OK)") % {"check": documents.check_words()[step.removeprefix("check:")]}
    return {
        "item": _now("Scan an article …"), "weight": _now("Weigh, or type the weight: 128 g"),
        "label": _now("Seal and scan the label …"), "done": _now("Scan the next dispatch note …"),
    }[step]  # fmt: skip


def _line(table: station.Table, row: Any, answer: packing.Scanned | None, done: bool) -> dict[str, Any]:
    have = row.quantity if done else table.session.counts.get(row.pk, 0)
    touched = answer is not None and answer.fields.get("line") == row.pk
    css = "over" if touched and answer and not answer.ok else "last" if touched else "ok" if have >= row.quantity else ""
    names = (row.sku.name_zh, row.sku.name_en) if f.babel_locale().startswith("zh") else (row.sku.name_en, row.sku.name_zh)
    wish = " · ".join(filter(None, [row.wish, _now("mix colours and styles") if row.assort else "", _now("fragile") if row.fragile else ""]))
    return {
        "picture": row.sku.image_url, "title": next((n for n in names if n), row.sku.code), "variant": row.sku.variant, "code": row.sku.code,
        "bin": table.bins.get(row.sku_id, ""), "wish": _now("Wish: %(wish)s") % {"wish": wish} if wish else "", "note": "", "have": have,
        "want": row.quantity, "css": css,
    }  # fmt: skip


def _weight(table: station.Table) -> dict[str, Any]:
    hint = table.hint
    expected = f"{hint.expected} g ± {hint.tolerance}" if hint.expected is not None else ""
    return {"value": f.weight(table.session.weight_g) if table.session.weight_g else "— g", "expected": expected, "warn": _off(table),
            "input": table.note.state == NoteState.RELEASED, "grams": table.session.weight_g or ""}  # fmt: skip


def _off(table: station.Table) -> str:
    hint = table.hint
    if not table.session.weight_g or not hint.off:
        return ""
    grams = abs(hint.difference)
    line = next((line for line in table.lines if line.id == hint.line), None)
    if line is None:
        return (_now("%(g)s g too light") if hint.difference < 0 else _now("%(g)s g too heavy")) % {"g": grams}
    text = _now("%(g)s g too light: just %(n)s of %(article)s") if hint.difference < 0 else _now("%(g)s g too heavy: just %(n)s of %(article)s")
    return text % {"g": grams, "n": hint.pieces, "article": line.name or line.code}


def _checks(table: station.Table) -> list[dict[str, Any]]:
    words, still = documents.check_words(), rules.open_checks(table.lines, table.session)
    made = []
    for name in rules.required_checks(table.lines):
        label = words[name]
        if name == rules.ADDRESS:
            label = f"{label}: {table.address['recipient']}, {table.address['city']} {table.note.country}"
        made.append({"code": f"check:{name}", "label": label, "checked": name not in still})
    return made


def _facts(table: station.Table) -> list[tuple[Any, Any]]:
    note = table.note
    return [(_("Service"), note.service.code if note.service else f.DASH), (_("Label"), f.mono_html(table.label) if table.label else _now("none yet")),
            (_("Order"), f.mono_html(note.order.number))]  # fmt: skip


def _declaration(table: station.Table) -> dict[str, Any]:
    lines = []
    for row in table.rows:
        code = f" · HS {row.sku.hs_code}" if row.sku.hs_code else ""
        text = row.sku.customs_text or _now("(no customs text)")
        lines.append(f"{row.quantity} × {text}{code} · {f.money(row.value, table.note.declared_currency)}")
    total = f"{f.money(table.note.declared_value, table.note.declared_currency)} · {_now('Sale of goods')}"
    return {"title": _("Declared"), "lines": lines, "total": total}


def _steps(table: station.Table, done: bool, page: Page) -> list[dict[str, Any]]:
    undo = {"label": _("Undo the last scan"), "code": "undo", "icon": "arrow-back-up"}
    if done:
        return [undo]
    missing, checks = rules.missing(table.lines, table.session), len(rules.open_checks(table.lines, table.session))
    lacks = []
    if missing:
        lacks.append(_now("%(n)s pieces missing") % {"n": missing})
    if checks:
        lacks.append(_now("%(n)s checks open") % {"n": checks})
    if table.must_weigh and not table.session.weight_g:
        lacks.append(_now("not weighed"))
    first: dict[str, Any] = {"label": _now("Seal and scan the label"), "disabled": ", ".join(lacks) or _now("Scan the label of this parcel."), "code": "-"}
    if not missing and checks:
        first = {"label": _now("Confirm: %(check)s") % {"check": documents.check_words()[rules.open_checks(table.lines, table.session)[0]]}, "code": "ok"}
    block = {"label": _("Report a problem"), "url": reverse("core:act", args=["dispatch-notes", table.note.pk, "block"]), "method": "dialog", "icon": "alert-triangle"}
    leave = {"label": _("Lay it aside"), "code": "leave", "icon": "inbox"}
    return [first, undo, leave, *([block] if page.actor.has_perm("logistics.block_note") else [])]


# --- the hand-over table ------------------------------------------------------------------------------------------


class HandOverPage(Page):
    """Sealed parcels by carrier: scan them onto the counter, hand them over, print the list to be signed."""

    permission = "logistics.hand_over_parcel"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The table."""
        context = {
            "title": _("Hand over"), "scan_url": reverse("logistics:hand-over-scan"), "photo_url": "",
            "back": {"label": _("Board"), "url": reverse("logistics:board")}, "station": self.drawn("", ""), "head_actions": self.buttons(),
        }  # fmt: skip
        return self.render("core/station.html", context)

    def buttons(self) -> list[dict[str, Any]]:
        """The list of what was handed over last."""
        if not self.request.session.get(LAST):
            return []
        return [{"label": _("Print the hand-over list"), "url": reverse("logistics:hand-over-sheet"), "icon": "printer", "kind": "default"}]

    def drawn(self, result: str, say: str) -> dict[str, Any]:
        """The state of the counter."""
        counter = station.parcels_on_counter(self.actor.user_id)
        here = {parcel.pk for parcel in counter}
        groups, lines = [], [self._line(parcel, "ok") for parcel in counter]
        if lines:
            groups.append({"title": "", "lines": lines})
        waiting = board.packed_by_carrier()
        empty = {"title": _("Scan the labels of sealed parcels"), "text": _("Each scan asks again whether the parcel may leave."), "icon": "truck-delivery"}
        steps: list[dict[str, Any]] = []
        if counter:
            steps.append({"label": _now("Hand over %(n)s parcels") % {"n": len(counter)}, "code": "hand-over", "icon": "truck-delivery"})
            steps.append({"label": _("Take the last one off"), "code": "undo", "icon": "arrow-back-up"})
        if waiting and len(here) < sum(row["n"] for row in waiting):
            steps += [{"label": _now("All of %(service)s (%(n)s)") % {"service": row["code"], "n": row["n"]}, "code": f"all:{row['code']}"} for row in waiting[:6]]
        return {
            "result": result, "say": say, "prompt": _now("Scan a label …"), "reference": str(len(counter)) if counter else "", "groups": groups,
            "empty": empty, "steps": steps,
            "boxes": [{"title": _("Sealed, waiting for their carrier"), "lines": [f"{row['carrier']} · {row['code']}: {row['n']}" for row in waiting],
                       "total": _now("Together: %(n)s") % {"n": sum(row["n"] for row in waiting)}}],
        }  # fmt: skip

    def _line(self, parcel: Parcel, css: str) -> dict[str, Any]:
        return {
            "picture": "", "title": parcel.tracking_number, "variant": parcel.country, "code": parcel.number, "bin": "", "wish": "",
            "note": f"{parcel.service.code if parcel.service else ''} · {f.weight(parcel.weight_g) if parcel.weight_g else ''}", "have": 1, "want": 1,
            "css": css,
        }  # fmt: skip


class HandOverScan(HandOverPage):
    """One scan at the hand-over table."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Without scripts the form comes back here."""
        return self.go(reverse("logistics:hand-over"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer it."""
        code = request.POST.get("code", "").strip()[:200]
        key = request.headers.get("Idempotency-Key") or request.POST.get("key") or uuid.uuid4().hex
        result, say = self._answer(code, key)
        if not self.is_partial():
            return self.go(reverse("logistics:hand-over"), say)
        return self.render("core/_station.html", {"station": self.drawn(result, say)}, 409 if result == "refused" else 200)

    def _answer(self, code: str, key: str) -> tuple[str, str]:
        word = code.lower()
        if word == "hand-over":
            return self._hand_over()
        if word == "undo":
            return self._undo()
        if word.startswith("all:"):
            return self._all(code[4:].strip().upper(), key)
        answer, fields = shipping.scan_for_hand_over(code=code, key=key, actor=self.actor, now=self.now)
        return ("ok" if answer == "on_counter" else "refused"), str(shipping.COUNTER_SAYS[answer]) % fields

    def _all(self, service_code: str, key: str) -> tuple[str, str]:
        service = next((row for row in board.packed_by_carrier() if row["code"] == service_code), None)
        if service is None:
            return "refused", _now("No sealed parcel waits for %(service)s.") % {"service": service_code}
        shipping.all_on_counter(parcels=board.packed_of(service["service_id"]), key=key, actor=self.actor, now=self.now)
        return "ok", _now("All sealed parcels of %(service)s are on the counter.") % {"service": service_code}

    def _undo(self) -> tuple[str, str]:
        counter = station.parcels_on_counter(self.actor.user_id)
        if not counter:
            return "refused", _now("There is nothing to take back.")
        shipping.off_counter(parcel=counter[-1], actor=self.actor, now=self.now)
        return "ok", _now("%(parcel)s is off the counter.") % {"parcel": counter[-1].number}

    def _hand_over(self) -> tuple[str, str]:
        counter = station.parcels_on_counter(self.actor.user_id)
        if not counter:
            return "refused", _now("Scan the parcels first.")
        made = shipping.hand_over(parcels=counter, actor=self.actor, now=self.now)
        if made.parcels:
            self.request.session[LAST] = [parcel.pk for parcel in made.parcels]
        for parcel in counter:
            if parcel.pk in made.refused:
                shipping.off_counter(parcel=parcel, actor=self.actor, now=self.now)
        say = _now("%(n)s parcels handed over. Print the list and let the carrier sign.") % {"n": len(made.parcels)}
        if made.refused:
            say += " " + " ".join(dict.fromkeys(error.message for error in made.refused.values()))
        return ("done" if made.parcels else "refused"), say


class HandOverSheet(Page):
    """The list of what was handed over last, to be signed."""

    permission = "logistics.hand_over_parcel"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The PDF."""
        parcels = selectors.parcels_by_id(request.session.get(LAST) or [])
        record = documents.hand_over_record(parcels, actor_label=self.actor.label, now=parcels[0].shipped_at or self.now) if parcels else None
        if record is None:
            return self.go(reverse("logistics:hand-over"), _("Nothing was handed over yet."))
        return HttpResponse(documents.render_hand_over(record), content_type="application/pdf")
