"""Serializer fields for writes: references are looked up inside what the caller may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.audit import Actor
from core.errors import Missing


@extend_schema_field(str)
class Scoped(serializers.Field):
    """A reference by ``key`` (``pk``, ``code`` …) to an object of ``selector(actor)``; anything else is not found (404)."""

    def __init__(self, selector: Callable[[Actor], QuerySet], key: str = "pk", **more: Any) -> None:
        self.selector, self.key = selector, key
        super().__init__(**more)

    def to_internal_value(self, data: Any) -> Any:
        """The object."""
        if not isinstance(data, str | int) or isinstance(data, bool) or len(str(data)) > 100:
            raise serializers.ValidationError(_("Not a valid reference."))
        number = str(data).isascii() and str(data).isdigit() and len(str(data)) <= 18
        found = None
        if self.key not in ("pk", "id") or number:
            found = self.selector(self.context["actor"]).filter(**{self.key: data}).first()
        if found is None:
            raise Missing("not_found", _("There is no %(name)s “%(value)s” here."), name=self.field_name, value=str(data),
                          field=self.field_name)  # fmt: skip
        return found

    def to_representation(self, value: Any) -> Any:
        """The key of the object."""
        return str(getattr(value, self.key))
