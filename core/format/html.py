"""Small pieces of markup around values: badges, chips, links, times, article cells. All escaped, none queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from html import escape as _escape
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .text import DASH, babel_locale, country_name, due, duration, full_moment, moment, number

TONES = ("neutral", "sea", "lantern", "amber", "leaf", "rose", "indigo")


def escape(value: Any) -> str:
    """Text for markup: safe markup stays, anything else is escaped (the framework's own is ten times as slow)."""
    return str(value) if hasattr(value, "__html__") else _escape(str(value))


@lru_cache(maxsize=1024)
def icon_html(name: str, size: int = 16, css: str = "") -> SafeString:
    """One icon of the sprite, decorative (hidden from screen readers; say the meaning in words beside it)."""
    words = f"i {css}" if css else "i"
    sides = (
        "" if size == 16 else SafeString(f' width="{size:d}" height="{size:d}"')
    )  # the usual size stands in base.css
    return format_html(
        '<svg class="{}"{} aria-hidden="true"><use href="{}#{}"/></svg>', words, sides, static("vendor/icons.svg"), name
    )


def badge_html(label: Any, tone: str = "neutral", title: str = "") -> SafeString:
    """A state badge. ``tone`` is one of TONES; the outline keeps it visible on a selected row."""
    if tone not in TONES:
        raise ValueError(f"unknown tone {tone!r}; use one of {', '.join(TONES)}")
    more = f' title="{escape(title)}"' if title else ""
    return SafeString(f'<span class="st st-{tone}"{more}>{escape(label)}</span>')


def country_html(code: str | None, language: str | None = None) -> SafeString:
    """An ISO country chip with the name as its title (flags are missing on Windows)."""
    if not code:
        return SafeString("")
    return _country_chip(code.upper(), babel_locale(language), language)


@lru_cache(maxsize=1024)
def _country_chip(code: str, locale: str, language: str | None) -> SafeString:
    return SafeString(f'<abbr class="cc" title="{_escape(country_name(code, language))}">{_escape(code)}</abbr>')


def clip_html(text: Any) -> SafeString:
    """A name cut to the width of a narrow column, the whole of it as its title; a short one stays as it is."""
    words = "" if text is None else str(text)
    if len(words) <= 8:  # fits, even in wide characters
        return SafeString(_escape(words) if words else DASH)
    words = _escape(words)
    return SafeString(f'<span class="clip" title="{words}">{words}</span>')


def mono_html(text: Any) -> SafeString:
    """An identifier in the mono face, so that digits can be compared."""
    return SafeString(f'<span class="mono">{escape(text)}</span>' if text not in (None, "") else DASH)


def link_html(url: str, text: Any, css: str = "") -> SafeString:
    """A link; ``css`` ``mono`` for identifiers."""
    return (
        format_html('<a href="{}" class="{}">{}</a>', url, css, text)
        if css
        else format_html('<a href="{}">{}</a>', url, text)
    )


def buyer_text_html(text: Any) -> SafeString:
    """Text a buyer wrote, isolated and in its own direction, so Arabic or Hebrew never turns our line around."""
    return SafeString(f'<bdi dir="auto">{escape(text)}</bdi>')


def buyer_html(name: Any, country: str | None = None) -> SafeString:
    """A buyer's name in its own direction with the country chip behind."""
    return SafeString(f'<bdi dir="auto">{escape(name or DASH)}</bdi> {country_html(country)}')


def _utc(value: datetime) -> str:
    return f"{value.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"


def time_html(value: datetime | None, now: datetime | None = None, zone: str | tzinfo | None = None) -> SafeString:
    """``moment`` as a ``<time>`` with the exact time and zone as its title."""
    if value is None:
        return SafeString(DASH)
    exact, title = _utc(value), _escape(full_moment(value, zone))
    return SafeString(f'<time datetime="{exact}" title="{title}">{_escape(moment(value, now, zone))}</time>')


def due_html(
    at: datetime | None, now: datetime | None = None, *, hard: bool = False, zone: str | tzinfo | None = None
) -> SafeString:
    """``due`` as a pill with its tone; the exact time is the title."""
    if at is None:
        return SafeString(DASH)
    shown = due(at, now, hard=hard, zone=zone)
    exact, title = _utc(at), _escape(full_moment(at, zone))
    return SafeString(
        f'<time class="due due-{shown.tone}" datetime="{exact}" title="{title}">{_escape(shown.text)}</time>'
    )


def met_html(at: datetime | None, done: datetime | None, now: datetime | None = None) -> SafeString:
    """A clock that stopped: when it was due, or by how much it was missed. Never a warning: nothing can be done any more."""
    if at is None or done is None:
        return SafeString(DASH)
    if done <= at:
        return SafeString(f'<span class="met">{time_html(at, now)}</span>')
    said = _("%(span)s too late") % {"span": duration(done - at, parts=1)}
    title = _escape(f"{full_moment(at)} → {full_moment(done)}")
    return SafeString(f'<span class="met missed" title="{title}">{_escape(said)}</span>')


def flag_html(label: Any, tone: str = "rose") -> SafeString:
    """A coloured mark with its meaning beside it (never colour alone)."""
    return SafeString(f'<span class="flag flag-{escape(tone)}">{escape(label)}</span>')


def picture_html(url: str | None, alt: str = "", size: int = 36) -> SafeString:
    """An article's picture, lazy, of fixed size (no layout shift); an empty frame when there is none."""
    if not url:
        return SafeString('<i class="pic"></i>')
    return SafeString(
        f'<img class="pic" src="{escape(url)}" alt="{escape(alt)}" width="{size}" height="{size}" loading="lazy">'
    )


def sku_html(picture: str | None, code: str, quantity: Any = None, title: str = "", more: int = 0) -> SafeString:
    """The article cell of a list: picture, SKU x quantity, title, "+2" when the order has more lines."""
    times = f' <b class="qty">× {escape(number(quantity))}</b>' if quantity is not None else ""
    extra = ""
    if more:
        words = ngettext("%(n)s more line", "%(n)s more lines", more) % {"n": more}
        extra = f'<span class="more-lines" title="{escape(words)}">+{more}</span>'
    name = f'<small dir="auto">{escape(title)}</small>' if title else ""
    return SafeString(
        f'<span class="sku">{picture_html(picture)}<span class="sku-text"><span class="mono">{escape(code)}</span>{times}{name}</span>'
        f"{extra}</span>"
    )


def progress_html(done: Any, total: Any, label: str = "") -> SafeString:
    """A thin bar (no inline style: the native element carries the value)."""
    return format_html(
        '<progress class="meter" value="{}" max="{}" aria-label="{}"></progress>',
        done,
        total or 1,
        label or _("Progress"),
    )


def joined_html(parts: Iterable[Any], separator: str = " · ") -> SafeString:
    """Short facts on one line; empty ones are left out."""
    return mark_safe(separator.join(escape(part) for part in parts if part not in (None, "")))  # noqa: S308


def tds_html(cells: Iterable[tuple[str, Any]]) -> SafeString:
    """The ``<td>`` cells of one row from ``(css, value)`` pairs; what ``core/_table.html`` prints as ``row.tds``.

    Values that are not safe markup are escaped. css words: ``num`` (right, no wrap), ``mono``, ``wide``, ``tight``.
    """
    return format_html_join("", '<td class="{}">{}</td>', cells)
