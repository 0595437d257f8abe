"""What may be entered about ratings."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from accounts.selectors import stores_for
from core.audit import Actor


class FeedbackFileForm(forms.Form):
    """A file of ratings and the store they belong to."""

    store = forms.ModelChoiceField(queryset=Store.objects.none(), label=_("Store"))
    file = forms.FileField(
        label=_("File"), help_text=_("CSV with the columns order_no, stars, text, at, id (or their Chinese names)."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )  # fmt: skip

    def __init__(self, *args: object, actor: Actor, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["store"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = stores_for(actor)
