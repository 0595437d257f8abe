"""Pages of prices: rate tables with their grid and versions; terms, zones, surcharges and choosing rules of services."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.selectors import stores_for
from core import format as f
from core import versions
from core.errors import DomainError
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from core.reading import whole
from logistics.choices import CargoClass
from logistics.forms.rates import ChoiceForm, PlaceForm, RateForm, SurchargeForm, TableForm, TermsForm, VersionForm
from logistics.listings.naming import service_name
from logistics.listings.rates import STANDS
from logistics.models import ChoiceRule, RateRow, RateTable, ServiceDestination, ServiceTerms, Surcharge
from logistics.selectors import rates as selectors
from logistics.services import rates
from logistics.views.naming import row_name
from logistics.views.setup import EditPage
from logistics.views.table_list import MAY_CHANGE

#: Rows of the grid on one page; more are reached by their destination.
GRID = 200
#: Empty rows at the end of the grid.
SPARE = 3


class TablesPage(ListPage):
    """The rate tables."""

    listing_name = "rate-tables"

    def head_actions(self) -> list[dict[str, Any]]:
        """Prices of a parcel; a list from a file; an empty list."""
        made: list[dict[str, Any]] = [
            {
                "label": _("Prices of a parcel"),
                "url": reverse("logistics:prices"),
                "icon": "report-money",
                "kind": "ghost",
            }
        ]
        if self.actor.has_perm(MAY_CHANGE):
            made += [
                {"label": _("New list"), "url": reverse("logistics:rate-table-new"), "icon": "plus"},
                {
                    "label": _("Import rates"),
                    "url": reverse("orders:import-rates"),
                    "icon": "file-import",
                    "kind": "primary",
                },
            ]
        return made

    def row_css(self, row: dict[str, Any]) -> str:
        """Lists that no longer count stand back."""
        return "dim" if row["stands"] in ("past", "off") else ""


class TablePage(DetailPage):
    """One version of a list: its prices beside those of the version before."""

    listing_name, title = "rate-tables", _("Rate table")

    @cached_property
    def versions(self) -> list[RateTable]:
        """Every version, newest first."""
        return selectors.versions_of(self.object)

    def badges(self, obj: RateTable) -> list[dict[str, Any]]:
        label, tone = STANDS[getattr(obj, "stands", "now")]
        return [{"label": label, "tone": tone}]

    def sub(self, obj: RateTable) -> list[Any]:
        return [f"{service_name(obj.service)} · {obj.service.code}"]

    def extra_steps(self, obj: RateTable) -> list[dict[str, Any]]:
        if not self.actor.has_perm(MAY_CHANGE):
            return []
        return [
            {
                "label": _("Edit the prices"),
                "url": reverse("logistics:rate-grid", args=[obj.pk]),
                "method": "get",
                "icon": "columns-3",
            },
            {
                "label": _("New version"),
                "url": reverse("logistics:rate-table-version", args=[obj.pk]),
                "method": "get",
                "icon": "copy",
            },
            {
                "label": _("Change the head"),
                "url": reverse("logistics:rate-table-edit", args=[obj.pk]),
                "method": "get",
                "icon": "edit",
            },
        ]

    def facts(self, obj: RateTable) -> list[dict[str, Any]]:
        ends = f.day(obj.valid_to) if obj.valid_to else gettext("until the next version")
        items: list[Any] = [
            (_("Valid from"), f.day(obj.valid_from)), (_("Valid to"), ends), (_("Currency"), obj.currency),
            (_("Price level of our contract"), obj.level or gettext("the cheapest that fits")),
            {"label": _("Source"), "value": obj.source or f.DASH, "wide": True},
        ]  # fmt: skip
        others = [
            (f.day(row.valid_from), f.link_html(reverse("logistics:rate-table", args=[row.pk]), gettext("Open")))
            for row in self.versions if row.pk != obj.pk
        ]  # fmt: skip
        return [
            {"title": _("The list"), "items": items},
            *([{"title": _("Other versions"), "items": others}] if others else []),
        ]

    def tables(self, obj: RateTable) -> list[dict[str, Any]]:
        before = next((row for row in self.versions if row.valid_from < obj.valid_from), None)
        rows = list(selectors.rows_of(obj)[: GRID + 1])
        names = [_("Destination"), _("Group"), _("Goods"), _("Weight"), _("Price"), _("At the end of the band")]
        heads = [{"label": name, "css": "num" if n > 3 else ""} for n, name in enumerate(names)]
        if before:
            heads += [
                {"label": gettext("On %(day)s") % {"day": f.day(before.valid_from)}, "css": "num"},
                {"label": _("Change"), "css": "num"},
            ]
        shown = [
            {"tds": f.tds_html(self._cells(found, bool(before)))} for found in selectors.compared(rows[:GRID], before)
        ]
        note = (
            gettext("The first %(n)s prices; the grid shows each destination.") % {"n": GRID}
            if len(rows) > GRID
            else ""
        )
        return [{"title": _("Prices"), "columns": heads, "rows": shown, "note": note}]

    def _cells(self, found: selectors.Compared, beside: bool) -> list[tuple[str, Any]]:
        row, currency = found.row, self.object.currency
        cells: list[tuple[str, Any]] = [
            ("", f.country_name(row.destination) if len(row.destination) == 2 else row.destination), ("", row.variant or f.DASH),
            ("", CargoClass(row.cargo).label), ("tight", f"{row.from_g:,}–{row.to_g:,} g"), ("num", price_text(row)),
            ("num", f.money(found.price, currency)),
        ]  # fmt: skip
        if beside:
            percent = found.percent
            tone = "rose" if percent and percent > 0 else "leaf"
            change = f.badge_html(f"{percent:+.1f} %", tone) if percent else "="
            cells += [
                ("num", f.money(found.before, currency)),
                ("num", change if found.before is not None else f.badge_html(gettext("new"), "sea")),
            ]
        return cells


def price_text(row: RateRow) -> str:
    """How a row is priced, in short."""
    parts = [f"{row.item_fee.normalize():f}"] if row.item_fee else []
    if row.first_fee is not None:
        parts.append(f"{row.first_fee.normalize():f} / {row.first_weight_g or 0} g")
        if row.step_fee is not None:
            parts.append(f"{row.step_fee.normalize():f} / {row.step_g} g")
    elif row.per_kg:
        parts.append(f"{row.per_kg.normalize():f} / kg")
    return " + ".join(parts)


class TableEdit(EditPage):
    """The head of a list, or an empty new list."""

    permission = MAY_CHANGE
    model, form_class, list_url, submit_label = RateTable, TableForm, "logistics:rate-tables", _("Save")

    def back_url(self) -> str:
        """The list it belongs to."""
        return reverse("logistics:rate-table", args=[self.row.pk]) if self.row.pk else super().back_url()

    def extra(self) -> dict[str, Any]:
        """Its name."""
        return {"title": row_name(self.row) or _("New price list")}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service."""
        made = rates.save_table(table=fresh(self), changes=data, actor=self.actor, now=self.now)
        goes = "logistics:rate-table" if self.row.pk else "logistics:rate-grid"
        return self.go(reverse(goes, args=[made.pk]), _("Saved."))


def fresh(page: EditPage) -> Any:
    """The row as it is in the database, not as the form left it."""
    return page.model.objects.get(pk=page.kwargs["pk"]) if "pk" in page.kwargs else page.model()


class SettingEdit(EditPage):
    """One row of terms, zones, surcharges or choosing rules."""

    permission = "logistics.view_service"
    permissions = {"POST": MAY_CHANGE}
    submit_label = _("Save")
    new_title: Any = _("New")

    def extra(self) -> dict[str, Any]:
        """Its name."""
        return {"title": row_name(self.row) or self.new_title}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service."""
        rates.save_setting(row=fresh(self), changes=data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))


class TermsEdit(SettingEdit):
    """Terms of a service."""

    model, form_class, list_url, new_title = (
        ServiceTerms,
        TermsForm,
        "logistics:terms",
        _("Weights and limits of a service"),
    )


class PlaceEdit(SettingEdit):
    """A destination of a service."""

    model, form_class, list_url, new_title = (
        ServiceDestination,
        PlaceForm,
        "logistics:places",
        _("Destination of a service"),
    )


class SurchargeEdit(SettingEdit):
    """A surcharge."""

    model, form_class, list_url, new_title = (
        Surcharge,
        SurchargeForm,
        "logistics:surcharges",
        _("Fuel, discount or surcharge"),
    )


class ChoiceEdit(SettingEdit):
    """A choosing rule."""

    model, form_class, list_url, new_title = ChoiceRule, ChoiceForm, "logistics:choosing-rules", _("Choosing rule")

    def rows(self) -> QuerySet[Any]:
        """Those of the reader's stores and of all."""
        return selectors.choice_rules_for(self.actor)

    def form_arguments(self) -> dict[str, Any]:
        """The row, and the stores that may be chosen."""
        return {**super().form_arguments(), "stores": stores_for(self.actor)}


class OfTable:
    """Pages about one rate table."""

    kwargs: dict[str, Any]

    @cached_property
    def table(self) -> RateTable:
        """The table."""
        found = RateTable.objects.select_related("service").filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found


class VersionPage(OfTable, FormPage):
    """The list from another day on."""

    permission, form_class, title, submit_label = MAY_CHANGE, VersionForm, _("New version"), _("Make it and edit")
    text = _("The list of today stays as it is until that day.")

    def back_url(self) -> str:
        """The table."""
        return reverse("logistics:rate-table", args=[self.table.pk])

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service."""
        made = rates.new_version(table=self.table, **data, actor=self.actor, now=self.now)
        return self.go(
            reverse("logistics:rate-grid", args=[made.pk]), _("The new version is there; its prices can be edited.")
        )


def _whole_row(row: RateRow) -> str:
    """Everything a row of the grid says, in one line."""
    days = f"{row.days_min or ''}–{row.days_max or ''}"
    worth = f"{row.min_value or ''}–{row.max_value or ''} {row.value_currency}".strip(" –")
    said = (row.variant, row.get_cargo_display(), f"{row.from_g}–{row.to_g} g", price_text(row), worth, days.strip("–"))
    return " · ".join(
        filter(None, (f.country_name(row.destination) if len(row.destination) == 2 else row.destination, *said))
    )


def _filled(form: RateForm) -> bool:
    """Whether somebody wrote into an empty row of the grid."""
    return any(form.data.get(form.add_prefix(name), "").strip() for name in ("destination", "to_g"))


class GridPage(OfTable, Page):
    """All prices of a list in a grid."""

    permission, stale = MAY_CHANGE, False

    def _stamp(self) -> tuple[str, str]:
        sent = "" if self.stale else self.request.POST.get(versions.FORM_FIELD, "")
        return versions.FORM_FIELD, sent or versions.form_stamp(self._there())

    def _forms(self, data: Any) -> list[dict[str, Any]]:
        place = self.request.GET.get("destination", "")[:25]
        rows = list(selectors.rows_of(self.table, place)[:GRID])
        made = [{"id": row.pk, "form": RateForm(data, instance=row, prefix=f"r{row.pk}")} for row in rows]
        spare = [
            RateForm(data, prefix=f"n{n}", empty_permitted=True, use_required_attribute=False) for n in range(SPARE)
        ]
        return made + [{"id": "", "form": form} for form in spare]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The grid."""
        return self._answer(self._forms(None))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save what differs; what is wrong stands at its field and nothing is saved, nor what somebody else changed meanwhile."""
        with transaction.atomic():
            versions.one_at_a_time(f"rates:{pk}")
            there = self._there()
            stamp = request.POST.get(versions.FORM_FIELD, "")
            others = versions.changed_since(stamp, there, {}) if stamp else []
            return self._save(request, pk, [there[name] for name in others])

    def _there(self) -> dict[str, str]:
        """Every price as it stands, by its id."""
        rows = selectors.rows_of(self.table, self.request.GET.get("destination", "")[:25])[:GRID]
        return {str(row.pk): _whole_row(row) for row in rows}

    def _save(self, request: HttpRequest, pk: int, others: list[str]) -> HttpResponse:
        grid = self._forms(request.POST)
        if others:
            self.stale = True
            said = gettext("Somebody else changed this since you opened it. Compare, then save again.")
            return self._answer(grid, problem=f"{said} {'; '.join(others[:5])}", status=422)
        removed = [pk for pk in map(whole, request.POST.getlist("remove")) if pk is not None]
        used = [row for row in grid if row["id"] not in removed and (row["id"] or _filled(row["form"]))]
        if not all(row["form"].is_valid() for row in used):
            return self._answer(grid, status=422)
        try:
            count = rates.save_rates(
                table=self.table, changed={row["id"]: row["form"].cleaned_data for row in used if row["id"]},
                added=[row["form"].cleaned_data for row in used if not row["id"]], removed=removed, actor=self.actor, now=self.now,
            )  # fmt: skip
        except DomainError as error:
            return self._answer(grid, problem=error.message, status=422)
        return self.go(reverse("logistics:rate-table", args=[pk]), gettext("%(n)s prices changed.") % {"n": count})

    def _answer(self, grid: list[dict[str, Any]], problem: str = "", status: int = 200) -> HttpResponse:
        places = list(
            RateRow.objects.filter(table=self.table).order_by().values_list("destination", flat=True).distinct()
        )
        return self.render(
            "logistics/rate_grid.html",
            {
                "table": self.table, "grid": grid, "problem": problem, "places": sorted(places) if len(places) > 1 else [],
                "place": self.request.GET.get("destination", ""), "stamp": self._stamp(), "service": service_name(self.table.service),
                "wrong": any(row["form"].errors for row in grid if row["form"].is_bound and (row["id"] or _filled(row["form"]))),
            },
            status,
        )  # fmt: skip
