"""How values look: the one place where money, numbers, times, countries and states become text or markup.

Everything here is a plain function over plain values, so a list can format its rows once in Python; the template
filters in ``core.templatetags.format`` are thin wrappers. Nothing here queries. Functions ending in ``_html`` return
escaped, safe markup that needs no inline style; all others return plain text.

Language and zone are the active ones (``gettext`` and ``django.utils.timezone``) unless an argument says otherwise.
"""

from .html import (
    TONES,
    badge_html,
    buyer_html,
    buyer_text_html,
    country_html,
    due_html,
    flag_html,
    icon_html,
    joined_html,
    link_html,
    mono_html,
    picture_html,
    progress_html,
    sku_html,
    tds_html,
    time_html,
)
from .text import (
    DASH,
    Due,
    ago,
    babel_locale,
    buyer_clock,
    count,
    country_name,
    day,
    days,
    due,
    duration,
    full_moment,
    moment,
    money,
    number,
    percent,
    stars,
    weight,
)

__all__ = [
    "DASH",
    "TONES",
    "Due",
    "ago",
    "babel_locale",
    "badge_html",
    "buyer_clock",
    "buyer_html",
    "buyer_text_html",
    "count",
    "country_html",
    "country_name",
    "day",
    "days",
    "due",
    "due_html",
    "duration",
    "flag_html",
    "full_moment",
    "icon_html",
    "joined_html",
    "link_html",
    "moment",
    "money",
    "mono_html",
    "number",
    "percent",
    "picture_html",
    "progress_html",
    "sku_html",
    "stars",
    "tds_html",
    "time_html",
    "weight",
]
