"""Services that the rule of a country advises against, as people choose them: rows of services, goods, haste and reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fieldrows import FieldRows, Row
from core.pickers import CodesField
from logistics.forms.naming import one_by_one
from logistics.models import Service
from logistics.rules.customs import avoid
from logistics.selectors.customs.classes import class_choices
from logistics.selectors.naming import carrier_said


def avoidable() -> list[tuple[str, Any]]:
    """Carriers with all their services, and single services."""
    carriers = sorted(set(Service.objects.order_by().values_list("carrier", flat=True)) - {""})
    whole = {name.upper().split(" ")[0]: carrier_said(name) for name in carriers}
    services = one_by_one()
    codes = {code for code, _name in services}
    named = _("%(carrier)s, all services")
    return [*((word, named % {"carrier": name}) for word, name in whole.items() if word not in codes), *services]


class AvoidField(FieldRows):
    """Kept as one text (:mod:`logistics.rules.customs.avoid`); a program may send that text."""

    def __init__(self, **more: Any) -> None:
        columns = {
            "services": CodesField(choices=avoidable, label=_("Services"), unknown=_("There is no carrier service “%(value)s”.")),
            "classes": CodesField(choices=class_choices, label=_("Only for goods"), unknown=_("There is no goods class “%(value)s”.")),
            "urgent": forms.BooleanField(required=False, label=_("Only urgent")),
            "reason": forms.CharField(required=False, max_length=200, label=_("Reason (English)")),
            "reason_zh": forms.CharField(required=False, max_length=200, label=_("Reason (Chinese)")),
        }  # fmt: skip
        super().__init__(columns=columns, **{"required": False, **more})

    def prepare_value(self, value: Any) -> list[Row]:
        """The rows of the text."""
        if isinstance(value, list):
            return value
        try:
            found = avoid.read(str(value or ""))
        except ValueError:
            return []
        return [
            {"services": ";".join(sorted(one.services)), "classes": ";".join(sorted(one.classes)), "urgent": one.urgent,
             "reason": one.reason, "reason_zh": one.reason_zh}
            for one in found
        ]  # fmt: skip

    def clean(self, value: Any) -> str:
        """The text; a row needs its services and a reason."""
        rows = super().clean(value)
        for number, row in enumerate(rows, start=1):
            if not row["services"] or not (row["reason"] or row["reason_zh"]):
                raise forms.ValidationError(_("Row %(row)s needs services and a reason."), params={"row": number})
        text = avoid.written(
            avoid.Advice(
                frozenset(row["services"].split(";")), frozenset(filter(None, row["classes"].split(";"))), row["urgent"],
                row["reason"], row["reason_zh"],
            )
            for row in rows
        )  # fmt: skip
        if len(text) > 1000:
            raise forms.ValidationError(_("That is too much text: say less."))
        return text

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it says something else."""
        return self.prepare_value(initial) != self.prepare_value(data)
