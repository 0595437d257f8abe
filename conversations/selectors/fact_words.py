"""The facts texts are filled with, as people call them: where a fact is missing, nobody reads the name of its placeholder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import pgettext_lazy as _p

#: Placeholder -> what it is, in the words of the desk.
FACT_WORDS: Mapping[str, Any] = {
    "address": _p("fact", "address"),
    "agent_name": _p("fact", "name of the writer"),
    "all_tracking_nos": _p("fact", "waybill numbers"),
    "alternative_item": _p("fact", "article offered instead"),
    "bank_account": _p("fact", "bank account"),
    "buyer_name": _p("fact", "name of the buyer"),
    "carrier_name": _p("fact", "carrier"),
    "currency": _p("fact", "currency"),
    "days_max": _p("fact", "longest delivery days"),
    "days_min": _p("fact", "shortest delivery days"),
    "days_since": _p("fact", "days since hand-over"),
    "destination_country": _p("fact", "country of destination"),
    "duty_note": _p("fact", "word about duties"),
    "eta_to": _p("fact", "latest day of arrival"),
    "evidence_list": _p("fact", "list of evidence"),
    "explanation": _p("fact", "explanation"),
    "extended_days": _p("fact", "days of the longer receiving time"),
    "facts": _p("fact", "facts of the case"),
    "freight_note": _p("fact", "word about freight"),
    "guide_url_1": _p("fact", "first guide"),
    "guide_url_2": _p("fact", "second guide"),
    "guide_url_3": _p("fact", "third guide"),
    "help_url": _p("fact", "help page"),
    "hold_reason": _p("fact", "why customs hold it"),
    "hold_until": _p("fact", "last day at the post office"),
    "holiday_from": _p("fact", "first day of the holiday"),
    "holiday_name": _p("fact", "holiday"),
    "holiday_to": _p("fact", "last day of the holiday"),
    "incident_end": _p("fact", "expected end of the incident"),
    "incident_reason": _p("fact", "reason of the delay"),
    "issue_summary": _p("fact", "what is wrong"),
    "item_name": _p("fact", "article"),
    "lane_half_days": _p("fact", "days in which half of the lane arrive"),
    "lane_later_than": _p("fact", "how late it is on its lane"),
    "lane_most_days": _p("fact", "days in which most of the lane arrive"),
    "lane_soon_chance": _p("fact", "chance to arrive soon"),
    "lane_soon_days": _p("fact", "days that count as soon"),
    "last_event": _p("fact", "last event"),
    "last_event_date": _p("fact", "day of the last event"),
    "missing_items": _p("fact", "missing articles"),
    "new_deadline": _p("fact", "new end of the receiving time"),
    "new_ship_date": _p("fact", "new day of dispatch"),
    "next_check_date": _p("fact", "day of the next check"),
    "option_1": _p("fact", "first choice"),
    "option_2": _p("fact", "second choice"),
    "order_date": _p("fact", "day of the order"),
    "order_no": _p("fact", "order number"),
    "packed_qty": _p("fact", "pieces packed"),
    "packed_weight": _p("fact", "weight packed"),
    "paid_method": _p("fact", "way of payment"),
    "parcel_link": _p("fact", "public page of the parcel"),
    "payment_deadline": _p("fact", "last day of payment"),
    "post_office": _p("fact", "post office"),
    "promo_title": _p("fact", "promotion"),
    "proposal": _p("fact", "proposal"),
    "protected_until": _p("fact", "end of the receiving time"),
    "refund_amount": _p("fact", "amount of the refund"),
    "refund_days": _p("fact", "days of the refund"),
    "refund_note": _p("fact", "word about the refund"),
    "resend_date": _p("fact", "day of the new parcel"),
    "resend_method": _p("fact", "way of the new parcel"),
    "resume_date": _p("fact", "day we are back"),
    "return_address": _p("fact", "return address"),
    "return_reason": _p("fact", "reason of the return"),
    "right_note": _p("fact", "word about the right article"),
    "ship_by_date": _p("fact", "last day of dispatch"),
    "ship_date": _p("fact", "day of dispatch"),
    "small_lot_max": _p("fact", "largest small lot"),
    "store_name": _p("fact", "store"),
    "store_url": _p("fact", "address of the store"),
    "tracking_no": _p("fact", "waybill number"),
    "tracking_note": _p("fact", "word about tracking"),
    "tracking_url": _p("fact", "carrier's page"),
    "wrong_item": _p("fact", "wrong article"),
    "wrong_item_note": _p("fact", "word about the wrong article"),
}


def fact_word(name: str) -> str:
    """A missing fact, or the sentence that says why a text is not true, in the reader's language."""
    known = FACT_WORDS.get(name)
    return str(known) if known is not None else gettext(name)


def fact_words(names: Iterable[str]) -> str:
    """Several of them in a row."""
    return gettext(", ").join(fact_word(str(name)) for name in names if name)
