"""The pages that enter an order and edit a sorting rule."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.selectors import stores_for
from core.errors import DomainError, Invalid
from core.formpage import FormPage
from core.listing.html import ListPage
from core.pages import Page
from core.reading import whole
from orders import selectors
from orders.forms.orders import NewLines, NewOrderForm
from orders.forms.rules import RuleForm
from orders.models import OrderRule
from orders.services import entry, sorting

MOST_LINES = 200


class NewOrderPage(Page):
    """An order entered by hand."""

    permission = "orders.create_order"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form."""
        mine = list(stores_for(self.actor)[:2])
        store = request.user.current_store or (mine[0] if len(mine) == 1 else None)  # type: ignore[union-attr]
        initial = {"store": store.code, "currency": store.currency} if store else {"currency": "USD"}
        return self.answer(NewOrderForm(actor=self.actor, initial=initial), NewLines(prefix="line"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Write it, or show what is wrong. ``more`` only adds empty lines."""
        data = request.POST.copy()
        if "more" in data:
            total = whole(data.get("line-TOTAL_FORMS", "")) or 1
            data["line-TOTAL_FORMS"] = str(min(total + 5, MOST_LINES))
            form, lines = NewOrderForm(actor=self.actor, initial=data.dict()), NewLines(data, prefix="line")
            return self.answer(form, lines)
        form, lines = NewOrderForm(data, actor=self.actor), NewLines(data, prefix="line")
        if not (form.is_valid() & lines.is_valid()):
            return self.answer(form, lines, 422)
        rows = [row for row in lines.cleaned_data if row]
        try:
            order, _created = entry.create_order(
                **form.cleaned_data, lines=rows, must_be_new=True, actor=self.actor, now=self.now
            )
        except DomainError as error:
            named = error.errors if isinstance(error, Invalid) else {error.field or "": [error.message]}
            for field, sentences in named.items():
                for sentence in sentences:
                    form.add_error(field if field in form.fields else None, sentence)
            return self.answer(form, lines, 422)
        return self.go(
            reverse("orders:detail", args=[order.pk]),
            gettext("Order %(number)s was entered.") % {"number": order.number},
        )

    def answer(self, form: NewOrderForm, lines: Any, status: int = 200) -> HttpResponse:
        """The page."""
        return self.render(
            "orders/new.html",
            {"title": _("New order"), "form": form, "lines": lines, "back_url": reverse("orders:list")},
            status,
        )


class RulesPage(ListPage):
    """The sorting rules."""

    listing_name = "order-rules"
    subtitle = _("the first that fits sorts an order as it comes in")

    def head_actions(self) -> list[dict[str, Any]]:
        """A new one."""
        return [{"label": _("New rule"), "url": reverse("orders:rule-new"), "icon": "plus", "kind": "primary"}]


class RulePage(FormPage):
    """A sorting rule, new or old."""

    permission, form_class, title, submit_label = "orders.change_automation", RuleForm, _("Order rule"), _("Save rule")
    text = _("All conditions must hold; an empty one does not matter. The first rule that fits decides.")
    edits = True

    @property
    def rule(self) -> OrderRule | None:
        """The rule that is edited."""
        return selectors.order_rule(self.kwargs["pk"]) if "pk" in self.kwargs else None

    def back_url(self) -> str:
        """The list."""
        return reverse("orders:rules")

    def form_arguments(self) -> dict[str, Any]:
        """Whose stores."""
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        """What the rule says now."""
        rule = self.rule
        return RuleForm.of(rule) if rule else {}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Write it."""
        form = RuleForm(self.request.POST, actor=self.actor)
        form.is_valid()
        sorting.save_rule(rule=self.rule, actor=self.actor, now=self.now, **form.rule())
        return self.go(self.back_url(), gettext("Rule saved."))

    def extra(self) -> dict[str, Any]:
        """The way up."""
        return {"crumbs": [{"label": _("Order rules"), "url": reverse("orders:rules")}]}
