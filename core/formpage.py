"""A page with one form: bind, check, call one service, go on. Refusals of the service stand at their field."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core import versions
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
    #: The form edits a record that others may edit too: it carries a stamp of what it shows, and what changed since is not
    #: overwritten. ``unwatched``: fields that are not of the record (the day from which a new version counts).
    edits: ClassVar[bool] = False
    unwatched: ClassVar[tuple[str, ...]] = ()
    bound: Any = None  # the form that was sent, while it is saved
    _now_there: Mapping[str, Any] | None = None  # what stood there when the form was sent
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

    def watched(self) -> Mapping[str, Any]:
        """What stands there now, field by field as the form shows it."""
        return self.values_of(self.form_class(initial=self.initial(), **self.form_arguments()))

    def values_of(self, form: forms.BaseForm) -> dict[str, Any]:
        """The values a form is filled with; files, passwords and what is not of the record are left out."""
        return {
            name: form.get_initial_for_field(field, name)
            for name, field in form.fields.items()
            if name not in self.unwatched and not isinstance(field, forms.FileField)
            and not isinstance(field.widget, forms.PasswordInput)
        }  # fmt: skip

    def record_key(self) -> str:
        """What names the record among all that this page edits."""
        return repr(sorted(self.kwargs.items()))

    def _watching(self) -> bool:
        return self.edits and bool(self.kwargs)

    def _refuse_stale(self, form: forms.BaseForm) -> None:
        """Raise ``Stale`` where the record says something else than when the form was opened, naming what."""
        stamp = self.request.POST.get(versions.FORM_FIELD, "")
        if not self._watching() or not stamp:
            return
        given = {name: form[name].value() for name in form.fields}
        there = self._now_there or {}
        if changed := versions.changed_since(stamp, there, given):
            changes = {
                name: {"theirs": _said(form, name, there[name]), "yours": versions.plain(given[name])}
                for name in changed
            }
            raise Stale(
                "stale", _("Somebody else changed this since you opened it. Compare, then save again."), changes=changes
            )

    def _stamp(self) -> list[tuple[str, str]]:
        """The hidden field: what was seen; after a refusal for a change of somebody else it is theirs that was seen."""
        if not self._watching():
            return []
        sent = "" if self.stale else self.request.POST.get(versions.FORM_FIELD, "")
        there = self._now_there if self._now_there is not None else self.watched()
        return [(versions.FORM_FIELD, sent or versions.form_stamp(there))]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The empty form."""
        return self.answer(self.form_class(initial=self.initial(), **self.form_arguments()))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save, or show what is wrong."""
        if not self._watching():
            return self._post()
        with (
            transaction.atomic()
        ):  # two who save at once come one after the other, and the second sees what the first did
            versions.one_at_a_time(f"{type(self).__qualname__}:{self.record_key()}")
            self._now_there = self.watched()
            return self._post()

    def _post(self) -> HttpResponse:
        request = self.request
        form = self.form_class(request.POST, request.FILES or None, initial=self.initial(), **self.form_arguments())
        self.bound = form
        if not form.is_valid():
            return self.answer(form, 422)
        try:
            with transaction.atomic() if self._watching() else nullcontext():
                self._refuse_stale(form)
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
        context["hidden"] = [*context["hidden"], *self._stamp()]
        return self.render("core/_form.html" if self.is_partial() else self.template_name, context, status)


def _said(form: forms.BaseForm, name: str, value: Any) -> str:
    """A value as people read it: choices by their words."""
    field = form.fields[name]
    named = {
        str(code): str(label) for code, label in getattr(field, "choices", ()) if not isinstance(label, list | tuple)
    }
    shown = field.prepare_value(value)
    many = shown if isinstance(shown, list | tuple) and not any(isinstance(one, Mapping) for one in shown) else [shown]
    return ", ".join(filter(None, (named.get(versions.plain(one), versions.plain(one)) for one in many)))
