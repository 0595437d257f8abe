"""Waybill numbers: the pool, files, typed ones."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.formpage import FormPage
from core.listing.html import ListPage
from logistics.forms.dispatch import NumberFileForm, PoolForm
from logistics.listings.naming import named
from logistics.selectors import pools
from logistics.services import number_files, numbers

#: So many refused rows of a file are named; more are counted.
SHOWN = 500


class NumbersPage(ListPage):
    """The list of numbers with the pools above."""

    listing_name = "waybill-numbers"
    template_name = "logistics/numbers.html"

    def head_actions(self) -> list[dict[str, Any]]:
        """Add numbers."""
        look_up = {"label": _("Look up numbers"), "url": reverse("logistics:look-up"), "icon": "barcode"}
        if not self.actor.has_perm("logistics.number_parcel"):
            return [look_up]
        return [
            look_up,
            {
                "label": _("Numbers from a file"),
                "url": reverse("logistics:numbers-file"),
                "icon": "file-import",
                "kind": "default",
            },
            {"label": _("Add numbers"), "url": reverse("logistics:numbers-add"), "icon": "plus", "kind": "primary"},
        ]

    def extra(self) -> dict[str, Any]:
        """How full each pool is."""
        low = {service.pk for service in pools.low_pools(self.now)}
        rows = pools.overview(self.now)
        names = {row["service_id"]: named(row["code"], row["name_en"], row["name_zh"]) for row in rows}
        return {"pools": [{**row, "name": names[row["service_id"]], "low": row["service_id"] in low} for row in rows]}


class NumbersAdd(FormPage):
    """Paste numbers or ranges into the pool of a service."""

    permission = "logistics.number_parcel"
    form_class, title, submit_label = PoolForm, _("Add waybill numbers"), _("Add to the pool")
    text = _("A failed check digit is a warning: the number is added and marked.")
    template_name = "logistics/numbers_add.html"
    made: numbers.Added | None = None
    told = ""

    def back_url(self) -> str:
        return reverse("logistics:numbers")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Add them."""
        made = numbers.add_to_pool(service=data["service"], text=data["text"], actor=self.actor, now=self.now)
        parts = [gettext("%(n)s added") % {"n": len(made.added)}]
        if made.known:
            parts.append(gettext("%(n)s known already") % {"n": len(made.known)})
        if made.doubtful:
            parts.append(gettext("%(n)s with a doubtful check digit") % {"n": len(made.doubtful)})
        if made.faults:
            return self._again(data, made, " · ".join([*parts, gettext("%(n)s not readable") % {"n": len(made.faults)}]))
        return self.go(f"{reverse('logistics:numbers')}?service={data['service'].code}&state=free", " · ".join(parts))


    def _again(self, data: dict[str, Any], made: numbers.Added, told: str) -> HttpResponse:
        """The lines that could not be read, each with its reason; they stand in the form to be corrected and sent again."""
        self.told, self.made = told, made
        lines = "\n".join(made.unreadable)
        return self.answer(PoolForm(initial={"service": data["service"].code, "text": lines}))

    def extra(self) -> dict[str, Any]:
        """What became of the last try."""
        if self.made is None:
            return {"told": "", "faults": [], "doubtful": []}
        faults = [
            {"line": fault.line, "text": fault.text, "why": numbers.UNREADABLE[fault.why]} for fault in self.made.faults[:SHOWN]
        ]
        return {"told": self.told, "faults": faults, "doubtful": self.made.doubtful[:SHOWN]}


class NumbersFile(FormPage):
    """A carrier's file that says which order got which number."""

    permission = "logistics.number_parcel"
    form_class, title, submit_label = NumberFileForm, _("Numbers from a file"), _("Read the file")
    text = _("Each row: order number (or note number), waybill number.")

    def back_url(self) -> str:
        return reverse("logistics:numbers")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Read it; refused rows are named."""
        taken, refused = number_files.add_from_file(content=data["file"], actor=self.actor, now=self.now)
        if not refused:
            return self.go(reverse("logistics:numbers"), gettext("%(n)s numbers taken.") % {"n": taken})
        context = {
            "taken": taken, "refused": refused[:SHOWN], "more": max(len(refused) - SHOWN, 0), "title": _("Numbers from a file"),
            "back_url": self.back_url(),
        }  # fmt: skip
        return self.render("logistics/numbers_file.html", context)
