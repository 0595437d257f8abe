"""Decisions about texts: filling, siblings, languages, caps. Plain values only."""

from conversations.rules.answering import Sent, ends_waiting, same_words
from conversations.rules.caps import ChaserFacts, may_chase
from conversations.rules.choice import (
    CUSTOMER,
    FALLBACK,
    TEAM,
    Version,
    base_code_of,
    candidates,
    fitting_language,
    variant_order,
)
from conversations.rules.reminding import Step, ladder, next_step
from conversations.rules.texts import (
    MARK,
    Filled,
    as_text,
    check,
    clean_header,
    country_name,
    fill,
    marks,
    names,
    passed,
    plain_text,
)  # fmt: skip

__all__ = [
    "CUSTOMER", "FALLBACK", "MARK", "TEAM", "ChaserFacts", "Filled", "Sent", "Step", "Version", "as_text", "base_code_of", "candidates",
    "check", "clean_header", "country_name", "ends_waiting", "fill", "fitting_language", "ladder", "marks", "may_chase", "names",
    "next_step", "passed",
    "plain_text", "same_words", "variant_order",
]  # fmt: skip
