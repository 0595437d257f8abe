"""Carrier services to choose from, by name with their code: people know the one, papers the other."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext

from logistics.choices import ServiceKind
from logistics.models import Service
from logistics.selectors.naming import named, service_name


def one_by_one() -> list[tuple[str, Any]]:
    """Every service by name, its code behind it."""
    return [(row[0], f"{named(*row)} · {row[0]}") for row in Service.objects.values_list("code", "name_en", "name_zh")]


def offered_services() -> list[tuple[str, Any]]:
    """Families of services and every service by name: ``kind:ems``, ``CP_EUB``."""
    families = [
        (f"kind:{kind}", gettext("%(carrier)s, all services") % {"carrier": label})
        for kind, label in ServiceKind.choices
    ]
    return [*families, *one_by_one()]


class OfStore(forms.ModelForm):
    """A rule that may count for one store only: the stores of its reader (``stores``) are offered, and the one it has."""

    def __init__(self, *args: Any, stores: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if stores is not None:
            ids = [*stores.values_list("pk", flat=True), self.instance.store_id]
            field: Any = self.fields["store"]
            field.queryset = field.queryset.filter(pk__in=[pk for pk in ids if pk])


class ServiceField(forms.ModelChoiceField):
    """One service."""

    def label_from_instance(self, obj: Any) -> str:
        """Name and code."""
        return f"{service_name(obj)} · {obj.code}"


class ServicesField(forms.ModelMultipleChoiceField):
    """Several services."""

    def label_from_instance(self, obj: Any) -> str:
        """Name and code."""
        return f"{service_name(obj)} · {obj.code}"
