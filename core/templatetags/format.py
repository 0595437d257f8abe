"""Filters for single values outside row loops; each is the function of the same name in ``core.format``."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core import format as f

register = template.Library()

register.filter("money", f.money)
register.filter("number", f.number)
register.filter("percent", f.percent)
register.filter("weight", f.weight)
register.filter("day", f.day)
register.filter("stars", f.stars)
register.filter("days", f.days)
register.filter("duration", f.duration)
register.filter("ago", f.ago)
register.filter("country_name", f.country_name)
register.filter("country", f.country_html)
register.filter("mono", f.mono_html)
register.filter("buyer_text", f.buyer_text_html)


@register.filter("moment")
def moment_filter(value: Any, zone: Any = None) -> Any:
    """``{{ order.placed_at|moment }}`` or with a zone name: ``{{ value|moment:store.time_zone }}``."""
    return f.time_html(value, zone=zone)


@register.filter("due")
def due_filter(value: Any, kind: Any = "") -> Any:
    """``{{ duty.due_at|due }}``; ``{{ case.answer_by|due:"hard" }}`` for a clock that cannot be undone."""
    return f.due_html(value, hard=kind == "hard")


@register.filter("full_moment")
def full_moment_filter(value: Any) -> Any:
    """The exact time with its zone."""
    return f.full_moment(value) if value else f.DASH


@register.filter("count")
def count_filter(value: Any, cap: Any = None) -> Any:
    """A capped count: ``{{ n|count:10000 }}`` reads ``10,000+``."""
    return f.count(value, cap)


@register.simple_tag
def both_times(value: Any, buyer_zone: Any = None) -> Any:
    """A time in the reader's zone with the buyer's local time of the same moment beside it."""
    if value is None:
        return f.DASH
    if not buyer_zone:
        return f.time_html(value)
    return format_html(
        '{} <small class="theirs">{} {}</small>', f.time_html(value), _("buyer's"), f.moment(value, zone=buyer_zone)
    )


@register.simple_tag
def buyer_clock(zone: Any) -> Any:
    """What the clock on the buyer's wall says now."""
    return f.buyer_clock(zone)
