"""A page with one form: bind, check, call one service, go on. Refusals of the service stand at their field."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.errors import DomainError, Invalid, Stale
from core.format import DASH
from core.pages import Page


class FormPage(Page):
    """Subclass: ``form_class``, ``title``, ``submit_label``, :meth:`save`; optionally :meth:`initial`, :meth:`form_arguments`."""

    form_class: type[forms.Form]
    title: Any = ""
    text: Any = ""
    submit_label: Any = ""
    back: str = ""
    template_name = "core/form.html"
    wide_fields: ClassVar[tuple[str, ...]] = ()
    bound: Any = None  # the form that was sent, while it is saved
    stale = False  # somebody else changed the record meanwhile; the form shows what

    def form_arguments(self) -> dict[str, Any]:
        """Further keywords of the form."""
        return {}

    def initial(self) -> dict[str, Any]:
        """What stands in the fields at first."""
        return {}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Call one service with the checked input and answer where to go."""
        raise NotImplementedError

    def extra(self) -> dict[str, Any]:
        """Further context of the page."""
        return {}

    def back_url(self) -> str:
        """Where "Not now" leads."""
        return self.back

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The empty form."""
        return self.answer(self.form_class(initial=self.initial(), **self.form_arguments()))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save, or show what is wrong."""
        form = self.form_class(request.POST, request.FILES or None, initial=self.initial(), **self.form_arguments())
        self.bound = form
        if not form.is_valid():
            return self.answer(form, 422)
        try:
            return self.save(form.cleaned_data)
        except Stale as error:
            self.stale = True
            form.add_error(None, _("Somebody else changed this since you opened it. Compare, then save again."))
            for name in error.changes.keys() & form.fields.keys():
                form.add_error(name, _("It says now: %(value)s") % {"value": error.changes[name]["theirs"] or DASH})
            return self.answer(form, 422)
        except DomainError as error:
            named = error.errors if isinstance(error, Invalid) else {}
            for field, sentences in named.items():
                for sentence in sentences:
                    form.add_error(field if field in form.fields else None, sentence)
            if not named:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            return self.answer(form, 422)

    def answer(self, form: forms.Form, status: int = 200) -> HttpResponse:
        """The page or, to htmx, the form alone."""
        context = {
            "title": self.title, "text": self.text, "form": form, "groups": None, "wide_fields": self.wide_fields,
            "action_url": self.request.get_full_path(), "hidden": [], "submit_label": self.submit_label, "consequence": "",
            "danger": False, "back_url": self.back_url(), "crumbs": [], **self.extra(),
        }  # fmt: skip
        return self.render("core/_form.html" if self.is_partial() else self.template_name, context, status)
