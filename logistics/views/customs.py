"""Pages of customs: gaps, differing values, and the tables of rules."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.errors import NotAllowed
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from core.tables import rows as read_rows
from logistics import documents
from logistics.choices import CustomsForm
from logistics.documents.single import PERSONAL
from logistics.forms.customs import (
    BrandForm,
    CountryRuleForm,
    GoodsClassForm,
    NationalCodeForm,
    NatureCodeForm,
    PackForm,
    StopWordForm,
    TaxNumberForm,
)
from logistics.models import (
    Brand,
    CountryRule,
    GoodsClassRule,
    NationalCode,
    NatureCode,
    RulePack,
    StopWordRule,
    TaxNumber,
)
from logistics.selectors.customs import declarations, lists
from logistics.services.customs import packs, tables
from logistics.views.naming import row_name
from logistics.views.setup import EditPage
from logistics.views.table_list import MAY_CHANGE as RIGHT
from logistics.views.table_list import TablePage


class CountryRulesPage(TablePage):
    """The rules of countries."""

    listing_name, new_url, new_label = "country-rules", "logistics:country-rule-new", _("New country")

    def head_actions(self) -> list[dict[str, Any]]:
        """The packs, and a new country."""
        packs_url = {
            "label": _("Rule packs"),
            "url": reverse("logistics:rule-packs"),
            "icon": "file-import",
            "kind": "ghost",
        }
        return [packs_url, *super().head_actions()]


class GoodsClassesPage(TablePage):
    """The classes of goods."""

    listing_name, new_url, new_label = "goods-classes", "logistics:goods-class-new", _("New class")


class StopWordsPage(TablePage):
    """The stop words."""

    listing_name, new_url, new_label = "stop-words", "logistics:stop-word-new", _("New word")


class NationalCodesPage(TablePage):
    """The national codes."""

    listing_name, new_url, new_label = "national-codes", "logistics:national-code-new", _("New code")


class TaxNumbersPage(TablePage):
    """The numbers we trade under."""

    listing_name, new_url, new_label = "tax-numbers", "logistics:tax-number-new", _("New number")


class BrandsPage(TablePage):
    """The brands."""

    listing_name, new_url, new_label = "brands", "logistics:brand-new", _("New brand")


class PacksPage(TablePage):
    """The packs."""

    listing_name, new_url, new_label = "rule-packs", "logistics:rule-pack-new", _("Load a pack")


class RulePage(EditPage):
    """One row of a dated table."""

    permission = "logistics.view_service"
    permissions = {"POST": RIGHT}
    submit_label = _("Save")
    unwatched = ("valid_from",)

    def extra(self) -> dict[str, Any]:
        """Its name."""
        return {
            "title": row_name(self.row) or _("New row"),
            "text": _("A change counts from the day you name; the past keeps its own."),
        }

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """A new version."""
        row = self.model.objects.get(pk=self.row.pk) if self.row.pk else self.model()
        day = data.pop("valid_from")
        tables.set_rule(row=row, valid_from=day, changes=data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))


class CountryRulePage(RulePage):
    """The rule of one country."""

    model, form_class, list_url = CountryRule, CountryRuleForm, "logistics:country-rules"
    versioned_by = ("country",)
    wide_fields = (
        "duty_rule",
        "duty_rule_zh",
        "duty_steps",
        "bands",
        "sensitive",
        "carrier_avoid",
        "carrier_advice",
        "carrier_advice_zh",
        "rule_en",
        "rule_zh",
    )


class GoodsClassPage(RulePage):
    """One class of goods."""

    model, form_class, list_url = GoodsClassRule, GoodsClassForm, "logistics:goods-classes"
    versioned_by = ("code",)


class StopWordPage(RulePage):
    """One stop word."""

    model, form_class, list_url = StopWordRule, StopWordForm, "logistics:stop-words"
    versioned_by = ("term", "whole")


class NationalCodePage(RulePage):
    """One national code."""

    model, form_class, list_url = NationalCode, NationalCodeForm, "logistics:national-codes"
    versioned_by = ("country", "hs6")


class NatureCodePage(RulePage):
    """One nature of transaction."""

    model, form_class, list_url = NatureCode, NatureCodeForm, "logistics:nature-codes"
    versioned_by = ("content_type",)


class TaxNumberPage(EditPage):
    """One number we trade under."""

    permission = "logistics.view_service"
    permissions = {"POST": RIGHT}
    model, form_class, list_url, submit_label = TaxNumber, TaxNumberForm, "logistics:tax-numbers", _("Save")

    @cached_property
    def row(self) -> TaxNumber:
        """The row, of the person's stores."""
        if "pk" not in self.kwargs:
            return TaxNumber()
        found = lists.tax_numbers_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def form_arguments(self) -> dict[str, Any]:
        """The row, and the person's stores."""
        return {"instance": self.row, "actor": self.actor}

    def extra(self) -> dict[str, Any]:
        """Its name."""
        return {"title": str(self.row) if self.row.pk else _("New number")}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Store it."""
        row = TaxNumber.objects.get(pk=self.row.pk) if self.row.pk else TaxNumber()
        tables.save_number(row=row, changes=data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))


class BrandPage(EditPage):
    """One brand."""

    permission = "logistics.view_service"
    permissions = {"POST": RIGHT}
    model, form_class, list_url, submit_label = Brand, BrandForm, "logistics:brands", _("Save")

    def extra(self) -> dict[str, Any]:
        """Its name."""
        return {"title": self.row.name or _("New brand")}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Store it."""
        row = Brand.objects.get(pk=self.row.pk) if self.row.pk else Brand()
        tables.save_brand(row=row, changes=data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))


class PackNew(FormPage):
    """Take in a file of country rules."""

    permission = RIGHT
    form_class, title, submit_label = PackForm, _("Load a pack"), _("Load; show the orders it touches")
    text = _("A CSV with the columns of the country rules. Countries whose rule stays the same get no new version.")

    def back_url(self) -> str:
        return reverse("logistics:rule-packs")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Load it."""
        found = read_rows(data["file"].read(), {name: [name] for name in packs.COLUMNS}, packs.COLUMNS)
        pack = packs.load(
            name=data["name"], valid_from=data["valid_from"], source=data["source"], rows=[row for _line, row in found],
            actor=self.actor, now=self.now,
        )  # fmt: skip
        return self.go(
            reverse("logistics:rule-pack", args=[pack.pk]),
            gettext("%(n)s countries changed.") % {"n": len(pack.countries)},
        )


class PackPage(DetailPage):
    """One pack: what it changed, and the open orders it touches."""

    listing_name = "rule-packs"
    title = _("Rule pack")

    def number(self, obj: RulePack) -> str:
        return obj.name

    def facts(self, obj: RulePack) -> list[dict[str, Any]]:
        items = [
            (_("Valid from"), f"{obj.valid_from:%Y-%m-%d}"), (_("Countries changed"), ", ".join(obj.countries) or f.DASH),
            (_("Where it comes from"), obj.source or f.DASH), (_("By"), obj.loaded_label), (_("Loaded"), f.moment(obj.loaded_at)),
        ]  # fmt: skip
        return [{"title": _("Pack"), "items": items}]

    def tables(self, obj: RulePack) -> list[dict[str, Any]]:
        columns = [
            {"label": label, "css": ""}
            for label in (pgettext_lazy("dispatch", "Note"), _("Order"), _("Country"), _("No longer"), _("New"))
        ]
        rows = [
            {
                "tds": f.tds_html([
                    ("mono", f.link_html(reverse("logistics:note", args=[row["note"]]), row["number"])),
                    ("mono", f.link_html(reverse("orders:detail", args=[row["order_id"]]), row["order"])),
                    ("", f.country_html(row["country"])), ("", ", ".join(row["gone"]) or f.DASH), ("", ", ".join(row["come"]) or f.DASH),
                ])
            }
            for row in obj.touched
            if self.actor.may_see_store(int(row.get("store_id") or 0))
        ]  # fmt: skip
        return [{"title": _("Open orders touched"), "columns": columns, "rows": rows}]


class NotePapers(Page):
    """The customs papers of one note: the form of its declaration, or the invoice of the same figures."""

    permission = "logistics.view_note"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The PDF."""
        row = declarations.for_print(pk)
        if row is None:
            raise Http404
        if not self.actor.has_perm(PERSONAL):
            raise NotAllowed("not_allowed", _("Your role may not do this."))
        wanted = request.GET.get("form", "")
        form = wanted if wanted in (CustomsForm.CN22, CustomsForm.CN23, CustomsForm.INVOICE) else ""
        record = documents.customs_record([row], form=form)
        return HttpResponse(documents.render_customs(record), content_type="application/pdf")


class GapsPage(ListPage):
    """What must be completed before the label."""

    listing_name = "customs-gaps"


class DifferencesPage(ListPage):
    """Declared values that differ from the price paid."""

    listing_name = "value-differences"
