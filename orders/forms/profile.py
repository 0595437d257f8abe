"""A saved way to read files, as people correct it: which heading gives which field, how the file is read, what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fieldrows import FieldRows, Row
from core.pickers import CountryField, SuggestInput
from orders.forms.importing import DATES, DECIMALS, LABELS, OPERATORS, REJECT, SEPARATORS
from orders.models import ImportProfile
from orders.reading.fields import fields_of
from orders.reading.sniffing import ENCODINGS

#: How the file is read: each of these options is one field.
READ = ("encoding", "separator", "sheet", "date_format", "decimal", "zone", "currency")
_FOUND_OUT = [("", _("found out from the file"))]


class ProfileForm(forms.Form):
    """A saved profile. What it holds beside these fields stays as it is."""

    name = forms.CharField(max_length=80, label=_("Name"))
    encoding = forms.ChoiceField(
        choices=[*_FOUND_OUT, *((e, e.upper()) for e in ENCODINGS)], required=False, label=_("Encoding")
    )
    separator = forms.ChoiceField(choices=[*_FOUND_OUT, *SEPARATORS], required=False, label=_("Separator"))
    sheet = forms.CharField(max_length=100, required=False, label=_("Sheet"))
    date_format = forms.ChoiceField(choices=[*_FOUND_OUT, *DATES], required=False, label=_("Dates"))
    decimal = forms.ChoiceField(choices=[*_FOUND_OUT, *DECIMALS], required=False, label=_("Amounts"))
    zone = forms.CharField(max_length=60, required=False, label=_("Time zone"), help_text=_("Of times without one"))
    currency = forms.RegexField(
        r"^[A-Z]{3}$", required=False, label=_("Currency"), help_text=_("Where no column says it")
    )
    sample = forms.FileField(
        required=False, label=_("Sample file"),
        help_text=_("Its headings are offered and its first values shown; nothing is saved with it."),
    )  # fmt: skip

    def __init__(self, *args: Any, profile: ImportProfile, headings: Sequence[str] = (), **more: Any) -> None:
        self.profile = profile
        kind = str(profile.options.get("kind") or "orders")
        known = fields_of(kind)
        fields = [(name, f"{LABELS[name]} *" if field.required else LABELS[name]) for name, field in known.items()]
        seen = list(dict.fromkeys([*headings, *(t for t in profile.mapping.values() if isinstance(t, str))]))
        super().__init__(*args, **{**more, "initial": {**self._held(profile), **(more.get("initial") or {})}})
        offered = SuggestInput(lambda: [(heading, "") for heading in seen if heading])
        self.fields["columns"] = FieldRows(
            label=_("Columns"), required=False, columns={
                "field": forms.ChoiceField(choices=[("", "—"), *fields], label=_("Our field")),
                "heading": forms.CharField(required=False, max_length=200, label=_("Heading in the file"), widget=offered),
                "fixed": forms.CharField(required=False, max_length=100, label=_("Or the same for the whole file")),
            },
        )  # fmt: skip
        self.fields["countries"] = FieldRows(
            label=_("Countries as the file writes them"), required=False, columns={
                "text": forms.CharField(max_length=100, label=_("Written in the file")),
                "code": CountryField(required=False, label=_("Means"), more={REJECT: _("reject these rows")}),
            },
        )  # fmt: skip
        self.fields["filters"] = FieldRows(
            label=_("Rows that come in"), required=False, help_text=_("All of these must hold."), columns={
                "column": forms.CharField(max_length=200, label=_("Column"), widget=SuggestInput(lambda: [(h, "") for h in seen if h])),
                "op": forms.ChoiceField(choices=OPERATORS, label=_("Condition")),
                "value": forms.CharField(required=False, max_length=200, label=_("Value")),
                "reason": forms.CharField(required=False, max_length=200, label=_("Reason told")),
                "row_only": forms.BooleanField(required=False, label=_("Only the row, not its order")),
            },
        )  # fmt: skip
        self.order_fields(["name", "sample", "columns", *READ, "countries", "filters"])

    @staticmethod
    def _held(profile: ImportProfile) -> dict[str, Any]:
        """The profile in the fields, in the order of our fields."""
        place = {name: number for number, name in enumerate(fields_of(str(profile.options.get("kind") or "orders")))}
        columns = [
            {"field": name, "heading": "" if isinstance(target, Mapping) else target,
             "fixed": target.get("fixed", "") if isinstance(target, Mapping) else ""}
            for name, target in sorted(profile.mapping.items(), key=lambda pair: place.get(pair[0], len(place)))
        ]  # fmt: skip
        places = (profile.options.get("values") or {}).get("country") or {}
        return {
            "name": profile.name, "columns": columns, "filters": list(profile.options.get("filters") or []),
            "countries": [{"text": text, "code": code or REJECT} for text, code in places.items()],
            **{name: profile.options.get(name, "") for name in READ},
        }  # fmt: skip

    def clean_zone(self) -> str:
        """A zone that exists."""
        name = str(self.cleaned_data["zone"]).strip()
        if name:
            try:
                clock.zone(name)
            except ValueError:
                raise forms.ValidationError(_("Unknown time zone.")) from None
        return name

    def clean_columns(self) -> dict[str, Any]:
        """Our field -> heading, or the value of the whole file; each field once, and with the one or the other."""
        mapping: dict[str, Any] = {}
        for row in self.cleaned_data["columns"]:
            name, said = row["field"], {"field": LABELS[row["field"]]}
            if name in mapping:
                raise forms.ValidationError(_("“%(field)s” stands there twice."), params=said)
            if bool(row["heading"]) == bool(row["fixed"]):
                raise forms.ValidationError(
                    _("“%(field)s” needs a heading, or one value for the whole file."), params=said
                )
            mapping[name] = row["heading"] or {"fixed": row["fixed"]}
        return mapping

    def as_changes(self) -> dict[str, Any]:
        """Name, mapping and options as the service takes them."""
        data, held = self.cleaned_data, self.profile.options
        options = {name: value for name, value in held.items() if name not in (*READ, "values", "filters")}
        options |= {name: data[name] for name in READ if data[name]}
        values = {name: pairs for name, pairs in (held.get("values") or {}).items() if name != "country"}
        if data["countries"]:
            values["country"] = {
                row["text"]: "" if row["code"] in ("", REJECT) else row["code"] for row in data["countries"]
            }
        if values:
            options["values"] = values
        if filters := [self._filter(row) for row in data["filters"]]:
            options["filters"] = filters
        return {"name": data["name"], "mapping": data["columns"], "options": options}

    @staticmethod
    def _filter(row: Row) -> dict[str, Any]:
        return {name: row[name] for name in ("column", "op", "value", "reason", "row_only")}
