"""Values as plain text: numbers, money, times, countries, in the reader's language and zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, get_timezone_location
from babel.numbers import format_currency, get_currency_precision
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from core.clock import utcnow

DASH = "—"

# English is written the international way ("US$42.60", never a bare "$" that could be five currencies).
_BABEL = {"en": "en_001", "zh-hans": "zh_Hans", "zh-cn": "zh_Hans", "zh": "zh_Hans", "zh-hant": "zh_Hant"}


def babel_locale(language: str | None = None) -> str:
    """The Babel locale for a Django language code (default: the active language); unknown codes read as English."""
    code = (language or get_language() or "en").lower()
    return _known_locale(code)


@lru_cache(maxsize=256)
def _known_locale(code: str) -> str:
    if code in _BABEL:
        return _BABEL[code]
    try:
        return str(Locale.parse(code.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        return _BABEL["en"]


def _zone(zone: str | tzinfo | None) -> tzinfo:
    if zone is None or zone == "":
        return timezone.get_current_timezone()
    if isinstance(zone, str):
        try:
            return ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            return UTC
    return zone


# --- numbers and money -------------------------------------------------------------------------------------------


def number(value: Any, digits: int | None = None) -> str:
    """A number with thousands separators: ``1,904``; ``digits`` fixes the decimals. ``None`` is a dash."""
    if value is None or value == "":
        return DASH
    if digits is None:
        return f"{value:,}"
    return f"{_rounded(value, digits):,}"


def count(value: int | None, cap: int | None = None) -> str:
    """A count for a tab or the rail; at or above ``cap`` it reads ``10,000+`` (counts are capped, not exact)."""
    if value is None:
        return ""
    return f"{cap:,}+" if cap is not None and value >= cap else f"{value:,}"


def percent(value: Any, digits: int = 0) -> str:
    """A share (0.41) as ``41%``."""
    return DASH if value is None else f"{_rounded(Decimal(str(value)) * 100, digits)}%"


def weight(grams: int | None) -> str:
    """Grams as ``128 g`` or, from ten kilograms on, ``12.4 kg``."""
    if grams is None:
        return DASH
    return f"{grams:,} g" if grams < 10_000 else f"{_rounded(Decimal(grams) / 1000, 1)} kg"


def money(amount: Any, currency: str | None = None, language: str | None = None) -> str:
    """An amount the locale's way, currency before it: ``US$42.60``, ``€31.00``, ``¥120``.

    Takes a Money-like object (``amount`` and ``currency`` attributes) or an amount and an ISO 4217 code.
    """
    if amount is None:
        return DASH
    if currency is None:
        amount, currency = amount.amount, amount.currency
    code = str(getattr(currency, "code", currency))
    locale = babel_locale(language)
    prefix, digits = _money_shape(code, locale)
    value = _rounded(amount, digits)
    if prefix is None:
        return str(format_currency(value, code, locale=locale))
    sign = "−" if value < 0 else ""
    return f"{sign}{prefix}{abs(value):,}"


@lru_cache(maxsize=512)
def _money_shape(code: str, locale: str) -> tuple[str | None, int]:
    """The text before the digits and the decimals; ``None`` when the locale writes the currency elsewhere."""
    digits = int(get_currency_precision(code))
    sample = format_currency(Decimal(1), code, locale=locale)
    head, found, tail = sample.partition(f"{_rounded(Decimal(1), digits)}")
    if not found or tail or not locale.startswith(("en", "zh")):
        return None, digits
    return (f"{head}\xa0" if head[-1:].isalpha() else head), digits


def _rounded(value: Any, digits: int) -> Decimal:
    number_ = value if isinstance(value, Decimal) else Decimal(str(value))
    return number_.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


# --- time --------------------------------------------------------------------------------------------------------


def day(value: date | datetime | None, zone: str | tzinfo | None = None) -> str:
    """A date nobody can misread: ``2025-11-23`` in Chinese, ``23 Nov 2025`` in English."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        value = value.astimezone(_zone(zone)).date()
    return _day_text(value, with_year=True)


def moment(value: datetime | None, now: datetime | None = None, zone: str | tzinfo | None = None) -> str:
    """A time as people say it: ``today 16:00``, ``tomorrow 16:00``, ``11-23 16:00``, ``2024-11-23 16:00``."""
    if value is None:
        return DASH
    where = _zone(zone)
    local, today = value.astimezone(where), (now or utcnow()).astimezone(where).date()
    clock = f"{local.hour:02}:{local.minute:02}"
    apart = (local.date() - today).days
    if apart == 0:
        return _("today %(time)s") % {"time": clock}
    if apart == 1:
        return _("tomorrow %(time)s") % {"time": clock}
    if apart == -1:
        return _("yesterday %(time)s") % {"time": clock}
    return f"{_day_text(local.date(), with_year=local.year != today.year)} {clock}"


def full_moment(value: datetime, zone: str | tzinfo | None = None, *, seconds: bool = True) -> str:
    """The exact time with the place whose clock it is, for titles and prints: ``2025-11-23 16:00:05 Shanghai``."""
    where = _zone(zone)
    local = value.astimezone(where)  # isoformat is several times as fast as strftime, and lists call this for each row
    return f"{local.isoformat(' ', 'seconds')[: 19 if seconds else 16]} {clock_place(where, value)}"


def clock_place(where: tzinfo, at: datetime) -> str:
    """The place whose clock a zone is, in the reader's language: ``Shanghai``; a zone without one by its name."""
    key = getattr(where, "key", None)
    return _place(key, babel_locale()) if key else where.tzname(at) or "UTC"


def buyer_clock(zone: str | tzinfo | None, now: datetime | None = None) -> str:
    """What the clock on the buyer's wall says now, with the weekday when it differs from ours: ``Fri 23:42``."""
    if not zone:
        return ""
    moment_ = now or utcnow()
    there, here = moment_.astimezone(_zone(zone)), moment_.astimezone(timezone.get_current_timezone())
    if there.date() == here.date():
        return f"{there:%H:%M}"
    return f"{format_datetime(there, 'EEE', locale=babel_locale())} {there:%H:%M}"


def language_name(code: str, language: str | None = None) -> str:
    """A language by its name in the reader's language: ``Portuguese (Brazil)``; an unknown code stays as it is."""
    try:
        return (code and Locale.parse(code.replace("-", "_")).get_display_name(babel_locale(language))) or ""
    except (UnknownLocaleError, ValueError):
        return code


def here_and_now(now: datetime | None = None) -> str:
    """The reader's day, weekday, place and clock: ``22 Nov 2026 Sun · Shanghai 16:42``."""
    local, locale = (now or utcnow()).astimezone(timezone.get_current_timezone()), babel_locale()
    place = _place(timezone.get_current_timezone_name(), locale)
    return f"{day(local)} {format_datetime(local, 'EEE', locale=locale)} · {place} {local:%H:%M}"


@lru_cache(maxsize=256)
def _place(zone: str, locale: str) -> str:
    try:
        return str(get_timezone_location(zone, locale=locale, return_city=True))
    except LookupError:
        return zone


_DAYS, _HOURS, _MINUTES = gettext_noop("%(n)s d"), gettext_noop("%(n)s h"), gettext_noop("%(n)s min")


def duration(span: timedelta, parts: int = 2) -> str:
    """A length of time in its ``parts`` largest units: ``12 d 4 h``, ``20 h 58 min``, ``5 min``."""
    return _duration(get_language(), int(abs(span).total_seconds() // 60), parts)


@lru_cache(maxsize=4096)
def _duration(_language: str | None, minutes: int, parts: int) -> str:
    days, rest = divmod(minutes, 1440)
    hours, mins = divmod(rest, 60)
    found = [(text, n) for text, n in ((_DAYS, days), (_HOURS, hours), (_MINUTES, mins)) if n]
    return " ".join(_(text) % {"n": n} for text, n in found[:parts]) or _("under 1 min")


@dataclass(frozen=True, slots=True)
class Due:
    """A due time as shown on a line: ``text``, ``tone`` (see ``html.TONES``) and whether it is ``late``."""

    text: str
    tone: str
    late: bool


#: A due time farther ahead than this many days reads as its day.
FAR_DAYS = 30


def due(
    at: datetime | None, now: datetime | None = None, *, hard: bool = False, zone: str | tzinfo | None = None
) -> Due:
    """How a due time reads on a line.

    ``hard`` marks a clock that cannot be undone (a marketplace deadline): it counts down from one day on.
    Late is rose; a hard clock under a day is rose, under three days lantern; anything else due today is amber.
    """
    if at is None:
        return Due(DASH, "neutral", False)
    moment_ = now or utcnow()
    left = at - moment_
    if left.total_seconds() < 0:
        return Due(_("%(span)s late") % {"span": duration(left)}, "rose", True)
    if hard and left < timedelta(days=3):
        return Due(
            _("%(span)s left") % {"span": duration(left)}, "rose" if left < timedelta(days=1) else "lantern", False
        )
    where = _zone(zone)
    local = at.astimezone(where)
    apart = (local.date() - moment_.astimezone(where).date()).days
    if apart == 0 and left < timedelta(hours=1):
        return Due(_("%(span)s left") % {"span": duration(left)}, "amber", False)
    if apart > FAR_DAYS:  # nobody plans the hour of a day so far ahead; the title tells it
        return Due(_day_text(local.date(), with_year=local.year != moment_.astimezone(where).year), "neutral", False)
    text = moment(at, now=moment_, zone=where)
    if apart < 7 and (local.hour, local.minute) in ((0, 0), (23, 59)):
        text = {0: _("today"), 1: _("tomorrow")}.get(apart) or _day_text(local.date(), with_year=False)
    return Due(text, "amber" if apart == 0 else "neutral", False)


def ago(value: datetime | None, now: datetime | None = None) -> str:
    """How long ago, in one unit: ``3 h ago``, ``12 d ago``."""
    if value is None:
        return DASH
    return _("%(span)s ago") % {"span": duration((now or utcnow()) - value, parts=1)}


def days(value: int | None) -> str:
    """A number of days: ``1 day``, ``12 days``."""
    return DASH if value is None else ngettext("%(n)s day", "%(n)s days", value) % {"n": value}


def _day_text(value: date, *, with_year: bool) -> str:
    return _day_in(babel_locale(), value, with_year)


@lru_cache(maxsize=2048)
def _day_in(locale: str, value: date, with_year: bool) -> str:
    if locale.startswith("zh"):
        return f"{value:%Y-%m-%d}" if with_year else f"{value:%m-%d}"
    return str(format_date(value, "d MMM y" if with_year else "d MMM", locale=locale))


# --- names -------------------------------------------------------------------------------------------------------


def in_own_language(chinese: str, english: str) -> str:
    """The text in the reader's language, else in the other."""
    own, other = (chinese, english) if babel_locale().startswith("zh") else (english, chinese)
    return own or other


def country_name(code: str | None, language: str | None = None) -> str:
    """The name of an ISO 3166 two-letter country in the reader's language; the code itself when unknown."""
    if not code:
        return ""
    return _territories(babel_locale(language)).get(code.upper(), code)


@lru_cache(maxsize=16)
def _territories(locale: str) -> dict[str, str]:
    return dict(Locale.parse(locale).territories)


def stars(value: int | None, out_of: int = 5) -> str:
    """A rating: ``★★☆☆☆``."""
    return DASH if value is None else "★" * value + "☆" * (out_of - value)
