"""The packing table: one scan field, large words, every answer says what to do."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.pages import Page
from logistics import documents
from logistics.choices import BlockReason, NoteState
from logistics.listings.naming import service_name
from logistics.models import DispatchNote
from logistics.rules import barcodes, witness
from logistics.rules import packing as rules
from logistics.selectors import dispatch as selectors
from logistics.selectors import station
from logistics.services import packing

NOTE = "packing_note"


class StationPage(Page):
    """The packing table."""

    permission = "logistics.pack_parcel"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The table with what lies on it."""
        note = self.note()
        context = {
            "title": _("Packing table"),
            "scan_url": reverse("logistics:station-scan"),
            "photo_url": "",
            "back": {"label": _("Board"), "url": reverse("logistics:board")},
            "station": draw(note, None, self),
            "head_actions": [
                {"label": _("Command barcodes"), "url": reverse("logistics:codes"), "icon": "barcode", "kind": "ghost"},
                {
                    "label": _("Hand over"),
                    "url": reverse("logistics:hand-over"),
                    "icon": "truck-delivery",
                    "kind": "ghost",
                },
            ],
        }
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
        word = request.POST.get("code", "").strip().lower()
        if word == "pack" or (word == "hand-over" and self.actor.has_perm("logistics.hand_over_parcel")):
            table = "station" if word == "pack" else "hand-over"  # the code of the other table leads there
            return turn_to(self, reverse(f"logistics:{table}"))
        answer = packing.scan(
            code=request.POST.get("code", "")[:200],
            key=key,
            actor=self.actor,
            now=self.now,
            note_id=request.session.get(NOTE),
        )
        if not answer.repeated:
            request.session[NOTE] = answer.note_id
        if not self.is_partial():
            return self.go(reverse("logistics:station"), answer.sentence)
        return self.render(
            "core/_station.html", {"station": draw(self.note(), answer, self)}, 200 if answer.ok else 409
        )


def turn_to(page: Page, url: str) -> HttpResponse:
    """The other table; a scan is answered with the way there."""
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if page.is_partial() else page.go(url)


#: Codes of the commands, in the order of the sheet; capitals, because scanners of every keyboard layout type them alike.
COMMANDS: tuple[tuple[str, Any, str], ...] = (
    ("PACK", _("Packing table"), "logistics.pack_parcel"), ("OK", _("Confirm the next check"), "logistics.pack_parcel"),
    ("UNDO", _("Undo the last scan"), "logistics.pack_parcel"), ("LEAVE", _("Lay it aside"), "logistics.pack_parcel"),
    ("HAND-OVER", _("Hand over"), "logistics.hand_over_parcel"),
)  # fmt: skip


class CodesPage(Page):
    """Command barcodes to be printed and fixed to the table: packing and handing over without mouse and keyboard."""

    permission = "logistics.pack_parcel"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The sheet."""
        rows = [(code, label) for code, label, right in COMMANDS if self.actor.has_perm(right)]
        if self.actor.has_perm("logistics.block_note"):
            rows += [
                (f"BLOCK:{value.upper()}", label)
                for value, label in BlockReason.choices
                if value != BlockReason.INTERCEPTED
            ]
        if self.actor.has_perm("logistics.hand_over_parcel"):
            rows += [
                (f"ALL:{service.code}", gettext("All of %(service)s") % {"service": service_name(service)})
                for service in selectors.services_for(self.actor).filter(active=True).order_by("code")
            ]
        codes = [
            {"code": code, "label": label, "svg": mark_safe(barcodes.code128(code, width_mm=70, height_mm=14).svg)}  # noqa: S308
            for code, label in rows
        ]
        back = {"label": _("Packing table"), "url": reverse("logistics:station")}
        return self.render("logistics/codes.html", {"title": _("Command barcodes"), "codes": codes, "crumbs": [back]})


def draw(note: DispatchNote | None, answer: packing.Scanned | None, page: Page) -> dict[str, Any]:
    """The state of the table as core/_station.html shows it."""
    said = {"result": answer.result if answer else "", "say": answer.sentence if answer else ""}
    if note is None:
        empty = {
            "title": _("Scan a dispatch note"),
            "text": _("Its barcode stands at the top right of the sheet."),
            "icon": "scan",
        }
        return {**said, "prompt": gettext("Scan a dispatch note …"), "reference": "", "groups": [], "empty": empty}
    table = station.table(note, page.now)
    done = note.state == NoteState.PACKED
    return {
        **said,
        "prompt": gettext("Scan the next dispatch note …") if done else prompt(table),
        "reference": note.number,
        "groups": [{"title": "", "lines": [_line(table, row, answer, done) for row in table.rows]}],
        "weight": _weight(table),
        "checks": [] if done else _checks(table),
        "facts": _facts(table),
        "boxes": [_declaration(table)],
        "steps": _steps(table, done, page),
    }


def prompt(table: station.Table) -> str:
    """What to scan next."""
    step = table.step
    if step.startswith("check:"):
        return gettext("Confirm: %(check)s (scan OK)") % {"check": documents.check_words()[step.removeprefix("check:")]}
    return {
        "item": gettext("Scan an article …"),
        "weight": gettext("Weigh, or type the weight: 128 g"),
        "label": gettext("Seal and scan the label …"),
        "done": gettext("Scan the next dispatch note …"),
    }[step]


def _line(table: station.Table, row: Any, answer: packing.Scanned | None, done: bool) -> dict[str, Any]:
    have = row.quantity if done else table.session.counts.get(row.pk, 0)
    touched = answer is not None and answer.fields.get("line") == row.pk
    css = (
        "over" if touched and answer and not answer.ok else "last" if touched else "ok" if have >= row.quantity else ""
    )
    names = (
        (row.sku.name_zh, row.sku.name_en) if f.babel_locale().startswith("zh") else (row.sku.name_en, row.sku.name_zh)
    )
    wish = " · ".join(
        filter(
            None,
            [
                row.wish,
                gettext("mix colours and styles") if row.assort else "",
                gettext("fragile") if row.fragile else "",
            ],
        )
    )
    return {
        "picture": row.sku.image_url,
        "title": next((n for n in names if n), row.sku.code),
        "variant": row.sku.variant,
        "code": row.sku.code,
        "bin": table.bins.get(row.sku_id, ""),
        "wish": gettext("Wish: %(wish)s") % {"wish": wish} if wish else "",
        "note": "",
        "have": have,
        "want": row.quantity,
        "css": css,
    }


def _weight(table: station.Table) -> dict[str, Any]:
    verdict = table.verdict
    known = verdict.answer != witness.UNSURE
    expected = f"{round(verdict.expected)} g ± {round(2 * verdict.spread)}" if known else ""
    return {
        "value": f.weight(table.session.weight_g) if table.session.weight_g else "— g",
        "expected": expected,
        "warn": _off(table),
        "input": table.note.state == NoteState.RELEASED,
        "grams": table.session.weight_g or "",
    }


def _off(table: station.Table) -> str:
    """What the scale says against the articles, in words; "" when nothing."""
    verdict = table.verdict
    if not table.session.weight_g or not verdict.alarm:
        return ""
    grams = abs(round(verdict.difference))
    best = verdict.best
    line = next((line for line in table.lines if best and line.id == best.line), None)
    if best is None or line is None:
        return (gettext("%(g)s g too light") if verdict.difference < 0 else gettext("%(g)s g too heavy")) % {"g": grams}
    text = (
        gettext("%(g)s g too light: just %(n)s of %(article)s")
        if verdict.difference < 0
        else gettext("%(g)s g too heavy: just %(n)s of %(article)s")
    )
    return text % {"g": grams, "n": abs(best.pieces), "article": line.name or line.code}


def _checks(table: station.Table) -> list[dict[str, Any]]:
    words, still = documents.check_words(), rules.open_checks(table.lines, table.session)
    made = []
    for name in rules.required_checks(table.lines, alarm=table.session.alarm):
        label = words[name]
        if name == rules.ADDRESS:
            label = f"{label}: {table.address['recipient']}, {table.address['city']} {table.note.country}"
        made.append({"code": f"check:{name}", "label": label, "checked": name not in still})
    return made


def _facts(table: station.Table) -> list[tuple[Any, Any]]:
    note = table.note
    return [
        (_("Service"), service_name(note.service) or f.DASH),
        (_("Label"), f.mono_html(table.label) if table.label else gettext("none yet")),
        (_("Order"), f.mono_html(note.order.number)),
    ]


def _declaration(table: station.Table) -> dict[str, Any]:
    lines = []
    for row in table.rows:
        code = f" · HS {row.sku.hs_code}" if row.sku.hs_code else ""
        text = row.sku.customs_text or gettext("(no customs text)")
        lines.append(f"{row.quantity} × {text}{code} · {f.money(row.value, table.note.declared_currency)}")
    total = f"{f.money(table.note.declared_value, table.note.declared_currency)} · {gettext('Sale of goods')}"
    return {"title": _("Declared"), "lines": lines, "total": total}


def _steps(table: station.Table, done: bool, page: Page) -> list[dict[str, Any]]:
    undo = {"label": _("Undo the last scan"), "code": "undo", "icon": "arrow-back-up"}
    if done:
        return [undo]
    missing, checks = rules.missing(table.lines, table.session), len(rules.open_checks(table.lines, table.session))
    lacks = []
    if missing:
        lacks.append(gettext("%(n)s pieces missing") % {"n": missing})
    if checks:
        lacks.append(gettext("%(n)s checks open") % {"n": checks})
    if table.must_weigh and not table.session.weight_g:
        lacks.append(gettext("not weighed"))
    first: dict[str, Any] = {
        "label": gettext("Seal and scan the label"),
        "disabled": ", ".join(lacks) or gettext("Scan the label of this parcel."),
        "code": "-",
    }
    if not missing and checks:
        first = {
            "label": gettext("Confirm: %(check)s")
            % {"check": documents.check_words()[rules.open_checks(table.lines, table.session)[0]]},
            "code": "ok",
        }
    block = {
        "label": _("Report a problem"),
        "url": reverse("core:act", args=["dispatch-notes", table.note.pk, "block"]),
        "method": "dialog",
        "icon": "alert-triangle",
    }
    leave = {"label": _("Lay it aside"), "code": "leave", "icon": "inbox"}
    return [first, undo, leave, *([block] if page.actor.has_perm("logistics.block_note") else [])]
