"""A row of a decision table as staff edit it: each fact a condition may ask is a field of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations import selectors as conversations
from core.pickers import keep_known
from logistics.choices import CustomsReason, Incoterm, TrackingState
from logistics.forms.tables import VersionForm
from logistics.models import DecisionRule
from logistics.rules.tracking import NEAREST

#: The facts a condition of a decision rule may ask, in words.
DECISION_FACTS: dict[str, Any] = {
    "tracking_state": _("tracking"), "delivery_place_ok": _("delivered to the right place"), "dispute_open": _("dispute open"),
    "over_promise": _("promise passed"), "past_first_check": _("first check passed"), "past_second_check": _("second check passed"),
    "past_lost_after": _("counts as lost"), "told_delay": _("buyer told of the delay"), "post_office_checked": _("post office asked"),
    "deadline_near": _("end of the receiving time near"), "days_since_dispatch": _("days since dispatch"), "buyer_mood": _("buyer"),
    "days_to_confirm": _("days to confirm"), "hold_reason": _("held for"), "incoterm": _("terms of delivery"), "days_held": _("days held"),
    "days_to_return": _("days until return"), "reminders_sent": _("reminders sent"), "days_waiting": _("days waiting"),
    "later_than_percent": _("per cent of its lane that came earlier"), "arrives_soon_percent": _("chance to arrive soon, per cent"),
}  # fmt: skip
#: The values such a condition may name, in words.
DECISION_VALUES: dict[Any, Any] = {
    True: _("yes"), False: _("no"), "yes": _("yes"), "no": _("no"), "if_deadline_near": _("when the end is near"),
    "calm": _("calm"), "neutral": _("neutral"), "impatient": _("impatient"), "counterfeit": _("counterfeit"),
    "restricted": _("restricted goods"), "documents": _("documents"), "valuation": _("declared value"), "duty_unpaid": _("unpaid duty"),
    "recipient_id": _("the buyer's ID"), "recipient_refuses": _("the buyer refuses"), "DDP": _("paid by us (DDP)"),
    **{state.value: state.label for state in TrackingState},
}  # fmt: skip
FLAGS = (
    "dispute_open", "over_promise", "past_first_check", "past_second_check", "past_lost_after", "told_delay", "post_office_checked",
    "deadline_near",
)  # fmt: skip
NUMBERS = (
    "days_since_dispatch", "days_to_confirm", "days_held", "days_waiting", "days_to_return", "reminders_sent", "later_than_percent",
    "arrives_soon_percent",
)  # fmt: skip
#: The values a fact may have.
WORDS: Mapping[str, tuple[str, ...]] = {
    "tracking_state": tuple(state for state in TrackingState.values if state not in NEAREST),
    "delivery_place_ok": ("yes", "no"),
    "buyer_mood": ("calm", "neutral", "impatient"),
    "hold_reason": tuple(CustomsReason.values),
    "incoterm": tuple(Incoterm.values),
}  # fmt: skip
ANY = [("", _("does not matter")), ("yes", _("yes")), ("no", _("no"))]


class DecisionForm(VersionForm):
    """A row of a decision table. A condition that its fields cannot show (programs may write one) is kept as it is."""

    extend_confirm = forms.ChoiceField(
        label=_("Lengthen the receiving time"),
        choices=[("yes", _("yes")), ("no", _("no")), ("if_deadline_near", _("when its end is near"))],
    )

    message_template = forms.ChoiceField(
        label=_("Template"), required=False, choices=lambda: [("", "—"), *conversations.base_choices()]
    )

    class Meta:
        model = DecisionRule
        fields = (
            "priority", "active", "advice", "extend_confirm", "next_check_days", "message_template", "evidence_required",
            "evidence_zh", "note_en", "note_zh", "valid_from",
        )  # fmt: skip
        labels: ClassVar[dict[str, Any]] = {
            "priority": _("Tried in this order"), "active": _("In use"), "advice": _("Advice"), "next_check_days": _("Next check (days)"),
            "evidence_required": _("Papers needed (English)"),
            "evidence_zh": _("Papers needed (Chinese)"), "note_en": _("Note (English)"),
            "note_zh": _("Note (Chinese)"),
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_known(self.fields["message_template"], self.instance.message_template)
        for name in FLAGS:
            self.fields[name] = forms.ChoiceField(choices=ANY, required=False, label=DECISION_FACTS[name])
        for name in NUMBERS:
            for end, words in (("from", _("%(what)s from")), ("to", _("%(what)s to"))):
                self.fields[f"{name}_{end}"] = forms.IntegerField(
                    required=False, min_value=-1000, max_value=10_000, label=words % {"what": DECISION_FACTS[name]}
                )
        for name, values in WORDS.items():
            self.fields[name] = forms.MultipleChoiceField(
                choices=[(value, DECISION_VALUES.get(value, value)) for value in values], required=False,
                label=DECISION_FACTS[name], widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        self.kept: dict[str, Any] = {}
        for name, wanted in (self.instance.conditions or {}).items():
            self._show(name, wanted)

    def _show(self, name: str, wanted: Any) -> None:
        """Put a condition into its fields, or keep it."""
        if name in FLAGS and isinstance(wanted, bool):
            self.initial[name] = "yes" if wanted else "no"
        elif name in NUMBERS and (bounds := _bounds(wanted)) is not None:
            self.initial.update({f"{name}_from": bounds[0], f"{name}_to": bounds[1]})
        elif name in WORDS and set(_list(wanted)) <= set(WORDS[name]):
            self.initial[name] = _list(wanted)
        else:
            self.kept[name] = wanted

    def groups(self) -> list[dict[str, Any]]:
        """The fields as they stand on the page."""
        hint = gettext("All that are given must hold. A fact that is not known fits no rule that asks for it.")
        if self.kept:
            hint += " " + gettext("Kept as it is: %(conditions)s") % {"conditions": ", ".join(sorted(self.kept))}
        numbers = [f"{name}_{end}" for name in NUMBERS for end in ("from", "to")]
        return [
            {"title": gettext("Rule"), "fields": [self[name] for name in self.Meta.fields]},
            {"title": gettext("Conditions"), "hint": hint, "fields": [self[name] for name in WORDS]},
            {"title": gettext("Yes or no"), "fields": [self[name] for name in FLAGS]},
            {"title": gettext("Days and counts"), "fields": [self[name] for name in numbers]},
        ]

    def clean(self) -> dict[str, Any]:
        """Gather the conditions; one that means the same as before stays as it was written."""
        data: dict[str, Any] = super().clean() or {}
        made: dict[str, Any] = dict(self.kept)
        made |= {name: data[name] == "yes" for name in FLAGS if data.get(name)}
        for name in NUMBERS:
            low, high = data.get(f"{name}_from"), data.get(f"{name}_to")
            if low is not None and high is not None and low > high:
                self.add_error(f"{name}_to", _("This is less than the lower bound."))
            if bounds := {sign: bound for sign, bound in (("gte", low), ("lte", high)) if bound is not None}:
                made[name] = bounds
        made |= {name: data[name] for name in WORDS if data.get(name)}
        before = self.instance.conditions or {}
        same = {name: before[name] for name in made if name in before and _same(made[name], before[name])}
        rule = {name: data.get(name) for name in self.Meta.fields}
        return {**rule, "conditions": {**made, **same}}


def _list(wanted: Any) -> list[str]:
    return [str(value) for value in wanted] if isinstance(wanted, list) else [str(wanted)]


def _bounds(wanted: Any) -> tuple[int | None, int | None] | None:
    """From and to, both included, of a condition on whole numbers; None when it is no such condition."""
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        return wanted, wanted
    if not isinstance(wanted, Mapping) or not all(type(bound) is int for bound in wanted.values()):
        return None
    lows = [bound + (sign == "gt") for sign, bound in wanted.items() if sign in ("gte", "gt")]
    highs = [bound - (sign == "lt") for sign, bound in wanted.items() if sign in ("lte", "lt")]
    return max(lows, default=None), min(highs, default=None)


def _same(one: Any, other: Any) -> bool:
    """Whether two conditions on one fact mean the same."""
    if _bounds(one) is not None or _bounds(other) is not None:
        return _bounds(one) == _bounds(other)
    if isinstance(one, list) or isinstance(other, list):
        return set(_list(one)) == set(_list(other))
    return bool(one == other)
