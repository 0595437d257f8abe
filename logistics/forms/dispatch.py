"""What may be entered on the pages of dispatch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext_lazy as _

from core.countries import by_code
from core.format import in_own_language
from core.pickers import countries_field, keep_known
from logistics.choices import BlockReason, LabelSize, SignatureKind, SupplyRoute, TrackingLevel
from logistics.forms.naming import ServiceField
from logistics.models import CarrierAccount, Service
from logistics.rules.packing import CHECKS
from products.models import Sku

DOCUMENTS = [
    ("pick_list", _("Pick list")), ("notes", _("Dispatch notes")), ("labels", _("Labels")), ("customs", _("Customs papers")),
    ("slips", _("Packing slips")), ("cards", _("Insert cards")),
]  # fmt: skip
USUAL = ["pick_list", "notes", "labels", "customs"]
LANGUAGES = [("", _("House language")), ("zh-hans", "中文"), ("en", "English")]


class SignForm(forms.Form):
    """Which signature; somebody who may give only one is not asked."""

    takes: ClassVar[tuple[str, ...]] = ("actor", "objs")
    kind = forms.ChoiceField(choices=SignatureKind.choices, required=False, label=_("Signature"))
    #: Which revision was looked at; of one note only.
    revision = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput())

    #: When the list was drawn from which notes were chosen.
    seen_at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())

    def __init__(self, *args: Any, actor: Any = None, objs: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(objs) == 1:
            self.initial["revision"] = objs[0].revision
        names = {"price": "logistics.sign_price", "note": "logistics.sign_note"}
        mine = [(k, label) for k, label in SignatureKind.choices if actor is None or actor.has_perm(names[k])]
        self.fields["kind"].choices = mine  # type: ignore[attr-defined]
        self.single = mine[0][0] if len(mine) == 1 else ""
        if len(mine) > 1:
            self.fields["kind"].required = True
        else:
            self.fields["kind"].widget = forms.HiddenInput()

    def clean_seen_at(self) -> datetime | None:
        """The moment; None when nothing was said. Refuses what is none."""
        text = self.cleaned_data.get("seen_at")
        if not text:
            return None
        try:
            found = parse_datetime(text)
        except ValueError:
            found = None
        if found is None or is_naive(found):
            raise forms.ValidationError(_("Say the time with its offset, as in 2026-11-20T02:00:00Z."))
        return found

    def clean_kind(self) -> str:
        """The only one there is, when nothing was chosen."""
        return str(self.cleaned_data.get("kind") or self.single)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=300, label=_("Why"))


class BlockForm(forms.Form):
    """What keeps the warehouse from going on."""

    reason = forms.ChoiceField(
        choices=[(value, label) for value, label in BlockReason.choices if value != BlockReason.INTERCEPTED],
        label=_("What is wrong"),
    )
    text = forms.CharField(max_length=300, required=False, label=_("In your words"))


class PrintForm(forms.Form):
    """What is printed, in which language."""

    documents = forms.MultipleChoiceField(
        choices=DOCUMENTS, required=False, initial=USUAL, widget=forms.CheckboxSelectMultiple, label=_("Print"),
        help_text=_("Nothing ticked: pick list, notes, labels with their customs papers."),
    )  # fmt: skip
    language = forms.ChoiceField(choices=LANGUAGES, required=False, label=_("Language of the notes"))
    label_size = forms.ChoiceField(
        choices=[("", _("As the house has it")), *LabelSize.choices], required=False, label=_("Label")
    )


class NumberForm(forms.Form):
    """A typed waybill number; empty takes the next of the pool or asks the carrier."""

    number = forms.CharField(
        max_length=60,
        required=False,
        label=_("Waybill number"),
        help_text=_("Empty: the next of the pool, or from the carrier."),
    )


class EditForm(forms.Form):
    """What may be changed on a note; every change voids the signatures."""

    service = ServiceField(
        queryset=Service.objects.filter(active=True), required=False, to_field_name="code", label=_("Service")
    )
    supply = forms.ChoiceField(
        choices=[("", "—"), *SupplyRoute.choices], required=False, label=_("Missing goods come from")
    )
    take_address = forms.BooleanField(required=False, label=_("Take over the order's present address"))
    #: Which revision was looked at.
    revision = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput())


class LineForm(forms.Form):
    """Wish, purchase price and declared value of one line."""

    wish = forms.CharField(max_length=300, required=False, label=_("Wish"))
    unit_cost = forms.DecimalField(
        max_digits=14, decimal_places=4, min_value=Decimal(0), required=False, label=_("Purchase price")
    )
    value = forms.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal(0), required=False, label=_("Declared value")
    )

    def __init__(
        self, *args: Any, cost: bool = True, currencies: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, code in (currencies or {}).items():
            self.fields[name].label = f"{self.fields[name].label} ({code})"
        if not cost:  # who may not see what goods cost
            del self.fields["unit_cost"]


class AskForm(forms.Form):
    """A longer handling time, with a substitute or without."""

    new_date = forms.DateField(label=_("Can be sent on"), widget=forms.DateInput(attrs={"type": "date"}))
    substitute = forms.ModelChoiceField(
        queryset=Sku.objects.filter(active=True), required=False, to_field_name="code", label=_("Substitute (SKU)"),
        widget=forms.TextInput(), help_text=_("Empty: only the longer time."),
    )  # fmt: skip


class PackForm(forms.Form):
    """Packing in one call, for programs: what was put in, which checks were made, the label that sticks on it."""

    items = forms.JSONField(label=_("Articles: code and pieces"))
    checks = forms.MultipleChoiceField(choices=[(name, name) for name in CHECKS], required=False, label=_("Checks"))
    label = forms.CharField(max_length=60, label=_("Label"))
    weight_g = forms.IntegerField(min_value=1, max_value=100_000, required=False, label=_("Weight (g)"))

    def clean_items(self) -> dict[str, int]:
        """Codes with pieces."""
        found = self.cleaned_data["items"]
        good = isinstance(found, dict) and found and all(isinstance(n, int) and 0 < n < 10_000 for n in found.values())
        if not good:
            raise forms.ValidationError(_("An object of codes and pieces, e.g. {“NK-117”: 2}."))
        return {str(code)[:100]: pieces for code, pieces in found.items()}


class PoolForm(forms.Form):
    """Numbers for the pool of a service."""

    service = ServiceField(queryset=Service.objects.filter(active=True), to_field_name="code", label=_("Service"))
    text = forms.CharField(
        required=False, label=_("Numbers"), widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("One a line, or a range: RB123456785CN .. RB123456890CN"),
    )  # fmt: skip
    file = forms.FileField(required=False, label=_("Or a text file with numbers"))

    def clean(self) -> dict[str, Any]:
        """Text or file."""
        data = super().clean() or {}
        upload = data.get("file")
        if upload:
            if upload.size > 5_000_000:
                raise forms.ValidationError(_("The file is too large."))
            data["text"] = f"{data.get('text') or ''}\n{upload.read().decode('utf-8-sig', 'replace')}"
        if not (data.get("text") or "").strip():
            raise forms.ValidationError(_("Paste numbers or choose a file."))
        return data


class NumberFileForm(forms.Form):
    """A carrier's file: order number and waybill number in each row."""

    file = forms.FileField(label=_("File (CSV): order number, waybill number"))

    def clean_file(self) -> str:
        """The text of the file."""
        upload = self.cleaned_data["file"]
        if upload.size > 5_000_000:
            raise forms.ValidationError(_("The file is too large."))
        raw = upload.read()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return str(raw.decode(encoding)).replace("\x00", "")
            except UnicodeDecodeError:
                continue
        raise forms.ValidationError(_("The file cannot be read as text."))


def carrier_choices() -> list[tuple[str, Any]]:
    """Accounts with carriers that give numbers by program."""
    rows = CarrierAccount.objects.filter(ended_at__isnull=True).order_by("name").values_list("code", "name")
    return [("", _("numbers of the pool, or from a file")), *((code, f"{name} · {code}") for code, name in rows)]


class ServiceForm(forms.ModelForm):
    """A service as staff edit it."""

    match_words = forms.CharField(
        required=False,
        label=_("Words of buyers that mean it"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line."),
    )
    destinations = countries_field(_("Goes to"), empty="ALL", max_length=600, help_text=_("None chosen: everywhere."))

    in_words = False
    connector = forms.ChoiceField(
        required=False, label=_("Carrier program"), choices=carrier_choices, help_text=_("The carrier account that gives the numbers."),
    )  # fmt: skip
    tracking_level = forms.ChoiceField(choices=TrackingLevel.choices, initial=TrackingLevel.FULL, label=_("Tracked"))

    class Meta:
        model = Service
        fields = (
            "name_en", "name_zh", "carrier", "kind", "tracking_level", "active", "connector",
            "days_min", "days_max", "max_weight_g", "value_max", "value_max_currency",
            "pickup_time", "number_pattern", "tracking_url", "match_words", "note", "note_zh",
        )  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "name_en": _("Name (English)"), "name_zh": _("Name (Chinese)"), "carrier": _("Carrier"), "active": _("In use"),
            "kind": _("Kind"),
            "days_min": _("Days from"), "days_max": _("Days to"), "max_weight_g": _("Heaviest (g)"),
            "value_max": _("Highest value"), "value_max_currency": _("Currency"), "pickup_time": _("Pick-up"),
            "number_pattern": _("Pattern of its numbers"), "tracking_url": _("Tracking page"),
            "note": _("Note (English)"), "note_zh": _("Note (Chinese)"),
        }  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {
            "pickup_time": _("When the carrier fetches parcels; empty: as the house rule says"),
            "number_pattern": _("A regular expression, for example R[A-Z]\\d{9}CN"),
            "tracking_url": _("{number} stands for the waybill number"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_known(self.fields["connector"], self.instance.connector)
        self.initial["match_words"] = "\n".join(self.instance.match_words or ())
        if self.instance.pk:
            self._show_places(self.instance.facts or {})

    def _show_places(self, facts: Mapping[str, Any]) -> None:
        """The countries it goes to. Words of the reference list limit nothing and stand beside the field."""
        goes = str(facts.get("destinations") or "ALL")
        codes = [part.strip() for part in goes.split(";")]
        self.in_words = goes != "ALL" and not all(code in by_code() for code in codes)
        self.initial["destinations"] = "" if self.in_words else goes
        if self.in_words:
            said = in_own_language(str(facts.get("destinations_zh", "")), goes)
            self.fields["destinations"].help_text = _("The reference list says: %(words)s.") % {"words": said}

    def clean(self) -> dict[str, Any]:
        """Where it goes is one of the facts of the service."""
        data = super().clean() or {}
        goes = data.pop("destinations", None)
        kept = goes == "ALL" and self.in_words  # nothing was chosen in place of the words
        if (
            goes and not kept and ("destinations" in self.data or hasattr(self.data, "getlist"))
        ):  # programs name what they change
            data["facts"] = {**(self.instance.facts or {}), "destinations": goes}
        return data

    def clean_match_words(self) -> list[str]:
        """The words as a list."""
        return [line.strip()[:80] for line in self.cleaned_data["match_words"].splitlines() if line.strip()][:50]

    def clean_tracking_url(self) -> str:
        """Only a web address."""
        url = str(self.cleaned_data["tracking_url"] or "").strip()
        if url and not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Write a web address, with {number} where the waybill number goes."))
        return url


class NewServiceForm(ServiceForm):
    """A service that the reference list does not have."""

    code = forms.CharField(
        max_length=30,
        label=_("Code"),
        help_text=_("Capitals, digits and _; it stays, and stands on papers and in files."),
    )
    field_order = ("code",)

    def clean_code(self) -> str:
        """In capitals."""
        return str(self.cleaned_data["code"]).strip().upper()
