"""Columns: how one value of a row becomes a table cell or a field of an export.

A column is declared once with the list. For each page it is bound (language, zone and choices resolved once) to a plain
function ``row -> markup``; rows are then formatted in a Python loop without templates and without queries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Choices
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.serializers import Field

from core import format as f
from core.format.html import escape

Row = Mapping[str, Any]
Cell = Callable[[Row], str]


@dataclass(frozen=True)
class Column:
    """One column of a list.

    ``name``      a field of the row (also the name in saved views, exports and ``ordering``)
    ``label``     heading; default: the label of the row's field
    ``link``      URL name (namespaced) opened with the value of ``link_field`` (default ``id``)
    ``badge``     Choices class, or a mapping value -> (label, tone): the value as a coloured word
    ``money``     True: the currency is in the row field ``currency``; or the name of that field
    ``align``     "num" (right) or "" ; numbers and money stand right by themselves
    ``sortable``  True: sort by the model column of the same name; or the ORM lookup to sort by
    ``width``     css word of the cell: "tight", "wide", or ""
    ``default``   shown until the person chooses columns
    ``mono``      identifier; ``country`` ISO chip; ``buyer`` text in the writer's own direction
    ``time``      moment | day | full | due | deadline | ago (date-times are "moment", dates "day" by themselves)
    ``html``      own formatter ``row -> text or safe markup`` (text is escaped); must not query
    ``text``      own export value ``row -> value``; default: the plain value
    ``needs``     further row fields used by ``html``/``text`` (a row part is loaded only when a column needs it)
    ``roomy``     left out on a narrow screen (a tablet), unless the person chose the columns
    ``by``        the row fields on which ``html`` depends alone: the cell is then made once for equal values of a page
    """

    name: str
    label: Any = ""
    link: str = ""
    link_field: str = "id"
    badge: Any = None
    money: bool | str = False
    align: str = ""
    sortable: bool | str = False
    width: str = ""
    default: bool = True
    mono: bool = False
    country: bool = False
    buyer: bool = False
    time: str = ""
    html: Callable[[Row], Any] | None = None
    text: Callable[[Row], Any] | None = None
    needs: tuple[str, ...] = field(default=())
    by: tuple[str, ...] = ()
    roomy: bool = False

    @property
    def sort_lookup(self) -> str:
        """The ORM lookup this column sorts by, or ""."""
        return self.name if self.sortable is True else (self.sortable or "")

    @property
    def currency_field(self) -> str:
        """The row field that holds the currency of a money column."""
        return "currency" if self.money is True else (self.money or "")

    @property
    def uses(self) -> set[str]:
        """All row fields this column reads: its own too, unless page and file draw it from the others."""
        used = {*self.needs} if self.html and self.text and self.needs else {self.name, *self.needs}
        if self.currency_field:
            used.add(self.currency_field)
        if self.link:
            used.add(self.link_field)
        return used

    def css(self, source: Field | None) -> str:
        """The css words of the cell."""
        right = self.align == "num" or bool(self.money) or (not self.badge and _is_number(source))
        words = ["num"] if right and self.align != "left" else []
        words += [self.width] if self.width else []
        words += ["roomy"] if self.roomy else []
        return " ".join(words)

    def bind(self, source: Field | None, now: datetime) -> Cell:
        """The formatter for one page: ``row -> safe markup``."""
        cell = self._plain(source, now)
        if not self.link:
            return cell
        head, tail, field_name = *address(self.link), self.link_field
        css = ' class="mono"' if self.mono else ""

        def linked(row: Row) -> str:
            key = row[field_name]
            inner = cell(row)
            return inner if key is None else f'<a href="{head}{key}{tail}"{css}>{inner}</a>'

        return linked

    def _plain(self, source: Field | None, now: datetime) -> Cell:
        name = self.name
        if self.html is not None:
            own = self.html
            return _same_cell(own, self.by) if self.by else lambda row: escape(own(row))
        if self.badge is not None:
            return _badge_cell(name, self.badge)
        if self.money:
            currency, language = self.currency_field, get_language()
            return lambda row: (
                escape(f.money(row[name], row[currency] or "", language)) if row[name] is not None else f.DASH
            )
        if self.country:
            language = get_language()
            return lambda row: f.country_html(row[name], language)
        if self.buyer:
            return lambda row: f.buyer_text_html(row[name]) if row[name] else f.DASH
        if self.mono and not self.link:  # a link carries the face itself
            return lambda row: f.mono_html(row[name])
        if self.mono and name == "id":  # it names something: digits are not grouped
            return lambda row: str(row[name])
        return _typed_cell(name, self.time or _time_of(source), now)

    def export(self, row: Row) -> Any:
        """The plain value for CSV and XLSX: text, number or date, in the reader's zone; never markup."""
        if self.text is not None:
            return self.text(row)
        value = row[self.name]
        if self.badge is not None and value not in (None, ""):
            return str(_choice(self.badge, value)[0])
        return plain(value)


def plain(value: Any) -> Any:
    """A value as a spreadsheet holds it: local naive time, joined lists, labels instead of mappings."""
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if isinstance(value, list | tuple | set):
        return ", ".join(str(plain(item)) for item in value)
    if isinstance(value, Mapping):
        return value.get("label") or value.get("name") or value.get("number") or ", ".join(map(str, value.values()))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value


def _is_number(source: Field | None) -> bool:
    return isinstance(source, serializers.IntegerField | serializers.DecimalField | serializers.FloatField)


def _time_of(source: Field | None) -> str:
    if isinstance(source, serializers.DateTimeField):
        return "moment"
    return "day" if isinstance(source, serializers.DateField) else ""


@lru_cache(maxsize=256)
def address(name: str) -> tuple[str, str]:
    """The address of a URL name around its one argument, so that reversing is done once and not per row."""
    mark = 987654321012345
    head, _found, tail = reverse(name, args=[mark]).partition(str(mark))
    return head, tail


@lru_cache(maxsize=1024)
def door(name: str, *args: str) -> str:
    """The address of a door of a list; the same for every request."""
    return reverse(name, args=args)


def _choice(choices: Any, value: Any) -> tuple[Any, str]:
    """Label and tone of a value of a Choices class (member attribute ``tone``) or of a mapping value -> (label, tone)."""
    if isinstance(choices, type) and issubclass(choices, Choices):
        try:
            member = choices(value)
        except ValueError:
            return value, "neutral"
        return member.label, str(getattr(member, "tone", "neutral"))
    found = choices.get(value, (value, "neutral"))
    return found if isinstance(found, tuple) else (found, "neutral")


def _badge_cell(name: str, choices: Any) -> Cell:
    made: dict[Any, str] = {None: f.DASH, "": f.DASH}

    def cell(row: Row) -> str:
        value = row[name]
        if value not in made:
            made[value] = f.badge_html(*_choice(choices, value))
        return made[value]

    return cell


def _same_cell(own: Callable[[Row], Any], names: tuple[str, ...]) -> Cell:
    made: dict[tuple[Any, ...], str] = {}

    def cell(row: Row) -> str:
        key = tuple([row[name] for name in names])
        if key not in made:
            made[key] = escape(own(row))
        return made[key]

    return cell


def _typed_cell(name: str, time: str, now: datetime) -> Cell:
    moments = _Moments(now) if time in ("", "moment") else None
    zone = timezone.get_current_timezone()
    words = {True: escape(_("yes")), False: escape(_("no"))}

    def cell(row: Row) -> str:
        value = row[name]
        if value is None or value == "":
            return f.DASH
        if isinstance(value, SafeString):
            return value
        if isinstance(value, str):
            return escape(value)
        if isinstance(value, datetime):
            return moments.cell(value) if moments else _time_cell(value, time, now, zone)
        if isinstance(value, date):
            return escape(f.day(value))
        if isinstance(value, bool):
            return words[value]
        if isinstance(value, int | Decimal | float):
            return escape(f.number(value))
        return escape(plain(value))

    return cell


class _Moments:
    """``core.format.time_html`` for many values of one page: zone, words and days are looked up once."""

    def __init__(self, now: datetime) -> None:
        self.zone = timezone.get_current_timezone()
        self.zone_name = escape(f.clock_place(self.zone, now))
        self.today = now.astimezone(self.zone).date()
        spoken = {0: _("today %(time)s"), 1: _("tomorrow %(time)s"), -1: _("yesterday %(time)s")}
        self.days = {self.today + timedelta(days=apart): escape(text) for apart, text in spoken.items()}

    def cell(self, value: datetime) -> str:
        """The ``<time>`` of one value."""
        local = value.astimezone(self.zone)
        day = local.date()
        if day not in self.days:
            noon = local.replace(hour=12, minute=0)
            self.days[day] = escape(f.moment(noon, self.today_noon, self.zone)).replace("12:00", "%(time)s")
        exact, title = f"{value.astimezone(UTC).isoformat()[:19]}Z", local.isoformat(" ", "seconds")[:19]
        text = self.days[day] % {"time": title[11:16]}
        return f'<time datetime="{exact}" title="{title} {self.zone_name}">{text}</time>'

    @cached_property
    def today_noon(self) -> datetime:
        """Noon of the reader's today."""
        return datetime.combine(self.today, clock_time(12), tzinfo=self.zone)


def _time_cell(value: datetime, time: str, now: datetime, zone: tzinfo) -> str:
    if time in ("due", "deadline"):
        return f.due_html(value, now, hard=time == "deadline", zone=zone)
    if time == "day":
        return escape(f.day(value))
    if time == "full":
        return escape(f.full_moment(value))
    return format_html('<time title="{}">{}</time>', f.full_moment(value), f.ago(value, now))


#: What says itself what it is, so that its column need not be named on a phone.
_SPEAKS = (
    'class="st', 'class="sku', 'class="flag', 'class="mono', 'class="under', 'class="ends', 'class="pic', 'class="clip', "<abbr", "<a ",
    "<bdi",
)  # fmt: skip


def tds(cells: list[tuple[str, Cell, str]], row: Row) -> SafeString:
    """The ``<td>`` cells of one row; one without a value is marked, so that a phone can leave it out, and a plain value knows the
    name of its column, so that a phone can put it in front."""
    made = []
    for css, cell, label in cells:
        text = cell(row)
        if text == f.DASH:
            made.append(f'<td class="{css} nil">{text}</td>' if css else f'<td class="nil">{text}</td>')
            continue
        bare = text and ("num" in css or "<" not in text or not any(mark in text for mark in _SPEAKS))
        name = f' data-label="{label}"' if bare else ""
        made.append(f'<td class="{css}"{name}>{text}</td>' if css else f"<td{name}>{text}</td>")
    return mark_safe("".join(made))  # noqa: S308
