"""The hand-over table: sealed parcels are scanned onto the counter and given to their carrier."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.pages import Page
from logistics import documents
from logistics.listings.naming import named, service_name
from logistics.models import Parcel
from logistics.selectors import board, manifests, station
from logistics.selectors import dispatch as selectors
from logistics.selectors.naming import carrier_said
from logistics.services import counter, packing, shipping
from logistics.views.station import NOTE, turn_to

LAST = "handed_over"


class HandOverPage(Page):
    """Sealed parcels by carrier: scan them onto the counter, hand them over, print the list to be signed."""

    permission = "logistics.hand_over_parcel"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The table."""
        context = {
            "title": _("Hand over"),
            "scan_url": reverse("logistics:hand-over-scan"),
            "photo_url": "",
            "back": {"label": _("Board"), "url": reverse("logistics:board")},
            "station": self.drawn("", ""),
            "head_actions": self.buttons(),
        }
        return self.render("core/station.html", context)

    def buttons(self) -> list[dict[str, Any]]:
        """The lists by carrier; the list of what was handed over last."""
        lists = {
            "label": _("Hand-over lists"),
            "url": reverse("logistics:manifests"),
            "icon": "signature",
            "kind": "ghost",
        }
        if not self.request.session.get(LAST):
            return [lists]
        return [
            lists,
            {
                "label": _("Print the hand-over list"),
                "url": reverse("logistics:hand-over-sheet"),
                "icon": "printer",
                "kind": "default",
            },
        ]

    def drawn(self, result: str, say: str) -> dict[str, Any]:
        """The state of the counter."""
        there = station.parcels_on_counter(self.actor.user_id)
        here = {parcel.pk for parcel in there}
        groups, lines = [], [self._line(parcel, "ok") for parcel in there]
        if lines:
            groups.append({"title": "", "lines": lines})
        waiting = board.packed_by_carrier()
        empty = {
            "title": _("Scan the labels of sealed parcels"),
            "text": _("Each scan asks again whether the parcel may leave."),
            "icon": "truck-delivery",
        }
        steps = self._to_sign() if result == "done" else []
        if there:
            steps.append(
                {
                    "label": ngettext("Hand over %(n)s parcel", "Hand over %(n)s parcels", len(there))
                    % {"n": len(there)},
                    "code": "hand-over",
                    "icon": "truck-delivery",
                }
            )
            steps.append({"label": _("Take the last one off"), "code": "undo", "icon": "arrow-back-up"})
        if waiting and len(here) < sum(row["n"] for row in waiting):
            steps += [
                {
                    "label": gettext("All of %(service)s (%(n)s)") % {"service": named_row(row), "n": row["n"]},
                    "code": f"all:{row['code']}",
                }
                for row in waiting[:6]
            ]
        return {
            "result": result,
            "say": say,
            "prompt": gettext("Scan a label …"),
            "reference": str(len(there)) if there else "",
            "groups": groups,
            "empty": empty,
            "steps": steps,
            "boxes": [
                {
                    "title": _("Sealed, waiting for their carrier"),
                    "lines": [f"{carrier_said(row['carrier'])} · {named_row(row)}: {row['n']}" for row in waiting],
                    "total": gettext("Together: %(n)s") % {"n": sum(row["n"] for row in waiting)},
                }
            ],
        }

    def _to_sign(self) -> list[dict[str, Any]]:
        """The lists what was just handed over stands on: to be printed and signed now, while the carrier's person is here."""
        return [
            {
                "label": gettext("%(list)s, %(carrier)s: print and have it signed")
                % {"list": row.number, "carrier": carrier_said(row.carrier) or "—"},
                "url": reverse("logistics:manifest", args=[row.pk]),
                "icon": "signature",
                "method": "get",
            }
            for row in manifests.lists_of(self.request.session.get(LAST) or [])
        ]

    def _line(self, parcel: Parcel, css: str) -> dict[str, Any]:
        return {
            "picture": "",
            "bare": True,
            "title": parcel.tracking_number,
            "variant": parcel.country,
            "code": parcel.number,
            "bin": "",
            "wish": "",
            "note": f"{service_name(parcel.service)} · {f.weight(parcel.weight_g) if parcel.weight_g else ''}",
            "have": 1,
            "want": 1,
            "css": css,
        }


def named_row(row: dict[str, Any]) -> str:
    """The service of a group of parcels in the reader's language."""
    return named(row["code"] or "", row["name_en"] or "", row["name_zh"] or "")


class HandOverScan(HandOverPage):
    """One scan at the hand-over table."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Without scripts the form comes back here."""
        return self.go(reverse("logistics:hand-over"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer it."""
        code = request.POST.get("code", "").strip()[:200]
        key = request.headers.get("Idempotency-Key") or request.POST.get("key") or uuid.uuid4().hex
        if code.lower() == "pack" or packing.NOTE_NUMBER.match(code.upper()):
            return self._to_the_packing_table(code.upper(), key)
        result, say = self._answer(code, key)
        if not self.is_partial():
            return self.go(reverse("logistics:hand-over"), say)
        return self.render(
            "core/_station.html", {"station": self.drawn(result, say)}, 409 if result == "refused" else 200
        )

    def _to_the_packing_table(self, code: str, key: str) -> HttpResponse:
        """A dispatch note lies on the packing table as soon as it is scanned, wherever that was."""
        if code != "PACK" and self.actor.has_perm("logistics.pack_parcel"):
            answer = packing.scan(
                code=code, key=key, actor=self.actor, now=self.now, note_id=self.request.session.get(NOTE)
            )
            if not answer.ok:
                return self.render("core/_station.html", {"station": self.drawn("refused", answer.sentence)}, 409)
            self.request.session[NOTE] = answer.note_id
        return turn_to(self, reverse("logistics:station"))

    def _answer(self, code: str, key: str) -> tuple[str, str]:
        word = code.lower()
        if word == "hand-over":
            return self._hand_over()
        if word == "undo":
            return self._undo()
        if word.startswith("all:"):
            return self._all(code[4:].strip().upper(), key)
        answer, fields = counter.scan(code=code, key=key, actor=self.actor, now=self.now)
        return ("ok" if answer == "on_counter" else "refused"), str(counter.SAYS[answer] % fields)

    def _all(self, service_code: str, key: str) -> tuple[str, str]:
        service = next((row for row in board.packed_by_carrier() if row["code"] == service_code), None)
        if service is None:
            return "refused", gettext("No sealed parcel waits for %(service)s.") % {"service": service_code}
        counter.all_on_counter(parcels=board.packed_of(service["service_id"]), key=key, actor=self.actor, now=self.now)
        return "ok", gettext("All sealed parcels of %(service)s are on the counter.") % {"service": named_row(service)}

    def _undo(self) -> tuple[str, str]:
        there = station.parcels_on_counter(self.actor.user_id)
        if not there:
            return "refused", gettext("There is nothing to take back.")
        counter.off_counter(parcel=there[-1], actor=self.actor, now=self.now)
        return "ok", gettext("%(parcel)s is off the counter.") % {"parcel": there[-1].number}

    def _hand_over(self) -> tuple[str, str]:
        there = station.parcels_on_counter(self.actor.user_id)
        if not there:
            return "refused", gettext("Scan the parcels first.")
        made = shipping.hand_over(parcels=there, actor=self.actor, now=self.now)
        if made.parcels:
            self.request.session[LAST] = [parcel.pk for parcel in made.parcels]
        for parcel in there:
            if parcel.pk in made.refused:
                counter.off_counter(parcel=parcel, actor=self.actor, now=self.now)
        say = gettext("%(n)s parcels handed over. Print the list and let the carrier sign.") % {"n": len(made.parcels)}
        if made.refused:
            say += " " + " ".join(dict.fromkeys(error.message for error in made.refused.values()))
        return ("done" if made.parcels else "refused"), say


class HandOverSheet(Page):
    """The list of what was handed over last, to be signed."""

    permission = "logistics.hand_over_parcel"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The PDF."""
        parcels = selectors.parcels_by_id(request.session.get(LAST) or [])
        record = (
            documents.hand_over_record(parcels, actor_label=self.actor.label, now=parcels[0].shipped_at or self.now)
            if parcels
            else None
        )
        if record is None:
            return self.go(reverse("logistics:hand-over"), _("Nothing was handed over yet."))
        return HttpResponse(documents.render_hand_over(record), content_type="application/pdf")
