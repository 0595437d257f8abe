"""REST: terms, destinations, surcharges and choosing rules of services. What may be written is what the page's form lets pass,
by the same service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.selectors import stores_for
from core.api.fields import Scoped
from core.errors import Invalid
from core.listing.rest import Resource, Write
from logistics.forms.rates import ChoiceForm, PlaceForm, SurchargeForm, TermsForm
from logistics.models import ChoiceRule, ServiceDestination, ServiceTerms, Surcharge
from logistics.selectors import dispatch
from logistics.services import rates

RIGHT = "logistics.change_service"


class Written(serializers.ModelSerializer):
    """What is written of a row; what can be refused is refused by the form and the service, in words."""

    def get_validators(self) -> list[Any]:
        """None of the table: a version of the same day is changed in place."""
        return []


class TermsInput(Written):
    """Weights and limits of a service from a day on. ``accepts``: class of goods -> yes, no, check."""

    service = Scoped(dispatch.services_for, "code")
    accepts = serializers.DictField(child=serializers.ChoiceField(["yes", "no", "check"]), required=False)

    class Meta:
        model = ServiceTerms
        fields = (*TermsForm.Meta.fields, "accepts")


class PlaceInput(Written):
    """What a service knows of one country from a day on."""

    service = Scoped(dispatch.services_for, "code")

    class Meta:
        model = ServiceDestination
        fields = PlaceForm.Meta.fields


class SurchargeInput(Written):
    """A discount, fuel or a surcharge."""

    service = Scoped(dispatch.services_for, "code")

    class Meta:
        model = Surcharge
        fields = SurchargeForm.Meta.fields


class ChoiceInput(Written):
    """A choosing rule; without a store it holds in all."""

    store = Scoped(stores_for, "code", required=False, allow_null=True)

    class Meta:
        model = ChoiceRule
        fields = ChoiceForm.Meta.fields
        extra_kwargs = {"name": {"validators": []}}  # said by the form, in words


def cleaned(form_class: type[forms.ModelForm], row: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the page's form makes of the changes over the row as it stands; refuses with the form's words at their fields."""
    given = dict(changes)
    accepts = given.pop("accepts", None)
    kept = row.accepts if isinstance(row, ServiceTerms) and accepts is None else accepts or {}
    data = {**model_to_dict(row, exclude=["id", "accepts"]), **given}
    data |= {f"goods_{name}": answer for name, answer in kept.items()}
    plain = {name: getattr(value, "pk", value) for name, value in data.items() if value is not None}
    form = form_class(plain, instance=type(row).objects.filter(pk=row.pk).first() if row.pk else None)
    unknown = [name for name in accepts or {} if f"goods_{name}" not in form.fields]
    if not form.is_valid() or unknown:
        errors = {
            name if name != "__all__" else "detail": [str(e) for e in found] for name, found in form.errors.items()
        }
        if unknown:
            errors["accepts"] = [str(_("There is no goods class “%(value)s”.") % {"value": unknown[0][:40]})]
        raise Invalid("invalid_input", _("Some fields need another value."), errors=errors)
    return dict(form.cleaned_data)


def _writes(model: type[Any], form_class: type[forms.ModelForm], shape: type[Written]) -> tuple[Write, Write]:
    """Making and changing a row of one of the tables."""

    def make(*, actor: Any, now: Any, **given: Any) -> Any:
        """A new row."""
        return rates.save_setting(row=model(), changes=cleaned(form_class, model(), given), actor=actor, now=now)

    def change(*, obj: Any, actor: Any, now: Any, **given: Any) -> Any:
        """The row, or its version from another day on."""
        row = model.objects.get(pk=obj.pk)
        return rates.save_setting(row=row, changes=cleaned(form_class, row, given), actor=actor, now=now)

    return Write(shape, make, RIGHT), Write(shape, change, RIGHT)


class TermsResource(Resource):
    """How services weigh, step and limit: read and write."""

    listing, path = "service-terms", "settings/service-terms"
    create, update = _writes(ServiceTerms, TermsForm, TermsInput)


class PlaceResource(Resource):
    """Zones of services and limits of their destinations: read and write."""

    listing, path = "service-destinations", "settings/service-destinations"
    create, update = _writes(ServiceDestination, PlaceForm, PlaceInput)


class SurchargeResource(Resource):
    """Fuel, discounts, surcharges: read and write."""

    listing, path = "surcharges", "settings/surcharges"
    create, update = _writes(Surcharge, SurchargeForm, SurchargeInput)


class ChoiceResource(Resource):
    """Choosing rules: read and write."""

    listing, path = "choosing-rules", "settings/choosing-rules"
    create, update = _writes(ChoiceRule, ChoiceForm, ChoiceInput)


RESOURCES: list[type] = [TermsResource, PlaceResource, SurchargeResource, ChoiceResource]
