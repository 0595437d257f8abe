"""What may be entered about buyers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

#: Languages a buyer may be written to in.
LANGUAGES = [
    ("en", "English"), ("zh-hans", "中文"), ("zh-hant", "繁體中文"), ("pt", "Português"), ("es", "Español"), ("ru", "Русский"),
    ("fr", "Français"), ("de", "Deutsch"), ("it", "Italiano"), ("pl", "Polski"), ("nl", "Nederlands"), ("uk", "Українська"),
    ("tr", "Türkçe"), ("he", "עברית"), ("ar", "العربية"), ("ja", "日本語"), ("ko", "한국어"), ("th", "ไทย"), ("vi", "Tiếng Việt"),
    ("id", "Bahasa Indonesia"),
]  # fmt: skip


class BlacklistForm(forms.Form):
    """Why a buyer goes on the blacklist."""

    reason = forms.CharField(max_length=300, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))


class EraseForm(forms.Form):
    """Why, and once more that it is meant."""

    reason = forms.CharField(max_length=300, label=_("Reason"), help_text=_("E.g. the buyer's letter of a day"))
    sure = forms.BooleanField(label=_("Erase the personal data for good"))


class LanguageForm(forms.Form):
    """The language of letters to a buyer."""

    language = forms.ChoiceField(choices=LANGUAGES, label=_("Language"))
