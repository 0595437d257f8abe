"""``{% load once %}{% once %}`` inside a form: a double click makes one record (see core.api.idempotency.once_form)."""

from __future__ import annotations

from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.api.idempotency import FORM_FIELD

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """The hidden field."""
    return format_html('<input type="hidden" name="{}" value="{}">', FORM_FIELD, uuid4().hex)
