"""Reads of cases and feedback."""

from disputes.selectors import causes
from disputes.selectors.cases import (
    CASES_OF_ORDER,
    answers_in_short,
    answers_of,
    case,
    cases_for,
    cases_of,
    clock_of,
    facts_for_texts,
    given,
    has_open_case,
    lock_answer,
    lock_case,
    lock_order,
    orders_in_dispute,
    owed_count,
    remedies_for,
    remedies_of,
)
from disputes.selectors.duties import (
    by_hand,
    case_parcel,
    long_ago,
    open_of_orders,
    owed,
    standing_still,
    to_approve,
    with_answers,
    with_parcels,
    without_cause,
)
from disputes.selectors.feedback import (
    UNWRITTEN,
    ask_days,
    care_count,
    feedback_for,
    feedback_of,
    lock_feedback,
    longest_reply,
    may_be_asked,
    of_erased_buyers,
    orders_of,
    rating,
    ratings_without_cause,
    reply_due,
    sent_replies,
    silent_orders,
    to_look_at,
    unanswered,
    versions_of,
    with_rating,
)

__all__ = [
    "CASES_OF_ORDER", "UNWRITTEN", "answers_in_short", "answers_of", "ask_days", "by_hand", "care_count",
    "case", "case_parcel", "cases_for", "cases_of", "causes", "clock_of", "facts_for_texts", "feedback_for", "feedback_of", "given",
    "has_open_case", "lock_answer", "lock_case", "lock_feedback", "lock_order", "long_ago", "longest_reply", "may_be_asked",
    "of_erased_buyers", "open_of_orders", "orders_in_dispute", "orders_of", "owed", "owed_count", "rating", "ratings_without_cause",
    "remedies_for", "remedies_of", "reply_due", "sent_replies", "silent_orders", "standing_still", "to_approve", "to_look_at", "unanswered",
    "versions_of", "with_answers", "with_parcels", "with_rating", "without_cause",
]  # fmt: skip
