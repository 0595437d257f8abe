"""The packing table: one scan field, large words, every answer says what to do."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import pictures, policies
from core.pages import Page
from logistics import documents
from logistics.choices import BlockReason, NoteState
from logistics.listings.naming import service_name
from logistics.models import DispatchNote, Wave
from logistics.policies.dispatch import WAVE_SLOTS
from logistics.rules import barcodes, witness
from logistics.rules import packing as rules
from logistics.selectors import dispatch as selectors
from logistics.selectors import joining, station, waves
from logistics.services import packing
from logistics.views import station_waves

NOTE = "packing_note"
WAVE = "packing_wave"


class StationPage(Page):
    """The packing table."""

    permission = "logistics.pack_parcel"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The table with what lies on it; ``wave`` names the wave that is to be packed."""
        if request.GET.get("wave"):
            chosen = waves.open_wave(request.GET["wave"][:20])
            request.session[WAVE] = chosen.pk if chosen else None
            return self.go(reverse("logistics:station"))
        note = self.note()
        context = {
            "title": _("Packing table"),
            "scan_url": reverse("logistics:station-scan"),
            "photo_url": reverse("logistics:station-photo"),
            "back": {"label": _("Board"), "url": reverse("logistics:board")},
            "station": draw(note, None, self),
            "head_actions": [
                {"label": _("Waves"), "url": reverse("logistics:waves"), "icon": "stack-2", "kind": "ghost"},
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

    def wave(self) -> Wave | None:
        """The wave this browser packs, while it is open."""
        return waves.wave(self.request.session.get(WAVE))

    def answered(self, answer: packing.Scanned) -> HttpResponse:
        """The state of the table after a scan or a photo."""
        if not answer.repeated:
            self.request.session[NOTE], self.request.session[WAVE] = answer.note_id, answer.wave_id
        if not self.is_partial():
            return self.go(reverse("logistics:station"), answer.sentence)
        return self.render(
            "core/_station.html", {"station": draw(self.note(), answer, self)}, 200 if answer.ok else 409
        )


class StationScan(StationPage):
    """One scan."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Without scripts the form comes back here: the table."""
        return self.go(reverse("logistics:station"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer it."""
        key = request.headers.get("Idempotency-Key") or request.POST.get("key") or uuid.uuid4().hex
        code = request.POST.get("code") or request.GET.get("code", "")  # a button elsewhere says it in its address
        word = code.strip().lower()
        if word == "pack" or (word == "hand-over" and self.actor.has_perm("logistics.hand_over_parcel")):
            table = "station" if word == "pack" else "hand-over"  # the code of the other table leads there
            return turn_to(self, reverse(f"logistics:{table}"))
        answer = packing.scan(
            code=code[:200],
            key=key,
            actor=self.actor,
            now=self.now,
            note_id=request.session.get(NOTE),
            wave_id=request.session.get(WAVE),
        )
        return self.answered(answer)


class StationPhoto(StationPage):
    """One photo of what lies on the table."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Without scripts the form comes back here: the table."""
        return self.go(reverse("logistics:station"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it."""
        file = request.FILES.get("file")
        small = file is not None and (file.size or 0) <= pictures.MOST_BYTES
        answer = packing.photograph(
            raw=file.read() if file and small else b"\0" * (pictures.MOST_BYTES + 1) if file else b"",
            key=request.headers.get("Idempotency-Key") or request.POST.get("key") or uuid.uuid4().hex,
            actor=self.actor, now=self.now, note_id=request.session.get(NOTE), wave_id=request.session.get(WAVE),
        )  # fmt: skip
        return self.answered(answer)


def turn_to(page: Page, url: str) -> HttpResponse:
    """The other table; a scan is answered with the way there."""
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if page.is_partial() else page.go(url)


#: Codes of the commands, in the order of the sheet; capitals, because scanners of every keyboard layout type them alike.
COMMANDS: tuple[tuple[str, Any, str], ...] = (
    ("PACK", _("Packing table"), "logistics.pack_parcel"), ("OK", _("Confirm the checks"), "logistics.pack_parcel"),
    ("JOIN", _("Pack together"), "logistics.pack_parcel"), ("APART", _("Keep apart"), "logistics.pack_parcel"),
    ("PHOTO", _("Take the photo"), "logistics.pack_parcel"), ("LABEL", _("Print the label"), "logistics.print_note"),
    ("UNDO", _("Undo the last scan"), "logistics.pack_parcel"), ("LEAVE", _("Lay it aside"), "logistics.pack_parcel"),
    ("HAND-OVER", _("Hand over"), "logistics.hand_over_parcel"),
)  # fmt: skip


class CodesPage(Page):
    """Command barcodes to be printed and fixed to the table: packing and handing over without mouse and keyboard."""

    permission = "logistics.pack_parcel"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The sheet."""
        rows = [(code, label) for code, label, right in COMMANDS if self.actor.has_perm(right)]
        slots = int(policies.value(WAVE_SLOTS, self.now))
        rows += [(f"SLOT:{n}", gettext("Slot %(n)s") % {"n": n}) for n in range(1, slots + 1)]
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


def draw(note: DispatchNote | None, answer: packing.Scanned | None, page: StationPage) -> dict[str, Any]:
    """The state of the table as core/_station.html shows it."""
    said: dict[str, Any] = {"result": answer.result if answer else "", "say": answer.sentence if answer else ""}
    said |= station_waves.shown(page.wave(), note, answer)
    if note is None and said.get("wave"):
        return {**said, "prompt": gettext("Scan an article …"), "reference": said["wave"]["number"], "groups": []}
    if note is None:
        empty = {
            "title": _("Scan a dispatch note"),
            "text": _("Its barcode stands at the top right of the sheet."),
            "icon": "scan",
        }
        return {**said, "prompt": gettext("Scan a dispatch note …"), "reference": "", "groups": [], "empty": empty}
    table = station.table(note, page.now)
    done = note.state == NoteState.PACKED
    pair = None if done else joining.mate_of(note, page.now)
    return {
        **said,
        "pair": pair.number if pair else "",
        "camera": table.photo != "off",
        "photos": station_waves.photos(note),
        "prompt": station_waves.next_prompt(said.get("wave")) if done else prompt(table),
        "reference": note.number,
        "groups": [{"title": "", "lines": [_line(table, row, answer, done) for row in table.rows]}],
        "weight": _weight(table),
        "checks": [] if done else _checks(table),
        "facts": _facts(table),
        "boxes": [*station_waves.together(table), *station_waves.packed_in(table), _declaration(table)],
        "steps": _steps(table, done, page),
    }


def prompt(table: station.Table) -> str:
    """What to scan next."""
    step = table.step
    if step.startswith("check:"):
        plain = [name for name in rules.open_checks(table.lines, table.session) if name in rules.PLAIN]
        if len(plain) > 1:
            return gettext("Confirm the checks (scan OK)")
        return gettext("Confirm: %(check)s (scan OK)") % {"check": check_label(table, step.removeprefix("check:"))}
    return {
        "item": gettext("Scan an article …"),
        "weight": gettext("Weigh, or type the weight: 128 g"),
        "photo": gettext("Photograph goods and label (scan PHOTO)"),
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
                gettext("spare piece, free") if row.spare else "",
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
        "note": row.note.number if table.riders else "",
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


def check_label(table: station.Table, name: str) -> str:
    """A check in words; of a fragile line and of a wish with the article they are about."""
    kind, _colon, line = name.partition(":")
    words = documents.check_words()
    if not line:
        return words[kind]
    held = next((one for one in table.lines if str(one.id) == line), None)
    what = (held.name or held.code) if held else ""
    if kind == rules.WISH and held:
        return gettext("Wish met (%(article)s): %(wish)s") % {"article": what, "wish": held.wish}
    return f"{words[kind]}: {what}"


def _checks(table: station.Table) -> list[dict[str, Any]]:
    still = rules.open_checks(table.lines, table.session)
    made = []
    for name in rules.table_checks(table.lines, alarm=table.session.alarm):
        label = check_label(table, name)
        if name == rules.ADDRESS:
            label = f"{label}: {table.address['recipient']}, {table.address['city']} {table.note.country}"
        made.append({"code": f"check:{name}", "label": label, "checked": name not in still, "each": ":" in name})
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
    worth = sum(note.declared_value for note in (table.note, *table.riders))
    total = f"{f.money(worth, table.note.declared_currency)} · {gettext('Sale of goods')}"
    return {"title": _("Declared"), "lines": lines, "total": total}


def _steps(table: station.Table, done: bool, page: Page) -> list[dict[str, Any]]:
    undo = {"label": _("Undo the last scan"), "code": "undo", "icon": "arrow-back-up"}
    paper = {"label": _("Print the label"), "code": "label", "icon": "printer"}
    again = [paper] if table.label and page.actor.has_perm("logistics.print_note") else []
    if done:  # nothing more to press: the next sheet is scanned; what takes back the seal is not the main button
        return [{**undo, "kind": "default"}, *again]
    missing, checks = rules.missing(table.lines, table.session), len(rules.open_checks(table.lines, table.session))
    lacks = []
    if missing:
        lacks.append(ngettext("%(n)s piece missing", "%(n)s pieces missing", missing) % {"n": missing})
    if checks:
        lacks.append(ngettext("%(n)s check open", "%(n)s checks open", checks) % {"n": checks})
    if table.must_weigh and not table.session.weight_g:
        lacks.append(gettext("not weighed"))
    first: dict[str, Any] = {
        "label": gettext("Seal and scan the label"),
        "disabled": ", ".join(lacks) or gettext("Scan the label of this parcel."),
        "code": "-",
    }
    if table.photo == "required" and not table.session.photos:
        lacks.append(gettext("no photo"))
        first["disabled"] = ", ".join(lacks)
    if not missing and checks:
        still = rules.open_checks(table.lines, table.session)
        several = len([name for name in still if name in rules.PLAIN]) > 1
        label = (
            gettext("Confirm the checks")
            if several
            else gettext("Confirm: %(check)s") % {"check": check_label(table, still[0])}
        )
        first = {"label": label, "code": "ok"}
    block = {
        "label": _("Report a problem"),
        "url": reverse("core:act", args=["dispatch-notes", table.note.pk, "block"]),
        "method": "dialog",
        "icon": "alert-triangle",
    }
    leave = {"label": _("Lay it aside"), "code": "leave", "icon": "inbox"}
    return [first, undo, leave, *again, *([block] if page.actor.has_perm("logistics.block_note") else [])]
