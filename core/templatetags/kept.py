"""``{% kept "ui/rail.html" shell.key shell=shell %}``: a piece of a page that is drawn once for its key (see core.kept)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from core.kept import lines as drawn_lines
from core.kept import piece, template_of

register = template.Library()


@register.simple_tag(takes_context=True)
def kept(context: Context, template_name: str, key: Any, **given: Any) -> SafeString:
    """``template_name`` drawn with ``given`` alone; without a key it is drawn anew, as an include."""
    if not key:
        with context.push(**given):
            return SafeString(template_of(template_name).render(context))
    return piece(
        template_name, key, given, {name: context.get(name) for name in ("csrf_token", "request", "search_text")}
    )


@register.simple_tag
def lines(template_name: str, rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """The rows of a list, each drawn by ``template_name`` (see ``core.kept.lines``)."""
    return drawn_lines(template_name, rows)
