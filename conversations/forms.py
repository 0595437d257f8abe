"""What people enter about messages and texts."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Store
from accounts.selectors import stores_for
from conversations import selectors
from conversations.choices import Answers, SendMode, TemplateKind, purpose_words
from conversations.registry import GUARDRAILS, SOURCES
from conversations.selectors import telling
from core.audit import subject_type
from core.pickers import keep_known

LANGUAGES = [
    ("en", "English"), ("ru", "Русский"), ("es", "Español"), ("pt", "Português"), ("fr", "Français"), ("de", "Deutsch"),
    ("it", "Italiano"), ("pl", "Polski"), ("nl", "Nederlands"), ("tr", "Türkçe"), ("ar", "العربية"), ("he", "עברית"),
    ("ja", "日本語"), ("ko", "한국어"), ("uk", "Українська"), ("zh-hans", "中文"),
]  # fmt: skip


#: What a text may ask to be true before it goes out, in words.
CHECKS = {
    "at_customs": _("The parcel is at customs"), "attempted": _("A delivery failed"),
    "cancelled": _("The order is cancelled"), "carrier_record": _("The carrier has a record of the parcel"),
    "extension_made": _("The receiving time was lengthened"), "marketing_consent": _("The buyer agreed to advertising"),
    "incident_open": _("An incident delays the parcel"),
    "no_open_dispute": _("No dispute is open"), "out_for_delivery": _("The parcel is out for delivery"),
    "protected": _("The buyer is still protected"), "ready_for_collection": _("The parcel waits to be collected"),
}  # fmt: skip


class DraftForm(forms.Form):
    """A draft."""

    subject = forms.CharField(required=False, max_length=300, label=pgettext_lazy("message", "Subject"))
    body = forms.CharField(max_length=10_000, label=_("Text"), widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}))


class TemplateForm(forms.Form):
    """What of a text may change."""

    purpose = forms.CharField(max_length=60, label=_("Purpose"))
    kind = forms.ChoiceField(choices=TemplateKind.choices, label=_("About"))
    send_mode = forms.ChoiceField(choices=SendMode.choices, label=_("How it goes out"))
    answers = forms.ChoiceField(choices=Answers.choices, initial=Answers.PERSON, label=_("Ends the wait of the buyer"))
    checks = forms.MultipleChoiceField(
        required=False, label=_("Must be true"), widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(name, CHECKS.get(name, name.replace("_", " "))) for name in sorted(GUARDRAILS)],
    )  # fmt: skip
    active = forms.BooleanField(required=False, initial=True, label=_("In use"))
    subject = forms.CharField(required=False, max_length=200, label=pgettext_lazy("message", "Subject"))
    body = forms.CharField(
        max_length=10_000, label=_("Text"), widget=forms.Textarea(attrs={"rows": 16, "dir": "auto"}),
        help_text=_("Facts stand in double braces, e.g. {{buyer_name}}; {% if tracking_no %}…{% endif %} for conditions."),
    )  # fmt: skip
    when_zh = forms.CharField(required=False, max_length=300, label=_("When to send it (Chinese)"))
    when_en = forms.CharField(required=False, max_length=300, label=_("When to send it (English)"))

    def __init__(self, *args: Any, named: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if named:
            del self.fields["purpose"]


class ReminderForm(forms.Form):
    """A step of the ladder by which we ask again."""

    store = forms.ModelChoiceField(
        queryset=Store.objects.none(),
        required=False,
        to_field_name="code",
        label=_("Store"),
        empty_label=_("All stores"),
    )
    position = forms.IntegerField(min_value=1, max_value=50, label=_("Place in the ladder"))
    after_days = forms.IntegerField(min_value=1, max_value=90, label=_("Days after the question"))
    base_code = forms.ChoiceField(label=_("Text"), choices=selectors.base_choices)
    active = forms.BooleanField(required=False, initial=True, label=_("In use"))
    inducement = forms.BooleanField(required=False, label=_("Offers money or a discount"))
    lawful_note = forms.CharField(required=False, max_length=300, label=_("Why the offer is lawful on this channel"))

    def __init__(self, *args: Any, actor: Any, fresh: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_known(self.fields["base_code"], self.initial.get("base_code"))
        if fresh:
            self.fields["store"].queryset = stores_for(actor)  # type: ignore[attr-defined]
        else:
            del self.fields["store"], self.fields["position"]


class TellForm(forms.Form):
    """What many buyers are told: a text of the house, or own words."""

    takes: ClassVar[tuple[str, ...]] = ("objs", "actor")
    template = forms.ChoiceField(
        required=False, label=_("Ready text"), choices=lambda: [("", _("Own words")), *text_choices()],
        help_text=_("Each buyer gets it in their own language, as far as it is written."),
    )  # fmt: skip
    language = forms.ChoiceField(choices=LANGUAGES, initial="en", required=False, label=_("Language of the own words"))
    subject = forms.CharField(required=False, max_length=300, label=pgettext_lazy("message", "Subject"))
    body = forms.CharField(
        required=False, max_length=10_000, label=_("Own words"), widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=_("Facts stand in double braces, e.g. {{buyer_name}}, {{order_no}}, {{tracking_no}}."),
    )  # fmt: skip

    def __init__(self, *args: Any, objs: Any = (), actor: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(objs) == 1 and (source := SOURCES.get(subject_type(objs[0]))):  # its usual text stands there already
            self.initial["template"] = source(objs[0], actor).code

    def clean(self) -> dict[str, Any]:
        """One of both; a chosen text leaves own words unused."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("template") and not str(data.get("body") or "").strip():
            self.add_error("body", _("Choose a text or write one."))
        return {**data, "language": data.get("language") or "en"}


def text_choices() -> list[tuple[str, str]]:
    """The texts that can be told to many, with what they are for."""
    return [
        (row["base_code"], f"{row['base_code']} · {purpose_words(row['purpose'])}") for row in telling.offered_texts()
    ]


class WordsForm(forms.Form):
    """Own words of a telling in one more language."""

    language = forms.ChoiceField(choices=LANGUAGES, label=_("Language"))
    subject = forms.CharField(required=False, max_length=300, label=pgettext_lazy("message", "Subject"))
    body = forms.CharField(
        max_length=10_000, label=_("Text"), widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )  # fmt: skip


class NewTemplateForm(TemplateForm):
    """A new text."""

    takes: ClassVar[tuple[str, ...]] = ("actor",)
    code = forms.RegexField(
        r"^[A-Z][A-Z0-9_]{0,9}$", max_length=10, label=_("Code"), help_text=_("Capital letters and digits, e.g. S01")
    )
    language = forms.ChoiceField(choices=LANGUAGES, label=_("Language"))
    store = forms.ModelChoiceField(
        queryset=Store.objects.none(),
        required=False,
        to_field_name="code",
        label=_("Store"),
        empty_label=_("All stores"),
    )
    field_order: ClassVar[list[str]] = ["code", "language", "store"]

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].queryset = stores_for(actor)  # type: ignore[attr-defined]
