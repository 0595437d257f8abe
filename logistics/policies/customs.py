"""House rules of customs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

PLATFORM_TAXES = declare(
    "logistics.platform_taxes", "aliexpress, sandbox", _("Kinds of stores whose platform collects tax at the sale"), source="house",
    per_store=False,
)  # fmt: skip
PLATFORM_IDS = declare(
    "logistics.platform_ids", "aliexpress, sandbox", _("Kinds of stores whose platform asks recipients for their ID"),
    source="house", per_store=False,
)  # fmt: skip
URGENT_WORDS = declare(
    "logistics.urgent_words", "urgent, asap, as soon as possible, hurry, 加急, 紧急, 催单",
    _("Words in the buyer's note that mean an urgent order"), source="house", per_store=False,
)  # fmt: skip
DESCRIPTION_WORDS = declare(
    "logistics.customs_words", 3, _("Least words of a customs text"), source="house", per_store=False, least=1
)
PER_KG_LOW = declare(
    "logistics.per_kg_low", 8, _("A kilogram worth less (USD) is looked at"), source="house", per_store=False
)
PER_KG_HIGH = declare(
    "logistics.per_kg_high",
    2000,
    _("A kilogram worth more (USD) is looked at"),
    source="house",
    per_store=False,
    least=1,
)
MEDIAN_LOW = declare(
    "logistics.median_low_percent", 30, _("Per cent of the usual value of a kilogram below which is looked at"),
    source="house", per_store=False,
)  # fmt: skip
MEDIAN_HIGH = declare(
    "logistics.median_high_percent", 300, _("Per cent of the usual value of a kilogram above which is looked at"),
    source="house", per_store=False, least=1,
)  # fmt: skip
MEDIAN_DAYS = declare(
    "logistics.median_days", 180, _("Days over which the usual value of a kilogram is reckoned"), source="house",
    per_store=False, least=1,
)  # fmt: skip
MEDIAN_LINES = declare(
    "logistics.median_lines", 10, _("Lines sent before a usual value counts"), source="house", per_store=False, least=1
)
CN22_LIMIT = declare(
    "logistics.cn22_limit", 350, _("Value up to which letter post takes CN22 (300 SDR, in EUR)"), source="UPU, April 2026",
    per_store=False, least=1,
)  # fmt: skip
REVIEW_REASON = declare(
    "logistics.review_reason",
    False,
    _("Customs reviews need a written reason before the note is signed"),
    source="house",
)
LOWER_NEEDS_SECOND = declare(
    "logistics.lower_needs_second", True, _("A value below the price paid needs a second person"), source="house"
)
ADVANCE_DATA = declare(
    "logistics.advance_data", "", _("Services whose electronic customs data must be sent before hand-over"), source="house",
    per_store=False,
)  # fmt: skip
PERSON_WORDS = declare(
    "logistics.person_stopwords", "private, unknown, n/a, na, none, customer, buyer, gift", _("Names that name nobody in customs data"),
    source="ICS2", per_store=False,
)  # fmt: skip
ASK_CONTACT = declare(
    "logistics.data_needs_contact", False, _("Customs data needs the recipient's phone or e-mail"), source="house",
    per_store=False,
)  # fmt: skip
