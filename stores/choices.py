"""Words of the doors to channels."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy


class Ability(models.TextChoices):
    """What a connector may be able to do. A store without an ability simply does not offer it."""

    ORDERS = "orders", _("Orders in")
    MESSAGES_IN = "messages_in", _("Messages in")
    SEND_MESSAGE = "send_message", _("Message to the buyer")
    SEND_EMAIL = "send_email", _("E-mail to the buyer")
    DECLARE_SHIPMENT = "declare_shipment", _("Mark as shipped")
    EXTEND_DELIVERY = "extend_delivery", _("Extend the receiving time")
    ANSWER_CANCEL = "answer_cancel", _("Answer a cancel request")
    TRACKING = "tracking", _("Tracking events")
    WAYBILL = "waybill", _("Waybill number")
    FEEDBACK = "feedback", _("Feedback")
    CASES = "cases", _("Cases in")
    ANSWER_CASE = "answer_case", _("Answer a case")
    REPLY_FEEDBACK = "reply_feedback", _("Reply to a rating")
    CARRIER_WAYBILL = "carrier_waybill", _("Waybill number of a carrier")
    CARRIER_VOID = "carrier_void", _("Cancel a waybill number")


class CallState(models.TextChoices):
    """Life of an outgoing call. Unknown: nobody knows whether it happened; read back before it is repeated."""

    QUEUED = "queued", pgettext_lazy("call", "Waiting")
    LEASED = "leased", pgettext_lazy("call", "Being sent")
    SENT = "sent", pgettext_lazy("call", "Done")
    FAILED = "failed", pgettext_lazy("call", "Failed")
    UNKNOWN = "unknown", pgettext_lazy("call", "Unknown outcome")
    DROPPED = "dropped", pgettext_lazy("call", "No longer wanted")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"sent": "leaf", "failed": "rose", "unknown": "amber", "leased": "indigo"}.get(self.value, "neutral")


class InboundState(models.TextChoices):
    """Life of a raw record from a channel."""

    NEW = "new", pgettext_lazy("inbound", "To read")
    DONE = "done", pgettext_lazy("inbound", "Read")
    FAILED = "failed", pgettext_lazy("inbound", "Cannot be read")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"done": "leaf", "failed": "rose"}.get(self.value, "neutral")


#: Why a call is dropped whose store has no door any more; people do by hand what it would have done.
DISCONNECTED = gettext_noop("The store is no longer connected.")

#: The codes of the table of clocks in words.
CLOCK_WORDS: dict[str, Any] = {
    "aliexpress": "AliExpress", "shopify": "Shopify", "stripe": "Stripe", "paypal": "PayPal", "card": _("credit card"),
    "all": _("all channels"), "all_independent": _("own websites"), "law_eu": _("law of the EU"), "law_uk": _("law of the UK"),
    "law_us": _("law of the USA"), "payment": _("payment"), "message": _("messages"), "dispatch": _("dispatch"),
    "cancel": _("cancellation"),
    "protection": _("receiving time"), "money": _("money"), "dispute": _("dispute"), "return": _("return"), "feedback": _("feedback"),
    "metric": _("shop figures"), "parcel": _("parcel"), "claim": _("claim"), "chargeback": _("chargeback"), "delivery": _("delivery"),
    "quality": _("quality"), "buyer": _("buyer"), "seller": _("we"), "carrier": _("carrier"), "platform": _("platform"), "bank": _("bank"),
    "both": _("both sides"), "days": _("days"), "hours": _("hours"), "time": _("o'clock"), "times": _("times"),
    "days_before": _("days before"), "percent": "%", "score": _("points"), "months": _("months"), "date": _("date"),
    "order_placed": _("order placed"), "order_paid": _("order paid"), "order_ready": _("order ready"),
    "dispatch_note_done": _("note released"), "processing_deadline": _("latest dispatch"), "parcel_handed_over": _("handed over"),
    "cancel_requested": _("cancellation asked"), "shipment_declared": _("marked as shipped"),
    "confirm_deadline": _("end of receiving time"),
    "extension": _("extension"), "delivered_scan": _("delivery scan"), "order_completed": _("order completed"),
    "dispute_opened_or_changed": _("dispute opened or changed"), "dispute_opened": _("dispute opened"),
    "platform_stepped_in": _("platform stepped in"), "return_agreed": _("return agreed"), "return_shipped": _("return sent"),
    "refund_made": _("refund made"), "feedback_received": _("feedback received"), "revision_requested": _("revision asked"),
    "buyer_message": _("buyer's message"), "rolling": _("rolling period"), "dispatched": _("dispatched"), "last_scan": _("last scan"),
    "customs_scan": _("customs scan"), "awaiting_collection_scan": _("ready for collection"), "posted": _("posted"),
    "chargeback_opened": _("chargeback opened"), "evidence_submitted": _("evidence handed in"),
    "delivered_or_expected": _("delivered or expected"), "claim_opened": _("claim opened"),
    "withdrawal_received": _("withdrawal received"), "rule": _("in force since"),
}  # fmt: skip
