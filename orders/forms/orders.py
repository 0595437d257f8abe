"""What people enter about orders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Store
from accounts.selectors import stores_for
from core.audit import Actor
from inventory.models import Warehouse
from inventory.selectors import warehouses_for
from orders import registry
from orders.choices import FlagColour, HoldReason, WishKind


class HoldForm(forms.Form):
    """Why an order waits, and until when."""

    reason = forms.ChoiceField(choices=HoldReason.choices, label=_("Reason"))
    note = forms.CharField(max_length=300, required=False, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))
    until = forms.DateTimeField(
        required=False, label=_("Look again at"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=[
            "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d %H:%M", "%Y-%m-%d",
        ],
    )  # fmt: skip


class NoteForm(forms.Form):
    """A word of explanation."""

    note = forms.CharField(max_length=300, required=False, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(forms.Form):
    """A reason that is needed."""

    reason = forms.CharField(max_length=300, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))


class FlagForm(forms.Form):
    """A coloured mark with a word."""

    colour = forms.ChoiceField(choices=FlagColour.choices, label=_("Colour"))
    note = forms.CharField(max_length=200, required=False, label=_("Meaning"))


class UnflagForm(forms.Form):
    """Which mark goes."""

    colour = forms.ChoiceField(choices=FlagColour.choices, label=_("Colour"))


class ServiceForm(forms.Form):
    """The carrier service."""

    service = forms.ChoiceField(required=False, label=_("Service"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["service"].choices = [("", _("Let the rules choose")), *registry.service_choices()]


class WarehouseForm(forms.Form):
    """The warehouse that sends."""

    takes = ("actor",)
    warehouse = forms.ModelChoiceField(queryset=Warehouse.objects.none(), to_field_name="code", label=_("Warehouse"))

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["warehouse"].queryset = warehouses_for(actor).filter(active=True)  # type: ignore[attr-defined]


class InterceptForm(forms.Form):
    """Why a parcel is stopped."""

    reason = forms.ChoiceField(choices=HoldReason.choices, label=_("Reason"))
    note = forms.CharField(max_length=300, required=False, label=_("Note"))


class AnswerForm(forms.Form):
    """The answer to a wish to cancel."""

    accept = forms.ChoiceField(
        choices=[("yes", _("Accept: the order is cancelled")), ("no", _("Refuse: the order goes on"))],
        label=_("Answer"),
    )
    note = forms.CharField(max_length=300, required=False, label=_("Note"))


class WishForm(forms.Form):
    """A request that was not in the note."""

    kind = forms.ChoiceField(choices=WishKind.choices, label=_("Kind"))
    text = forms.CharField(max_length=300, label=_("What the buyer asks for"))


class AddressForm(forms.Form):
    """Where an order goes."""

    recipient = forms.CharField(max_length=200, label=_("Recipient"))
    phone = forms.CharField(max_length=60, required=False, label=_("Phone"))
    line1 = forms.CharField(max_length=300, label=_("Address"))
    line2 = forms.CharField(max_length=300, required=False, label=_("Address, second line"))
    city = forms.CharField(max_length=120, required=False, label=_("City"))
    state = forms.CharField(max_length=120, required=False, label=_("State or province"))
    postcode = forms.CharField(max_length=30, required=False, label=_("Postcode"))
    country = forms.RegexField(r"^[A-Za-z]{2}$", label=_("Country (two letters)"))


class NewOrderForm(forms.Form):
    """An order that our own people enter; its lines stand in a set of :class:`NewLineForm`."""

    store = forms.ModelChoiceField(queryset=Store.objects.none(), to_field_name="code", label=_("Store"))
    order_no = forms.CharField(
        max_length=80, required=False, label=_("Order number"), help_text=_("Empty: we number it.")
    )
    status = forms.ChoiceField(
        choices=[("paid", pgettext_lazy("order state", "Paid")), ("unpaid", _("Unpaid"))], label=_("Status")
    )
    currency = forms.RegexField(r"^[A-Za-z]{3}$", label=_("Currency"))
    buyer_name = forms.CharField(max_length=200, label=_("Buyer"))
    buyer_email = forms.EmailField(required=False, label=_("E-mail"))
    recipient_name = forms.CharField(max_length=200, required=False, label=_("Recipient"))
    phone = forms.CharField(max_length=60, required=False, label=_("Phone"))
    address1 = forms.CharField(max_length=300, required=False, label=_("Address"))
    address2 = forms.CharField(max_length=300, required=False, label=_("Address, second line"))
    city = forms.CharField(max_length=120, required=False, label=_("City"))
    state = forms.CharField(max_length=120, required=False, label=_("State or province"))
    postcode = forms.CharField(max_length=30, required=False, label=_("Postcode"))
    country = forms.CharField(max_length=60, label=_("Country"))
    shipping_method = forms.CharField(max_length=120, required=False, label=_("Service the buyer paid for"))
    shipping_fee = forms.DecimalField(max_digits=14, decimal_places=4, min_value=0, required=False, label=_("Freight"))
    order_discount = forms.DecimalField(
        max_digits=14, decimal_places=4, min_value=0, required=False, label=_("Discount")
    )
    buyer_note = forms.CharField(
        max_length=4000, required=False, label=_("Buyer's note"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["store"].queryset = stores_for(actor)  # type: ignore[attr-defined]


class NewLineForm(forms.Form):
    """One line of such an order."""

    sku = forms.CharField(max_length=100, label=_("SKU"))
    title = forms.CharField(max_length=300, required=False, label=_("Title"))
    quantity = forms.IntegerField(min_value=1, max_value=1_000_000, label=_("Pieces"))
    unit_price = forms.DecimalField(max_digits=14, decimal_places=4, min_value=0, label=_("Price"))
    line_discount = forms.DecimalField(
        max_digits=14, decimal_places=4, min_value=0, required=False, label=_("Discount")
    )


class NewLineSet(forms.BaseFormSet):
    """The lines; without any it says so in the trade's words."""

    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "too_few_forms": _("An order needs at least one line."),
    }


NewLines = forms.formset_factory(
    NewLineForm, formset=NewLineSet, extra=3, min_num=1, validate_min=True, max_num=200, validate_max=True
)
