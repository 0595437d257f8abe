"""A form field of a few rows of figures: a small table instead of text that only programs write."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

#: So many empty rows stand below those that are there.
SPARE = 3
#: More rows than this are nobody's hand.
MOST = 60
Rows = list[dict[str, str | int]]


class RowsWidget(forms.Widget):
    """The table: one line a row, one input a column."""

    many = True

    def __init__(self, columns: Mapping[str, Any], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.columns = columns

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """The rows as typed."""
        rows = []
        for number in range(MOST):
            row = {key: str(data.get(f"{name}-{number}-{key}", "")).strip() for key in self.columns}
            if any(row.values()):
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether the form that was sent has no such table."""
        return not any(key.startswith(f"{name}-0-") for key in data)

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The table with its spare rows."""
        held = list(value or [])[:MOST]
        rows = held + [{} for _spare in range(min(SPARE, MOST - len(held)))]
        heads = format_html_join("", '<th scope="col">{}</th>', ((label,) for label in self.columns.values()))
        lines = format_html_join(
            "", "<tr>{}</tr>", ((self._cells(name, number, row),) for number, row in enumerate(rows))
        )
        return format_html(
            '<table class="plain rows-field"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', heads, lines
        )

    def _cells(self, name: str, number: int, row: Mapping[str, Any]) -> SafeString:
        return format_html_join(
            "",
            '<td><input class="form-control" inputmode="decimal" name="{}-{}-{}" value="{}" aria-label="{} {}"></td>',
            ((name, number, key, row.get(key) or "", label, number + 1) for key, label in self.columns.items()),
        )


class RowsField(forms.Field):
    """A list of rows of amounts, each a decimal as text (or a whole number, in the columns
    ``whole``); what is empty is left out of its row."""

    def __init__(self, *, columns: Mapping[str, Any], whole: Collection[str] = (), **more: Any) -> None:
        super().__init__(widget=RowsWidget(columns), **more)
        self.whole = whole

    def to_python(self, value: Any) -> Rows:
        """The rows that say something; a cell that is no amount is named."""
        made: Rows = []
        for row in value or []:
            kept: dict[str, str | int] = {}
            for key, text in row.items():
                if text:
                    kept[key] = self._amount(str(text), whole=key in self.whole)
            if kept:
                made.append(kept)
        return made

    @staticmethod
    def _amount(text: str, *, whole: bool) -> str | int:
        try:
            found = Decimal(text.replace(",", ".").replace(" ", ""))
        except InvalidOperation:
            found = Decimal(-1)
        if not found.is_finite() or not 0 <= found < 10**9:
            raise forms.ValidationError(_("“%(value)s” is not an amount."), params={"value": text[:40]})
        if whole and found != int(found):
            raise forms.ValidationError(_("“%(value)s” is not a whole number."), params={"value": text[:40]})
        return int(found) if whole else f"{found:f}"

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the rows are other ones."""
        return bool((initial or []) != (data or []))
