"""What forms say beside their fields is meant for people: in their language, never a note of the model or JSON."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.forms import BaseForm, JSONField
from django.utils.functional import Promise


def _all_under(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _all_under(one)


def _load_forms() -> None:
    for config in apps.get_app_configs():
        if pkgutil.resolve_name(config.name).__spec__.origin.find("site-packages") >= 0:
            continue
        for name in ("forms", "views"):
            try:
                package = importlib.import_module(f"{config.name}.{name}")
            except ModuleNotFoundError:
                continue
            for found in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{package.__name__}."):
                importlib.import_module(found.name)


def test_every_label_and_hint_of_a_form_is_translated() -> None:
    _load_forms()
    plain = [
        f"{form.__module__}.{form.__name__}.{name}: {said}"
        for form in set(_all_under(BaseForm))
        if not form.__module__.startswith(("django", "allauth", "tests"))
        for name, field in form.base_fields.items()
        for said in (field.label, field.help_text)
        if said and not isinstance(said, Promise)
    ]
    assert not plain, plain


def test_no_form_asks_a_person_for_json() -> None:
    """Rows of fields and pickers do; the one form that takes an object is that of packing machines, which no page offers."""
    _load_forms()
    asked = [
        f"{form.__module__}.{form.__name__}.{name}"
        for form in set(_all_under(BaseForm))
        if not form.__module__.startswith(("django", "allauth", "tests"))
        for name, field in form.base_fields.items()
        if isinstance(field, JSONField)
    ]
    assert asked == ["logistics.forms.dispatch.PackForm.items"]
