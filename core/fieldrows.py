"""A form field of a few rows, each with fields of its own: a small table instead of text that only programs write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.formrows import SPARE

Row = dict[str, Any]


class CellsWidget(forms.Widget):
    """The table: one line a row, one field a column."""

    many = True

    def __init__(self, columns: Mapping[str, forms.Field], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.columns = columns

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        """The rows as sent; empty lines are left out."""
        sent = {key.removeprefix(f"{name}-").partition("-")[0] for key in data if key.startswith(f"{name}-")}
        rows = []
        for number in sorted(int(one) for one in sent if one.isdecimal()):
            row = {
                key: field.widget.value_from_datadict(data, files, f"{name}-{number}-{key}")
                for key, field in self.columns.items()
            }
            if any(row.values()):
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether the form that was sent has no such table."""
        return not any(key.startswith(f"{name}-0-") for key in data)

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The table with its spare rows. Every row that is held is shown, or saving would lose it."""
        held = list(value or [])
        rows = held + [{} for _spare in range(SPARE)]
        lines = ((self._cells(name, number, row),) for number, row in enumerate(rows))
        return format_html('<div class="field-rows">{}</div>', format_html_join("", "<div>{}</div>", lines))

    def _cells(self, name: str, number: int, row: Mapping[str, Any]) -> SafeString:
        cells = (
            (f"id_{name}-{number}-{key}", field.label, self._cell(f"{name}-{number}-{key}", field, row.get(key)))
            for key, field in self.columns.items()
        )
        return format_html_join("", '<p><label for="{}">{}</label>{}</p>', cells)

    @staticmethod
    def _cell(name: str, field: forms.Field, value: Any) -> str:
        tick = isinstance(field.widget, forms.CheckboxInput)
        css = "" if tick else "form-select" if isinstance(field.widget, forms.Select) else "form-control"
        shown = field.prepare_value(value)
        return field.widget.render(name, shown, {**field.widget_attrs(field.widget), "class": css, "id": f"id_{name}"})


class FieldRows(forms.Field):
    """Rows of fields; ``columns``: name -> field. A row is wrong where one of its fields is, and says which."""

    def __init__(self, *, columns: Mapping[str, forms.Field], **more: Any) -> None:
        self.columns = columns
        super().__init__(widget=CellsWidget(columns), **more)

    def to_python(self, value: Any) -> list[Row]:
        """The rows, each field cleaned."""
        made: list[Row] = []
        wrong: list[Any] = []
        for number, row in enumerate(value or [], start=1):
            kept: Row = {}
            for key, field in self.columns.items():
                try:
                    kept[key] = field.clean(row.get(key))
                except forms.ValidationError as error:
                    said = {"row": number, "column": field.label, "why": " ".join(error.messages)}
                    wrong.append(forms.ValidationError(_("Row %(row)s, %(column)s: %(why)s"), params=said))
            made.append(kept)
        if wrong:
            raise forms.ValidationError(wrong)
        return made

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the rows are other ones."""
        return bool((initial or []) != (data or []))
