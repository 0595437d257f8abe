"""``{% load once %}{% once %}`` inside a form: a double click makes one record (see core.api.idempotency.once_form).

``{% version object "name" "price" %}``: nobody's edit is silently overwritten (see core.versions).
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import versions
from core.api.idempotency import FORM_FIELD
from core.kept import once_key

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """The hidden field."""
    return format_html('<input type="hidden" name="{}" value="{}">', FORM_FIELD, once_key())


@register.simple_tag
def version(obj: Any, *names: str) -> SafeString:
    """The hidden field that says which values of ``names`` the form was filled with."""
    return format_html('<input type="hidden" name="{}" value="{}">', versions.FORM_FIELD, versions.stamp(obj, names))
