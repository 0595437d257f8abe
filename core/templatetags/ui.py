"""Components of the pages as template tags with declared arguments: an unknown argument is a TypeError.

``{% load ui %}``. Markup of the larger ones lives in ``templates/ui/``; the small ones are built here because they
are used many times on a page. No component writes an inline style or script.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, ClearableFileInput, RadioSelect, Select
from django.forms.widgets import DateTimeBaseInput
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import format as f
from core.clock import utcnow
from core.templatetags.once import once

register = template.Library()

BLANK = "---------"  # how the framework writes an empty choice
#: What the browser's own pickers take as their value.
PICKERS = {"date": "%Y-%m-%d", "datetime-local": "%Y-%m-%dT%H:%M", "time": "%H:%M"}
BUTTONS = {"default": "", "primary": "primary", "ghost": "ghost", "danger": "danger"}
METHODS = ("get", "post", "dialog")


@register.simple_tag
def icon(name: str, size: int = 16, css: str = "") -> SafeString:
    """``{% icon "printer" %}``: one icon of the sprite (the list is ``static/img/icons.txt``)."""
    return f.icon_html(name, size, css)


@register.simple_tag
def badge(label: Any, tone: str = "neutral", title: str = "") -> SafeString:
    """``{% badge order.get_state_display tone="sea" %}``."""
    return f.badge_html(label, tone, title)


@register.simple_tag
def country_chip(code: str | None) -> SafeString:
    """``{% country_chip order.country %}``: ISO chip with the country's name as title."""
    return f.country_html(code)


@register.simple_tag
def flag(label: Any, tone: str = "rose") -> SafeString:
    """A coloured mark with its meaning in words."""
    return f.flag_html(label, tone)


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """A keyboard hint: ``{% kbd "g o" %}`` shows two keys."""
    return format_html_join(" ", "<kbd>{}</kbd>", ((key,) for key in keys.split()))


@register.simple_tag
def progress(done: Any, total: Any, label: str = "") -> SafeString:
    """A thin bar; the number stays in words beside it."""
    return f.progress_html(done, total, label)


@register.simple_tag
def due_pill(at: Any, now: Any = None, hard: bool = False) -> SafeString:
    """Relative due time as a pill; ``hard`` for a clock that cannot be undone."""
    return f.due_html(at, now, hard=hard)


@register.simple_tag(takes_context=True)
def button(
    context: Context,
    label: Any,
    href: str = "",
    kind: str = "default",
    icon: str = "",
    method: str = "get",
    name: str = "",
    value: Any = "",
    key: str = "",
    confirm: str = "",
    disabled: Any = "",
    form: str = "",
    size: str = "",
) -> SafeString:
    """One button, link or POST button.

    ``href`` with method ``get`` is a link, ``dialog`` opens the address in the page's dialog (a link without
    scripts), ``post`` a one-button form. Without ``href`` it submits the surrounding form (or ``form`` by id).
    ``kind``: default, primary, ghost, danger. ``key``: what presses it; of several the first is its hint. ``confirm``: a
    sentence that names the consequence, asked first. ``disabled``: the reason it cannot be pressed (its title).
    """
    if kind not in BUTTONS:
        raise ValueError(f"unknown kind {kind!r}; use one of {', '.join(BUTTONS)}")
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; use one of {', '.join(METHODS)}")
    css = " ".join(part for part in ("b", BUTTONS[kind], size) if part)
    shown = key.partition(" ")[0]
    hint = format_html(" <kbd>{}</kbd>", "⏎" if shown == "Enter" else shown) if key else ""
    inner = format_html("{}<span>{}</span>{}", f.icon_html(icon) if icon else "", label, hint)
    data = format_html(
        "{}{}",
        format_html(' data-key="{}"', key) if key else "",
        format_html(' data-confirm="{}"', confirm) if confirm else "",
    )
    if disabled:
        reason = "" if disabled is True else disabled
        return format_html(
            '<button type="button" class="{}" aria-disabled="true" data-why="{}" title="{}">{}</button>',
            css,
            reason,
            reason,
            inner,
        )
    if href and method == "get":
        return format_html('<a class="{}" href="{}"{}>{}</a>', css, href, data, inner)
    if href and method == "dialog":
        return format_html('<a class="{}" href="{}" data-dialog{}>{}</a>', css, href, data, inner)
    named = format_html(' name="{}" value="{}"', name, value) if name else ""
    if href:
        return format_html(
            '<form class="inline" method="post" action="{}" data-once>'
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}'
            '<button class="{}"{}{}>{}</button></form>',
            href,
            context.get("csrf_token", ""),
            once(),
            css,
            named,
            data,
            inner,
        )
    owner = format_html(' form="{}"', form) if form else ""
    return format_html('<button type="submit" class="{}"{}{}{}>{}</button>', css, named, owner, data, inner)


def _choose(control: SafeString, required: bool) -> SafeString:
    """The empty choice in words instead of dashes."""
    empty = _("Choose …") if required else f.DASH
    return SafeString(control.replace(f">{BLANK}<", f">{empty}<", 1))


@register.inclusion_tag("ui/field.html")
def field(
    bound: BoundField,
    label: str = "",
    hint: str = "",
    wide: bool = False,
    autofocus: bool = False,
    hide_label: bool = False,
) -> dict[str, Any]:
    """One form field with label, control, help and errors: ``{% field form.reason wide=True %}``."""
    widget = bound.field.widget
    kind = "input"
    if isinstance(widget, CheckboxInput):
        kind = "check"
    elif isinstance(widget, CheckboxSelectMultiple | RadioSelect) or getattr(widget, "many", False):
        kind = "group"
    elif isinstance(widget, ClearableFileInput):
        kind = "file"
    elif isinstance(widget, Select):
        kind = "select"
    if isinstance(widget, DateTimeBaseInput) and widget.input_type in PICKERS:
        widget.format = PICKERS[widget.input_type]  # a date picker reads no other, whatever the language
    attrs: dict[str, Any] = {}
    if kind in ("input", "file", "select"):
        attrs["class"] = (
            f"{widget.attrs.get('class', '')} {'form-select' if kind == 'select' else 'form-control'}".strip()
        )
    offered = [value for value, _label in getattr(widget, "choices", ()) if value] if kind == "select" else []
    if len(offered) > 11:
        attrs["data-enhance"] = ""
    if kind == "select" and bound.field.required and not offered:
        hint = hint or _("Nothing to choose from yet: make the first one in the settings.")
    if autofocus:
        attrs["autofocus"] = True
    described = [f"{bound.id_for_label}_errors"] if bound.errors else []
    described += [f"{bound.id_for_label}_helptext"] if (hint or bound.help_text) else []
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return {
        "bound": bound,
        "control": _choose(bound.as_widget(attrs=attrs), bound.field.required)
        if kind == "select"
        else bound.as_widget(attrs=attrs),
        "kind": kind,
        "wide": wide,
        "hide_label": hide_label,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "required": bound.field.required,
    }


@register.inclusion_tag("ui/panel.html")
def panel(title: str, url: str, id: str = "", count: Any = None, lines: int = 3, open: bool = True) -> dict[str, Any]:
    """A box that loads its content from ``url`` when it comes into view; ``lines`` reserves height (no layout shift)."""
    return {"title": title, "url": url, "id": id, "count": count, "lines": range(lines), "open": open}


@register.simple_block_tag
def box(content: SafeString, title: str = "", id: str = "", note: str = "", tight: bool = False) -> SafeString:
    """A card around content: ``{% box title=_("Facts") %}…{% endbox %}``."""
    head = (
        format_html(
            '<header class="box-h"><h2>{}</h2>{}</header>',
            title,
            format_html('<span class="muted">{}</span>', note) if note else "",
        )
        if title
        else ""
    )
    return format_html(
        '<section class="box{}"{}>{}<div class="box-b">{}</div></section>',
        " tight" if tight else "",
        format_html(' id="{}"', id) if id else "",
        head,
        content,
    )


@register.simple_block_tag
def dialog(content: SafeString, id: str, title: str) -> SafeString:
    """A native dialog on the page; open it with a button that has ``data-open="<id>"``."""
    return format_html(
        '<dialog class="dlg" id="{}" aria-labelledby="{}-t"><header class="dlg-h"><h2 id="{}-t">{}</h2>'
        '<button type="button" class="b ghost sq" data-close aria-label="{}">{}</button></header>'
        '<div class="dlg-b">{}</div></dialog>',
        id,
        id,
        id,
        title,
        _("Close"),
        f.icon_html("x"),
        content,
    )


@register.inclusion_tag("ui/empty_state.html")
def empty_state(
    title: str,
    text: str = "",
    icon: str = "inbox",
    action_label: str = "",
    action_url: str = "",
    second_label: str = "",
    second_url: str = "",
) -> dict[str, Any]:
    """What an empty page says: what comes here, and how to get the first one."""
    return {
        "title": title,
        "text": text,
        "icon": icon,
        "action_label": action_label,
        "action_url": action_url,
        "second_label": second_label,
        "second_url": second_url,
    }


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: Iterable[Any], empty: str = "") -> dict[str, Any]:
    """Events, messages, audit and tracking as one list, newest first.

    An entry has ``at`` (datetime), ``text`` and optionally ``title``, ``who``, ``tone``, ``icon``, ``kind`` (event,
    message, audit, tracking, note), ``url``, ``theirs`` (True when a buyer wrote ``text``), ``marks`` (short words
    such as "mailbox sent").
    """
    return {"entries": entries, "empty": empty or _("Nothing has happened yet.")}


@register.inclusion_tag("ui/facts.html")
def facts(items: Iterable[Any]) -> dict[str, Any]:
    """Label and value pairs; an item is ``(label, value)`` or has ``label``, ``value`` and optionally ``wide``."""
    shaped = [{"label": item[0], "value": item[1]} if isinstance(item, tuple) else item for item in items]
    return {"items": [item for item in shaped if item]}


@register.inclusion_tag("ui/clock.html")
def clock(at: Any, text: str = "", now: Any = None, tone: str = "") -> dict[str, Any]:
    """The clock of a subject: time left large (counts down), what happens then beside it."""
    shown = f.due(at, now, hard=True)
    when = f.moment(at, now) if at else ""
    left = int((at - (now or utcnow())).total_seconds()) if at else -1
    near = shown.late or 0 <= left < 3 * 86_400
    ticks = f"{left // 3600:02}:{left // 60 % 60:02}:{left % 60:02}" if 0 <= left <= 86_400 else ""  # as app.js goes on
    return {
        "at": at,
        "shown": shown,
        "ticks": ticks,
        "tone": tone or ("rose" if shown.late else "lantern" if near else "neutral"),
        "text": text,
        "again": when if when != shown.text else "",
    }


@register.inclusion_tag("ui/filter_chips.html")
def filter_chips(chips: Iterable[Any], clear_url: str = "") -> dict[str, Any]:
    """The filters that are set: each has ``label``, ``value`` and ``remove_url``."""
    return {"chips": chips, "clear_url": clear_url}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Iterable[Any], label: str = "") -> dict[str, Any]:
    """Tabs that are links; an item has ``label``, ``url``, ``active`` and optionally ``count`` (text)."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/alert.html")
def alert(text: Any, tone: str = "rose", title: str = "", icon: str = "") -> dict[str, Any]:
    """A sentence that must be seen: what was wrong, where, and the way out."""
    names = {"rose": "alert-circle", "amber": "alert-triangle", "leaf": "circle-check", "lantern": "clock"}
    return {"text": text, "tone": tone, "title": title, "icon": icon or names.get(tone, "info-circle")}


@register.simple_tag(takes_context=True)
def toasts(context: Context) -> SafeString:
    """The waiting messages of Django as toasts; asked of the request, because pages call other things "messages" too."""
    request = context.get("request")
    waiting = get_messages(request) if request is not None else ()
    return SafeString("".join(render_to_string("ui/toast.html", toast(message)) for message in waiting))


@register.inclusion_tag("ui/toast.html")
def toast(message: Message) -> dict[str, Any]:
    """One Django message as a toast.

    ``extra_tags`` may hold ``undo:<address>`` (a POST address that takes the step back) and ``sticky``.
    """
    undo = next((tag[5:] for tag in (message.extra_tags or "").split() if tag.startswith("undo:")), "")
    tone = {"success": "leaf", "warning": "amber", "error": "rose"}.get(message.level_tag, "sea")
    sticky = tone == "rose" or "sticky" in (message.extra_tags or "").split()
    return {"text": message.message, "tone": tone, "undo": undo, "sticky": sticky}


@register.simple_tag
def th(label: Any, sort_url: str = "", sorted: str = "", css: str = "") -> SafeString:
    """A column heading; with ``sort_url`` it sorts (``sorted``: "", "asc", "desc")."""
    aria = {"asc": ' aria-sort="ascending"', "desc": ' aria-sort="descending"'}.get(sorted, "")
    mark = {"asc": " ↑", "desc": " ↓"}.get(sorted, "")
    inner = (
        format_html('<a href="{}" data-list-link>{}<span aria-hidden="true">{}</span></a>', sort_url, label, mark)
        if sort_url
        else format_html("{}", label)
    )
    return format_html('<th scope="col" class="{}"{}>{}</th>', css, SafeString(aria), inner)
