"""Carrier services to choose from, by name with their code: people know the one, papers the other."""

from __future__ import annotations

from typing import Any

from django import forms

from logistics.selectors.naming import service_name


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
