"""Pages of the stock."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.errors import DomainError, Invalid
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from core.reading import whole
from inventory import selectors
from inventory.forms import ReceiptForm, ReceiptRows, ShelfForm, WarehouseForm
from inventory.listings import KINDS
from inventory.models import Balance
from inventory.services import stock, warehouses

MOST_ROWS = 300


class StockPage(ListPage):
    """What lies where."""

    listing_name = "stock"

    def head_actions(self) -> list[dict[str, Any]]:
        """Ledger, bins, receipt."""
        made = [
            {"label": _("Ledger"), "url": reverse("inventory:movements"), "icon": "list"},
            {"label": _("Bins"), "url": reverse("inventory:bins"), "icon": "map-pin"},
        ]
        if self.actor.has_perm("inventory.receive_stock"):
            made.append(
                {"label": _("Receive goods"), "url": reverse("inventory:receive"), "icon": "plus", "kind": "primary"}
            )
        return made


class BalancePage(DetailPage):
    """The ledger of one article in one warehouse."""

    listing_name, title = "stock", _("Stock of")

    def queryset(self) -> Any:
        """With article, warehouse and bin."""
        return super().queryset().select_related("sku", "warehouse", "bin")

    def badges(self, obj: Balance) -> list[dict[str, Any]]:
        """Short or low."""
        missing = self.missing(obj)
        if missing:
            return [{"label": gettext("%(n)s missing") % {"n": missing}, "tone": "rose"}]
        if obj.reorder_point and obj.available <= obj.reorder_point:
            return [{"label": gettext("running low"), "tone": "lantern"}]
        return []

    def missing(self, obj: Balance) -> int:
        """Pieces that waiting orders lack."""
        return selectors.short_by_place([(obj.sku_id, obj.warehouse_id)]).get((obj.sku_id, obj.warehouse_id), 0)

    def sub(self, obj: Balance) -> list[Any]:
        """Name and place."""
        chinese = (get_language() or "").startswith("zh")
        name = (obj.sku.name_zh if chinese else obj.sku.name_en) or obj.sku.name_en or obj.sku.name_zh
        return [name, obj.warehouse.name, obj.bin.code if obj.bin else gettext("no bin")]

    def facts(self, obj: Balance) -> list[dict[str, Any]]:
        """The figures."""
        items = [
            (gettext("On hand"), f.number(obj.on_hand)), (gettext("Reserved"), f.number(obj.reserved)),
            (gettext("Available"), f.number(obj.available)), (gettext("Orders lack"), f.number(self.missing(obj))),
            (gettext("Reorder point"), f.number(obj.reorder_point) if obj.reorder_point else f.DASH),
        ]  # fmt: skip
        return [{"title": gettext("Figures"), "items": items}]

    def tables(self, obj: Balance) -> list[dict[str, Any]]:
        """The ledger with the pieces after each line."""
        rows = [
            {"tds": f.tds_html([
                ("", f.time_html(line.at, self.now)), ("", f.badge_html(*KINDS[line.kind])), ("num", f"{line.quantity:+,}"),
                ("num", f.number(left)), ("", f.mono_html(line.reference)), ("", line.note), ("", line.actor_label),
            ])}
            for line, left in selectors.ledger_of(obj)
        ]  # fmt: skip
        heads = [
            ("", gettext("Time")), ("", gettext("Kind")), ("num", gettext("Pieces")), ("num", gettext("After it")),
                ("", gettext("Reference")),
            ("", gettext("Note")), ("", gettext("By")),
        ]  # fmt: skip
        columns = [{"label": label, "css": css} for css, label in heads]
        return [
            {"title": gettext("Ledger"), "columns": columns, "rows": rows, "empty": gettext("Nothing was booked yet.")}
        ]


class ReceivePage(Page):
    """Goods in."""

    permission = "inventory.receive_stock"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form; ``sku`` names the first article."""
        default = selectors.warehouses_for(self.actor).first()
        first = [{"sku": request.GET["sku"][:60]}] if request.GET.get("sku") else None
        form = ReceiptForm(actor=self.actor, initial={"warehouse": default.code if default else None})
        return self.answer(form, ReceiptRows(prefix="row", initial=first))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Book it, or show what is wrong. ``more`` only adds empty rows."""
        data = request.POST.copy()
        if "more" in data:
            total = whole(data.get("row-TOTAL_FORMS", "")) or 1
            data["row-TOTAL_FORMS"] = str(min(total + 10, MOST_ROWS))
            return self.answer(ReceiptForm(actor=self.actor, initial=data.dict()), ReceiptRows(data, prefix="row"))
        form, rows = ReceiptForm(data, actor=self.actor), ReceiptRows(data, prefix="row")
        if not (form.is_valid() & rows.is_valid()):
            return self.answer(form, rows, 422)
        head = form.cleaned_data
        lines = [(row["sku_id"], row["quantity"], row["bin"] or None) for row in rows.cleaned_data if row]
        try:
            result = stock.receive(
                warehouse=head["warehouse"],
                rows=lines,
                reference=head["reference"],
                note=head["note"],
                actor=self.actor,
                now=self.now,
            )
        except DomainError as error:
            named = error.errors if isinstance(error, Invalid) else {"": [error.message]}
            for field, sentences in named.items():
                for sentence in sentences:
                    form.add_error(field if field in form.fields else None, sentence)
            return self.answer(form, rows, 422)
        sentence = gettext(
            "%(booked)s articles booked, %(known)s were booked before; %(orders)s waiting orders got goods."
        )
        numbers = {"booked": result.booked, "known": result.unchanged, "orders": len(result.filled_orders)}
        return self.go(reverse("inventory:list"), sentence % numbers)

    def answer(self, form: ReceiptForm, rows: Any, status: int = 200) -> HttpResponse:
        """The page."""
        context = {"title": _("Receive goods"), "form": form, "rows": rows, "back_url": reverse("inventory:list")}
        return self.render("inventory/receive.html", context, status)


class WarehousesPage(ListPage):
    """The warehouses."""

    listing_name = "warehouses"

    def head_actions(self) -> list[dict[str, Any]]:
        """A new one."""
        if not self.actor.has_perm("inventory.change_stock"):
            return []
        return [
            {"label": _("New warehouse"), "url": reverse("inventory:warehouse-new"), "icon": "plus", "kind": "primary"}
        ]


class WarehousePage(FormPage):
    """A warehouse, new or old."""

    permission, form_class, title, submit_label = (
        "inventory.view_stock",
        WarehouseForm,
        _("Warehouse"),
        _("Save warehouse"),
    )
    edits = True
    permissions = {"POST": "inventory.change_stock"}
    wide_fields = ("address",)

    def found(self) -> Any:
        """The one that is edited."""
        return selectors.warehouse(self.kwargs["pk"]) if "pk" in self.kwargs else None

    def back_url(self) -> str:
        """The list."""
        return reverse("inventory:warehouses")

    def initial(self) -> dict[str, Any]:
        """What is known."""
        found = self.found()
        if found is None:
            return {"time_zone": "Asia/Shanghai", "country": "CN", "active": True}
        names = ("code", "name", "time_zone", "country", "sender_name", "address", "phone", "active", "is_default")
        return {name: getattr(found, name) for name in names}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Write it."""
        warehouses.save_warehouse(warehouse=self.found(), actor=self.actor, now=self.now, **data)
        return self.go(self.back_url(), gettext("Warehouse saved."))


class BinsPage(ListPage):
    """The bins."""

    listing_name = "bins"

    def head_actions(self) -> list[dict[str, Any]]:
        """A new one."""
        if not self.actor.has_perm("inventory.count_stock"):
            return []
        return [{"label": _("New bin"), "url": reverse("inventory:bin-new"), "icon": "plus", "kind": "primary"}]


class BinPage(FormPage):
    """A bin, new or old."""

    permission, form_class, title, submit_label = "inventory.view_stock", ShelfForm, _("Bin"), _("Save bin")
    edits = True
    permissions = {"POST": "inventory.count_stock"}

    def found(self) -> Any:
        """The one that is edited."""
        return selectors.bin_of(self.kwargs["pk"]) if "pk" in self.kwargs else None

    def back_url(self) -> str:
        """The list."""
        return reverse("inventory:bins")

    def form_arguments(self) -> dict[str, Any]:
        """Whose warehouses."""
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        """What is known."""
        found = self.found()
        return {"warehouse": found.warehouse.code, "code": found.code, "sort": found.sort} if found else {}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Write it."""
        warehouses.save_bin(bin=self.found(), actor=self.actor, now=self.now, **data)
        return self.go(self.back_url(), gettext("Bin saved."))
