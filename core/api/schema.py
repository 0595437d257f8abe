"""The OpenAPI document: operations named after resource and action, filters as parameters, every refusal described."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any, cast

import django_filters
from django import forms
from django.utils.choices import CallableChoiceIterator
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.api.errors import MEDIA_TYPE
from core.listing.actions import Action
from core.listing.base import Listing, parameters_of

_FORM_FIELDS: list[tuple[type[forms.Field], type[serializers.Field]]] = [
    (forms.NullBooleanField, serializers.BooleanField), (forms.BooleanField, serializers.BooleanField),
    (forms.IntegerField, serializers.IntegerField), (forms.DateTimeField, serializers.DateTimeField),
    (forms.DateField, serializers.DateField),
]  # fmt: skip


@lru_cache(maxsize=512)
def row_serializer(resource: Any, full: bool) -> type[serializers.Serializer]:
    """The row with its parts (and, for one object, the further fields) as one serializer."""
    listing = resource.list
    fields = dict(listing.shape.fields)
    name = "".join(word.title() for word in resource.at.replace("/", "-").split("-"))
    if full:
        fields |= resource.detail_row().fields
    made = {key: _copy(key, field) for key, field in fields.items()}
    return type(f"{name}{'Detail' if full else ''}", (serializers.Serializer,), made)


def _copy(name: str, field: Any) -> Any:
    """A fresh field of the same kind: ids are text, personal and computed values may be missing."""
    if name == "id" or name.endswith("_id"):
        return serializers.CharField(label=field.label, allow_null=name != "id")
    kind: Any = type(field)
    args, kwargs = field._args, dict(field._kwargs)
    kwargs.pop("source", None)
    if "child" in kwargs:
        kwargs["child"] = copy.deepcopy(kwargs["child"])
    if isinstance(field, serializers.ListSerializer):
        kind = type(field.child)
        return kind(many=True)
    if not isinstance(field, serializers.BaseSerializer):
        kwargs["allow_null"] = True
    return kind(*args, **kwargs)


@lru_cache(maxsize=512)
def action_serializer(resource: Any, action: Action, many: bool) -> type[serializers.Serializer]:
    """The body of an action: the fields of its form, and for many rows which ones."""
    stem = "".join(word.title() for word in f"{resource.at}-{action.name}".replace("/", "-").split("-"))
    fields: dict[str, Any] = {}
    if many:
        fields = {
            "ids": serializers.ListField(child=serializers.CharField(), required=False),
            "filter": serializers.DictField(required=False),
            "dry_run": serializers.BooleanField(required=False),
        }
    for name, field in (action.form.base_fields if action.form else {}).items():
        fields[name] = form_field(field)
    return type(f"{stem}{'Bulk' if many else ''}Input", (serializers.Serializer,), fields)


def form_field(field: forms.Field) -> serializers.Field:
    """A form field as the schema shows it."""
    given: dict[str, Any] = {"required": field.required, "help_text": str(field.help_text or field.label or "")}
    if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return serializers.ListField(child=serializers.CharField(), **given)
    # choices read from tables stand in no schema
    read = isinstance(field, forms.TypedChoiceField | forms.ModelChoiceField) or isinstance(
        getattr(field, "choices", None), CallableChoiceIterator
    )
    if isinstance(field, forms.ChoiceField) and not read and field.choices:
        known = [c for c in cast(Any, field.choices) if c[0] != ""]
        if known:
            return serializers.ChoiceField(choices=known, **given)
    for kind, shown in _FORM_FIELDS:
        if isinstance(field, kind):
            return shown(**given)
    return serializers.CharField(max_length=getattr(field, "max_length", None), **given)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a program signs its requests."""

    target_class = "core.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Bearer."""
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A signed-in person (the browsable page)."""

    target_class = "core.api.auth.PersonAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The session cookie."""
        return {"type": "apiKey", "in": "cookie", "name": "session"}


class Outcome(serializers.Serializer):
    """What happened to one row."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    ok = serializers.BooleanField()
    code = serializers.CharField()
    message = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class BulkAnswer(serializers.Serializer):
    """Row by row what happened."""

    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    total = serializers.IntegerField()
    dry_run = serializers.BooleanField()
    outcomes = Outcome(many=True)


class JobStarted(serializers.Serializer):
    """The job that does it; ``data``: what it makes, where it makes one thing of all rows."""

    job = serializers.DictField()
    data = serializers.DictField(required=False)


class HouseSchema(AutoSchema):
    """Reads operations off the declarations instead of guessing from code."""

    view: Any

    def _resource(self) -> Any:
        return getattr(self.view, "resource", None)

    @property
    def _kind(self) -> str:
        """list, detail, action or bulk; "" for a view of its own kind."""
        return str(getattr(self.view, "kind", ""))

    def _described(self, name: str) -> Any:
        """What an own view says of this method (``core.api.addresses.described``)."""
        return getattr(getattr(self.view, self.method.lower(), None), "described", {}).get(name)

    def get_operation_id(self) -> str:
        resource = self._resource()
        if resource is None:
            return str(self._described("operation_id") or super().get_operation_id())
        stem = resource.at.replace("/", "_").replace("-", "_")
        if self._kind in ("action", "bulk"):
            many = "bulk_" if self._kind == "bulk" else ""
            return f"{stem}_{many}{self.view.action_name.replace('-', '_')}"
        verb = {("GET", True): "list", ("POST", True): "create", ("GET", False): "read", ("PATCH", False): "change",
                ("DELETE", False): "delete"}[(self.method, self._kind == "list")]  # fmt: skip
        return f"{stem}_{verb}"

    def get_tags(self) -> list[str]:
        resource = self._resource()
        return [resource.tag or resource.at] if resource else self._described("tags") or super().get_tags()

    def get_description(self) -> str:  # type: ignore[override]
        if self._kind in ("action", "bulk"):
            action = self.view.resource.list.all_actions[self.view.action_name]
            return " ".join(str(part) for part in (action.label, action.explain, action.confirm) if part)
        return str(super().get_description())

    def get_request_serializer(self) -> Any:
        resource = self._resource()
        if resource is None:
            return super().get_request_serializer()
        if self._kind in ("action", "bulk"):
            action = resource.list.all_actions[self.view.action_name]
            return action_serializer(resource, action, self._kind == "bulk")
        write = {"POST": resource.create, "PATCH": resource.update}.get(self.method)
        return write.input if write else None

    def get_response_serializers(self) -> Any:
        resource = self._resource()
        if resource is None:
            return self._described("responses") or super().get_response_serializers()
        if self._kind == "bulk":
            return {200: BulkAnswer, 202: JobStarted}
        if self.method == "DELETE":
            return {204: None}
        full = bool(resource.detail_row) and (self._kind == "detail" or self.method == "POST")
        row = row_serializer(resource, full)
        if self._kind == "action":
            return {200: _with_outcome(row)}
        if self._kind == "list":
            return {200: _page_of(row)} if self.method == "GET" else {201: row, 200: row}
        return {200: row}

    def get_override_parameters(self) -> list[Any]:
        resource = self._resource()
        if resource is None:
            return list(self._described("parameters") or super().get_override_parameters())
        if self.method == "GET":
            return list_parameters(resource.list) if self._kind == "list" else [_header("If-None-Match", False)]
        if self.method in ("PATCH", "DELETE"):
            return [_header("If-Match", True)]
        return [_header("Idempotency-Key", False)]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        if self._kind in ("detail", "action"):
            return [{"in": "path", "name": "id" if name == "id" else name, "schema": {"type": "string"}, "required": True}
                    for name in variables]  # fmt: skip
        return list(super()._resolve_path_parameters(variables))  # type: ignore[no-untyped-call]


@lru_cache(maxsize=512)
def _page_of(row: type[serializers.Serializer]) -> type[serializers.Serializer]:
    fields = {"next": serializers.URLField(allow_null=True), "previous": serializers.URLField(allow_null=True),
              "results": row(many=True)}  # fmt: skip
    return type(f"{row.__name__}Page", (serializers.Serializer,), fields)


@lru_cache(maxsize=512)
def _with_outcome(row: type[serializers.Serializer]) -> type[serializers.Serializer]:
    return type(f"{row.__name__}Outcome", (row,), {"outcome": Outcome()})


def _header(name: str, required: bool) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required)


def list_parameters(listing: Listing) -> list[OpenApiParameter]:
    """The parameters of a list: filters, search, sort, page."""
    made = [
        OpenApiParameter("cursor", str, description="place to read from, taken from next or previous"),
        OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": 200}),
        OpenApiParameter(
            "ordering", str, enum=sorted([*listing.orderings, *(f"-{name}" for name in listing.orderings)])
        ),
    ]
    if listing.sources:
        made.append(
            OpenApiParameter("q", str, description="words that must all fit, or several numbers of which any may")
        )
    for name, found in listing.filterset_class.base_filters.items():
        made += [_parameter(one, found) for one in parameters_of(name, found)]
    return made


def _parameter(name: str, found: django_filters.Filter) -> OpenApiParameter:
    many = isinstance(found, django_filters.MultipleChoiceFilter | django_filters.ModelMultipleChoiceFilter)
    given = found.extra.get("choices")
    choices = [str(value) for value, _label in given] if isinstance(given, list | tuple) else None
    kind: Any = str
    if isinstance(found, django_filters.BooleanFilter):
        kind = bool
    elif isinstance(found, django_filters.NumberFilter):
        kind = float
    return OpenApiParameter(name, kind, many=many, enum=choices, description=str(found.label or ""))


_REFUSALS = {
    "400": "the request is malformed", "401": "no valid token or session", "403": "the role may not do this",
    "404": "not found, or not yours to see", "409": "the state does not allow it", "412": "changed in the meantime",
    "413": "too large", "415": "not JSON", "422": "a field needs another value", "428": "If-Match is needed",
    "429": "too many requests", "503": "busy, try again",
}  # fmt: skip


def add_refusals(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Describe the refusals of every operation; all are problem+json with a stable ``code``."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = {
        "type": "object",
        "description": "RFC 9457 problem with a stable code and the sentence the page shows.",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string"},
            "detail": {"type": "string"},
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
            "changes": {"type": "object"},
            "params": {"type": "object"},
            "field": {"type": "string"},
        },
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result.get("paths", {}).values():
        for method, operation in operations.items():
            wanted = ["400", "401", "403", "404", "429"]
            if method != "get":
                wanted += ["409", "413", "415", "422", "503"]
            if method in ("patch", "delete"):
                wanted += ["412", "428"]
            for status in wanted:
                operation["responses"].setdefault(status, {"description": _REFUSALS[status], "content": content})
    return result
