"""What may be entered about customs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from accounts.selectors import stores_for
from core.clock import utcnow
from core.formrows import RowsField
from core.pickers import CountryField, SuggestInput
from logistics.choices import ContentKind, DifferenceReason, GoodsAction, Incoterm, NonDelivery
from logistics.forms.avoid import AvoidField
from logistics.forms.tables import VersionForm
from logistics.models import Brand, CountryRule, GoodsClassRule, NationalCode, NatureCode, StopWordRule, TaxNumber
from logistics.rules.customs.book import ANYWHERE, LATIN
from logistics.selectors.customs import declarations
from logistics.selectors.customs.classes import class_names, heading_choices
from logistics.selectors.signing import lines_of


class ReviewForm(forms.Form):
    """Why it may go as it is."""

    reason = forms.CharField(
        max_length=300, label=_("Why it may go as it is"), widget=forms.Textarea(attrs={"rows": 2})
    )


class ValueForm(forms.Form):
    """A line declared at another value than what was paid."""

    takes: ClassVar[tuple[str, ...]] = ("objs",)
    line = forms.IntegerField(min_value=1, max_value=2**62, label=_("Article"))
    value = forms.DecimalField(max_digits=14, decimal_places=4, min_value=0, label=_("Declared value of the line"))
    reason = forms.ChoiceField(choices=DifferenceReason.choices, label=_("Reason"))
    text = forms.CharField(max_length=300, required=False, label=_("Why"))
    document = forms.CharField(
        max_length=200, required=False, label=_("Paper that shows it"), help_text=_("Refund, corrected invoice")
    )

    def __init__(self, *args: Any, objs: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(objs) == 1:
            lines = lines_of([objs[0].pk]).get(objs[0].pk, [])
            self.fields["line"].widget = forms.Select(
                choices=[(row.pk, f"{row.sku.code} × {row.quantity}") for row in lines]
            )


class SparesForm(forms.Form):
    """Other spare pieces than the rule of the article gives, on one note."""

    takes: ClassVar[tuple[str, ...]] = ("objs",)
    line = forms.IntegerField(min_value=1, max_value=2**62, label=_("Article"))
    pieces = forms.IntegerField(min_value=0, max_value=100, label=_("Spare pieces"))
    reason = forms.CharField(max_length=300, label=_("Why"), help_text=_("It is printed on the note with your name."))

    def __init__(self, *args: Any, objs: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(objs) == 1:
            lines = lines_of([objs[0].pk]).get(objs[0].pk, [])
            self.fields["line"].widget = forms.Select(
                choices=[(row.pk, f"{row.sku.code} × {row.quantity}") for row in lines if not row.spare]
            )


class PapersForm(forms.Form):
    """What only a person knows of a declaration; what is known already stands in the form."""

    takes: ClassVar[tuple[str, ...]] = ("objs",)
    incoterm = forms.ChoiceField(choices=Incoterm.choices, label=_("Terms"))
    insurance = forms.DecimalField(max_digits=14, decimal_places=4, min_value=0, initial=0, label=_("Insurance"))
    battery = forms.CharField(max_length=100, required=False, label=_("Battery statement"))
    licence = forms.CharField(max_length=60, required=False, label=_("Licence"))
    certificate = forms.CharField(max_length=60, required=False, label=_("Certificate"))
    invoice = forms.CharField(max_length=60, required=False, label=_("Invoice number"))
    non_delivery = forms.ChoiceField(choices=NonDelivery.choices, label=_("If it cannot be delivered"))
    content_text = forms.CharField(max_length=100, required=False, label=_("Explanation of the content"))
    comments = forms.CharField(
        max_length=200,
        required=False,
        label=_("Comments"),
        help_text=_("Quarantine, sanitary inspection, other restrictions."),
    )

    def __init__(self, *args: Any, objs: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = declarations.declaration_of(objs[0]) if len(objs) == 1 else None
        if held is not None:
            self.initial = {**self.initial, **{name: getattr(held, name) for name in self.fields}}


class RecipientForm(forms.Form):
    """The identity number of a recipient."""

    number = forms.CharField(max_length=60, label=_("Recipient's ID"))
    source = forms.ChoiceField(
        choices=[("platform", _("The platform told it")), ("carrier_page", _("Entered on the carrier's page"))],
        label=_("Where it comes from"), help_text=_("Never ask for it in a message."),
    )  # fmt: skip


class CompleteForm(forms.Form):
    """Customs data of articles; what stays empty is left as it is."""

    customs_text = forms.CharField(
        max_length=200, required=False, label=_("Customs text"), help_text=_("English: what it is, what it is made of.")
    )
    hs_code = forms.RegexField(
        r"^\d{6,12}$", required=False, label=_("HS code"), widget=SuggestInput(heading_choices),
        help_text=_("6 digits; 10 for the United States"),
    )  # fmt: skip
    origin = CountryField(required=False, label=_("Origin"))
    weight_g = forms.DecimalField(max_digits=10, decimal_places=2, min_value=0, required=False, label=_("Weight (g)"))
    material = forms.CharField(max_length=100, required=False, label=_("Material"))
    goods_class = forms.CharField(max_length=40, required=False, label=_("Class of goods"))

    takes: ClassVar[tuple[str, ...]] = ("objs",)

    def __init__(self, *args: Any, objs: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skus = {line.sku_id: line.sku for line in objs}
        if len(skus) == 1:  # what is known already stands there
            (sku,) = skus.values()
            self.initial = {**{name: getattr(sku, name) for name in self.fields}, **self.initial}
        held = {text: text for text in {sku.goods_class for sku in skus.values()} if text}
        self.fields["goods_class"].widget = forms.Select(choices=[("", "—"), *({**held, **class_names()}).items()])


class WordsField(forms.CharField):
    """Words separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        """As people read them."""
        return value if isinstance(value, str) else ", ".join(map(str, value or []))

    def clean(self, value: Any) -> list[str]:
        """The words."""
        text = super().clean(value) or ""
        return [word.strip() for word in text.replace(";", ",").replace("，", ",").split(",") if word.strip()]


class DatedForm(VersionForm):
    """A version that counts from a day on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].label = _("Valid from")


BASES = [
    ("goods", _("goods")), ("item", _("each article")), ("goods_freight", _("goods and freight")),
    ("cif", _("goods, freight and insurance (CIF)")), ("fob", _("goods at the port (FOB)")), ("customs_value", _("customs value")),
]  # fmt: skip
#: Schemes under which tax is collected at the sale.
SCHEMES: dict[str, Any] = {
    "IOSS": _("European Union"), "UK_VAT": _("United Kingdom"), "VOEC": _("Norway"), "CH_MAIL_ORDER": _("Switzerland, Liechtenstein"),
    "AU_GST": _("Australia"), "NZ_GST": _("New Zealand"), "SG_OVR": _("Singapore"), "MY_LVG": _("Malaysia"),
    "REMESSA_CONFORME": _("Brazil"), "CL_SIMPLIFIED_VAT": _("Chile"),
}  # fmt: skip
UNITS = [("", "—"), ("hs6_line", _("each tariff heading")), ("consignment", _("each parcel"))]


class CountryRuleForm(DatedForm):
    """The rule of a country from a day on."""

    country = CountryField(label=_("Country"), more={LATIN: _("Latin America"), ANYWHERE: _("All others")})
    value_basis = forms.ChoiceField(choices=BASES, label=_("Value counted as"))
    flat_unit = forms.ChoiceField(choices=UNITS, required=False, label=_("Charge for each"))
    carrier_avoid = AvoidField(label=_("Services to avoid"))
    sensitive = forms.MultipleChoiceField(
        required=False, label=_("Classes of goods to look at"), widget=forms.CheckboxSelectMultiple
    )
    bands = RowsField(
        columns={"to_g": _("Up to (g)"), "low": _("At least"), "high": _("At most")},
        whole={"to_g"},
        required=False,
        label=_("Figures of the manual by weight"),
    )
    duty_steps = RowsField(
        columns={"to": _("Up to a value of"), "percent": _("Duty in per cent"), "less": _("Less this amount")},
        required=False,
        label=_("Duty by value"),
    )

    class Meta:
        model = CountryRule
        fields = (
            "country", "currency", "duty_free_max", "tax_free_max", "value_basis", "pos_tax_max", "pos_tax_scheme", "tax_percent",
            "tax_inside", "duty_rule", "duty_rule_zh", "duty_steps", "flat_amount", "flat_currency", "flat_unit", "formal_above",
            "formal_currency",
            "recipient_id", "recipient_id_zh", "hs_digits", "review_above", "review_currency", "bands", "band_currency", "sensitive",
            "carrier_avoid",
            "carrier_advice", "carrier_advice_zh", "rule_en", "rule_zh", "valid_from",
        )  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "currency": _("Currency"), "duty_free_max": _("Free of duty up to"),
            "tax_free_max": _("Free of tax up to"), "value_basis": _("Value counted as"), "pos_tax_max": _("Tax at the sale up to"),
            "pos_tax_scheme": _("Scheme"), "tax_percent": _("VAT or GST %"), "tax_inside": _("The tax is part of its own base"),
            "duty_rule": _("Duty (English)"), "duty_rule_zh": _("Duty (Chinese)"), "flat_amount": _("Flat charge"),
            "flat_currency": _("Currency of the charge"),
            "flat_unit": _("Charge for each"), "formal_above": _("Full declaration above"),
            "formal_currency": _("Currency of the full declaration"), "recipient_id": _("Recipient's ID (English)"),
            "recipient_id_zh": _("Recipient's ID (Chinese)"),
            "hs_digits": _("Digits of the HS code"), "review_above": _("Look at it above"), "review_currency": _("Currency of the limit"),
            "band_currency": _("Currency of the manual"), "carrier_advice": _("Advice (English)"),
            "carrier_advice_zh": _("Advice (Chinese)"),
            "rule_en": _("Rule (English)"), "rule_zh": _("Rule (Chinese)"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {"tax_inside": ""}
        widgets: ClassVar[dict[str, Any]] = {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("carrier_advice", "carrier_advice_zh", "rule_en", "rule_zh")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = class_names()
        self.fields["pos_tax_scheme"].widget = SuggestInput(SCHEMES.items)
        held = {code: code for code in self.instance.sensitive or [] if code not in names}
        self.fields["sensitive"].choices = [*names.items(), *held.items()]  # type: ignore[attr-defined]


class GoodsClassForm(DatedForm):
    """A class of goods from a day on."""

    prefixes = WordsField(required=False, label=_("Tariff headings"))
    action = forms.ChoiceField(choices=GoodsAction.choices, label=_("What follows"))

    class Meta:
        model = GoodsClassRule
        fields = ("code", "meaning_en", "meaning_zh", "prefixes", "action", "note", "note_zh", "active", "valid_from")
        labels: ClassVar[dict[str, Any]] = {
            "code": _("Class"), "meaning_en": _("Meaning (English)"), "meaning_zh": _("Meaning (Chinese)"), "note": _("Note (English)"),
            "note_zh": _("Note (Chinese)"), "active": _("In use"),
        }  # fmt: skip


class StopWordForm(DatedForm):
    """A stop word from a day on."""

    level = forms.ChoiceField(
        choices=[("review", _("look at it")), ("block", _("must be mended"))], label=_("What follows")
    )

    class Meta:
        model = StopWordRule
        fields = ("term", "whole", "level", "reason", "reason_zh", "active", "valid_from")
        labels: ClassVar[dict[str, Any]] = {
            "term": _("Word"), "whole": _("Only as the whole text"), "reason": _("Reason (English)"),
            "reason_zh": _("Reason (Chinese)"), "active": _("In use"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {"whole": ""}


class NationalCodeForm(DatedForm):
    """A national tariff code from a day on."""

    country = CountryField(label=_("Country"))

    class Meta:
        model = NationalCode
        fields = ("country", "hs6", "code", "description", "description_zh", "valid_from")
        labels: ClassVar[dict[str, Any]] = {
            "hs6": _("Six digits"), "code": _("National code"), "description": _("Description (English)"),
            "description_zh": _("Description (Chinese)"),
        }  # fmt: skip


class NatureCodeForm(DatedForm):
    """A nature of transaction from a day on."""

    content_type = forms.ChoiceField(choices=ContentKind.choices, label=_("Content"))

    class Meta:
        model = NatureCode
        fields = ("content_type", "code", "meaning", "meaning_zh", "source", "source_zh", "valid_from")
        labels: ClassVar[dict[str, Any]] = {
            "code": _("Code"), "meaning": _("Meaning (English)"), "meaning_zh": _("Meaning (Chinese)"), "source": _("Source (English)"),
            "source_zh": _("Source (Chinese)"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {"source": _("Where the code stands, or that nobody confirmed it yet")}


class DataFileForm(forms.Form):
    """How the file of customs data is written."""

    format = forms.ChoiceField(
        choices=[("csv", "CSV"), ("json", "JSON")], initial="csv", required=False, label=_("Format")
    )
    mark = forms.BooleanField(
        required=False,
        label=_("Counts as given to the carrier"),
        help_text=_("As soon as the file is ready; what is wrong is left out."),
    )


class TaxNumberForm(forms.ModelForm):
    """A number we trade under."""

    class Meta:
        model = TaxNumber
        fields = ("scheme", "number", "holder", "store", "valid_from", "valid_to")
        labels: ClassVar[dict[str, Any]] = {
            "scheme": _("Scheme"), "number": _("Number"), "holder": _("Held by"), "store": _("Store"), "valid_from": _("Valid from"),
            "valid_to": _("Until"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {"holder": _("Us, or the intermediary who answers for us")}
        widgets: ClassVar[dict[str, Any]] = {
            "valid_from": forms.DateInput(attrs={"type": "date"}), "valid_to": forms.DateInput(attrs={"type": "date"}),
        }  # fmt: skip

    def __init__(self, *args: Any, actor: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].queryset = stores_for(actor) if actor else Store.objects.none()  # type: ignore[attr-defined]
        self.fields["store"].empty_label = _("All stores")  # type: ignore[attr-defined]
        self.fields["scheme"].widget = SuggestInput(lambda: [*SCHEMES.items(), ("EORI", _("our number with EU customs"))])
        if not self.instance.pk:
            self.initial["valid_from"] = utcnow().date().isoformat()

    def validate_unique(self) -> None:
        """The service says it in words."""


class BrandForm(forms.ModelForm):
    """A brand and its paper."""

    words = WordsField(required=False, label=_("Words that name it"))

    class Meta:
        model = Brand
        fields = ("name", "words", "document", "allowed_from", "allowed_to")
        labels: ClassVar[dict[str, Any]] = {
            "name": _("Brand"), "document": _("Paper that allows it"), "allowed_from": _("Allowed from"), "allowed_to": _("Allowed until"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {"document": ""}
        widgets: ClassVar[dict[str, Any]] = {
            "allowed_from": forms.DateInput(attrs={"type": "date"}), "allowed_to": forms.DateInput(attrs={"type": "date"}),
        }  # fmt: skip

    def validate_unique(self) -> None:
        """The service says it in words."""


class PackForm(forms.Form):
    """A file of country rules."""

    name = forms.CharField(max_length=100, label=_("Name of the pack"))
    valid_from = forms.DateField(label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.CharField(max_length=300, required=False, label=_("Where it comes from"))
    file = forms.FileField(label=_("CSV file"))

    def clean_file(self) -> Any:
        """A small one."""
        found = self.cleaned_data["file"]
        if found.size > 2_000_000:
            raise forms.ValidationError(_("This file is too large."))
        return found
