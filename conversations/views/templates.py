"""The texts of the house: list, editor with a live preview on a real order, own texts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors import stores_for
from conversations import registry, rules, selectors, services
from conversations.choices import PURPOSES, purpose_words
from conversations.forms import NewTemplateForm, TemplateForm
from conversations.models import Template
from core.errors import Invalid
from core.format import language_name
from core.formpage import FormPage
from core.listing.html import ListPage
from core.pages import Page
from core.reading import whole


class TemplatesPage(ListPage):
    """All texts."""

    listing_name = "templates"

    def head_actions(self) -> list[dict[str, Any]]:
        """Add one."""
        return [
            {"label": _("New text"), "url": reverse("conversations:template-new"), "icon": "plus", "kind": "primary"}
        ]


class TemplateNewPage(FormPage):
    """Add an own text."""

    permission, form_class = "conversations.change_template", NewTemplateForm
    title, submit_label = gettext_lazy("New text"), gettext_lazy("Add the text")
    wide_fields = ("subject", "body", "when_zh", "when_en")

    def back_url(self) -> str:
        """The list."""
        return reverse("conversations:templates")

    def form_arguments(self) -> dict[str, Any]:
        """The person's stores."""
        return {"actor": self.actor}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        row = services.create_template(**data, actor=self.actor, now=self.now)
        return self.go(reverse("conversations:template", args=[row.pk]), _("Added."))


class _OneTemplate(Page):
    """Finds the text."""

    permission = "conversations.change_template"

    @cached_property
    def row(self) -> Template:
        """The text, if the person sees it."""
        found = selectors.templates_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found


class TemplatePage(_OneTemplate, FormPage):
    """Change a text."""

    form_class = TemplateForm
    template_name = "conversations/template.html"
    submit_label = gettext_lazy("Save")
    wide_fields = ("subject", "body", "when_zh", "when_en")

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which text."""
        parts = [self.row.code, purpose_words(self.row.purpose), language_name(self.row.language)]
        return " · ".join([*parts, self.row.store.name] if self.row.store else parts)

    def back_url(self) -> str:
        """The list."""
        return reverse("conversations:templates")

    def form_arguments(self) -> dict[str, Any]:
        """What a text of the house is for has its name already."""
        return {"named": self.row.purpose in PURPOSES}

    def initial(self) -> dict[str, Any]:
        """As it stands."""
        return {name: getattr(self.row, name) for name in TemplateForm.base_fields}

    def extra(self) -> dict[str, Any]:
        """Preview on a real object, the placeholders, the other versions."""
        siblings = selectors.templates_for(self.actor).filter(base_code=self.row.base_code).exclude(pk=self.row.pk)
        kind = "logistics.parcel" if self.row.kind == "parcel" else "orders.order"
        return {
            "row": self.row, "siblings": siblings, "names": sorted(services.known_names()), "checks": sorted(registry.GUARDRAILS),
            "preview_url": reverse("conversations:template-preview", args=[self.row.pk]), "used": rules.names(self.row.body),
            "samples": selectors.newest_of_kind(kind), "stores": stores_for(self.actor) if self.row.store_id is None else [],
            "crumbs": [{"label": _("Templates"), "url": self.back_url()}],
        }  # fmt: skip

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save, or make the store's own version."""
        if code := request.POST.get("copy_for"):
            store = stores_for(self.actor).filter(code=code).first()
            if store is None:
                raise Http404
            made = services.copy_for_store(template=self.row, store=store, actor=self.actor, now=self.now)
            return self.go(reverse("conversations:template", args=[made.pk]), _("The store has its own version now."))
        return super().post(request, **kwargs)

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        services.change_template(template=self.row, actor=self.actor, now=self.now, **data)
        return self.go(reverse("conversations:template", args=[self.row.pk]), _("Saved."))


class TemplatePreview(_OneTemplate):
    """How the text in the editor would read about a real order or parcel."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The filled text, what is missing, what is wrong."""
        kind, _colon, number = request.POST.get("sample", "").partition(":")
        chosen = whole(number)
        about = selectors.about_object(kind, chosen) if kind in registry.FACTS and chosen is not None else None
        body, subject = request.POST.get("body", ""), request.POST.get("subject", "")
        wrong = [*rules.check(body, services.known_names()), *rules.check(subject, services.known_names())]
        shown = None
        if about is not None and not wrong:
            try:
                shown = services.preview(
                    template=self.row, about=about, actor=self.actor, now=self.now, body=body, subject=subject
                )
            except Invalid as error:
                wrong = [error.message]
        return self.render("conversations/_preview.html", {"shown": shown, "wrong": wrong, "about": about})
