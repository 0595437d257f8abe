"""Words of messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Route(models.TextChoices):
    """How a text reaches the buyer."""

    MAILBOX = "mailbox", _("Store mailbox")
    EMAIL = "email", _("E-mail")


class DeliveryState(models.TextChoices):
    """Delivery of a message by one route. By hand: a person copies the text into the channel and confirms it."""

    QUEUED = "queued", pgettext_lazy("delivery", "Waiting")
    LEASED = "leased", pgettext_lazy("delivery", "Being sent")
    SENT = "sent", pgettext_lazy("delivery", "Sent")
    FAILED = "failed", pgettext_lazy("delivery", "Failed")
    UNKNOWN = "unknown", pgettext_lazy("delivery", "Unknown outcome")
    BY_HAND = "by_hand", pgettext_lazy("delivery", "To be sent by hand")
    DROPPED = "dropped", pgettext_lazy("delivery", "No longer wanted")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"sent": "leaf", "failed": "rose", "unknown": "amber", "by_hand": "lantern"}.get(self.value, "neutral")


class Direction(models.TextChoices):
    """Who wrote."""

    OUT = "out", _("We wrote")
    IN = "in", _("The buyer wrote")


class MessageState(models.TextChoices):
    """Life of a message of ours."""

    DRAFT = "draft", pgettext_lazy("message", "Draft")
    READY = "ready", pgettext_lazy("message", "Handed to its routes")
    RECEIVED = "received", pgettext_lazy("message", "Received")
    CANCELLED = "cancelled", pgettext_lazy("message", "Cancelled")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"draft": "amber", "received": "sea", "ready": "leaf"}.get(self.value, "neutral")


class SendMode(models.TextChoices):
    """Whether a text goes out by itself."""

    AUTO = "auto", pgettext_lazy("send mode", "By itself")
    SUGGEST = "suggest", pgettext_lazy("send mode", "As a draft")
    MANUAL = "manual", pgettext_lazy("send mode", "Only by hand")


class Answers(models.TextChoices):
    """What a text is to a buyer who waits for us (``rules.ends_waiting``)."""

    ALWAYS = "always", pgettext_lazy("answers", "Yes: it answers a question")
    PERSON = "person", pgettext_lazy("answers", "When a person sends it")
    NEVER = "never", pgettext_lazy("answers", "No: it only tells or greets")


class TemplateKind(models.TextChoices):
    """What a template is about."""

    ORDER = "order", pgettext_lazy("template kind", "Order")
    PARCEL = "parcel", pgettext_lazy("template kind", "Parcel")
    FEEDBACK = "feedback", pgettext_lazy("template kind", "Feedback")
    AFTER_SALES = "after_sales", pgettext_lazy("template kind", "After-sales")
    DISPUTE = "dispute", pgettext_lazy("template kind", "Dispute")
    MARKETING = "marketing", pgettext_lazy("template kind", "Marketing")


class TellingState(models.TextChoices):
    """Life of a telling: one matter told to many buyers."""

    PREPARING = "preparing", pgettext_lazy("telling", "Being prepared")
    READY = "ready", pgettext_lazy("telling", "To be looked through")
    SENDING = "sending", pgettext_lazy("telling", "Being told")
    DONE = "done", pgettext_lazy("telling", "Told")
    DISCARDED = "discarded", pgettext_lazy("telling", "Discarded")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"preparing": "indigo", "ready": "amber", "sending": "indigo", "done": "leaf"}.get(self.value, "neutral")


class Verdict(models.TextChoices):
    """What becomes of one buyer in a telling."""

    READY = "ready", pgettext_lazy("verdict", "Will be told")
    OUT = "out", pgettext_lazy("verdict", "Left out")
    TOLD = "told", pgettext_lazy("verdict", "Told")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"ready": "sea", "told": "leaf"}.get(self.value, "amber")


class LeftOut(models.TextChoices):
    """Why a buyer is left out of a telling."""

    ERASED = "erased", pgettext_lazy("left out", "The buyer's data were erased.")
    NO_ADDRESS = "no_address", pgettext_lazy("left out", "No address: no mailbox by program, no e-mail.")
    DISPUTE = "dispute", pgettext_lazy("left out", "A dispute is open: answer in the dispute.")
    STOPPED = "stopped", pgettext_lazy("left out", "No longer concerned.")
    ONE_A_DAY = "one_a_day", pgettext_lazy("left out", "The buyer already got a reminder today.")
    UNANSWERED = "unanswered", pgettext_lazy("left out", "Too many texts without an answer.")
    TOLD_BEFORE = "told_before", pgettext_lazy("left out", "Already told the same.")
    NO_TEXT = "no_text", pgettext_lazy("left out", "There is no text in use for this buyer.")
    UNKNOWN = "unknown", pgettext_lazy("left out", "Not known")
    UNTRUE = "untrue", pgettext_lazy("left out", "Not true")
    BY_PERSON = "by_person", pgettext_lazy("left out", "Left out by a person.")


#: What the texts of the house are for, in words; own ones stand as they were named.
PURPOSES = {
    "insert_card": pgettext_lazy("text", "Card in the parcel"),
    "order_received": pgettext_lazy("text", "Order received"),
    "shipped": pgettext_lazy("text", "Goods shipped"),
    "delay_30_days": pgettext_lazy("text", "Long on the way"),
    "reached_customs": pgettext_lazy("text", "Reached customs"),
    "at_post_office": pgettext_lazy("text", "At the post office"),
    "out_for_delivery": pgettext_lazy("text", "Out for delivery"),
    "rating_for_buyer": pgettext_lazy("text", "Our rating of the buyer"),
    "thanks_for_positive": pgettext_lazy("text", "Thanks for a good rating"),
    "reply_to_neutral": pgettext_lazy("text", "Neutral rating: private"),
    "reply_to_neutral_public": pgettext_lazy("text", "Neutral rating: public reply"),
    "reply_to_negative": pgettext_lazy("text", "Bad rating: private"),
    "reply_to_negative_public": pgettext_lazy("text", "Bad rating: public reply"),
    "ask_for_review": pgettext_lazy("text", "Ask for a rating"),
    "our_packing_mistake": pgettext_lazy("text", "Our packing mistake"),
    "missing_with_next_order": pgettext_lazy("text", "The rest with the next order"),
    "missing_resend_or_refund": pgettext_lazy("text", "The rest: send or refund"),
    "follow_store_new": pgettext_lazy("text", "Follow the store: new buyer"),
    "follow_store_returning": pgettext_lazy("text", "Follow the store: returning buyer"),
    "community_post": pgettext_lazy("text", "Post for a forum"),
    "holiday_greeting": pgettext_lazy("text", "Holiday greeting"),
    "wholesale_offer": pgettext_lazy("text", "Wholesale offer"),
    "shipping_method_complaint": pgettext_lazy("text", "Complaint about the shipping method"),
    "unpaid_order": pgettext_lazy("text", "Order not paid"),
    "invite_inquiry_to_store": pgettext_lazy("text", "Trade inquiry to the store"),
    "customs_documents": pgettext_lazy("text", "Papers for customs"),
    "check_post_office": pgettext_lazy("text", "Look at the post office"),
    "tracking_answer": pgettext_lazy("text", "Where the parcel is"),
    "delivered_not_found": pgettext_lazy("text", "Delivered, not found"),
    "loss_confirmed": pgettext_lazy("text", "Loss confirmed"),
    "dispute_answer": pgettext_lazy("text", "Answer to a dispute"),
    "offer_refund_or_resend": pgettext_lazy("text", "Refund or new parcel"),
    "parcel_returned": pgettext_lazy("text", "Parcel came back"),
    "parcel_returned_refund": pgettext_lazy("text", "Parcel came back: refund"),
    "parcel_returned_resend": pgettext_lazy("text", "Parcel came back: send again"),
    "ask_photos": pgettext_lazy("text", "Ask for photos"),
    "wrong_item_offer": pgettext_lazy("text", "Wrong item: choice"),
    "wrong_item_refund": pgettext_lazy("text", "Wrong item: refund"),
    "short_quantity_check": pgettext_lazy("text", "Quantity doubted"),
    "quality_solution": pgettext_lazy("text", "Quality: solution"),
    "return_of_unwanted": pgettext_lazy("text", "Return of unwanted goods"),
    "unwanted_keep_suggestion": pgettext_lazy("text", "Unwanted goods: keep them"),
    "payment_inquiry": pgettext_lazy("text", "Bank inquiry"),
    "damaged_goods": pgettext_lazy("text", "Damaged goods"),
    "damaged_goods_solution": pgettext_lazy("text", "Damaged goods: solution"),
    "delay_before_dispatch": pgettext_lazy("text", "Late before dispatch"),
    "cancel_before_dispatch": pgettext_lazy("text", "Cancelled before dispatch"),
    "damaged_box_only": pgettext_lazy("text", "Only the box is damaged"),
    "refund_not_deliverable": pgettext_lazy("text", "Cannot be delivered: refund"),
    "clearance_refused": pgettext_lazy("text", "Clearance refused"),
    "ask_again": pgettext_lazy("text", "Ask again"),
    "ask_again_offer": pgettext_lazy("text", "Ask again with an offer"),
    "bank_details": pgettext_lazy("text", "Bank details"),
    "return_address": pgettext_lazy("text", "Return address"),
    "lane_incident": pgettext_lazy("text", "Held up on the way"),
}


def purpose_words(code: str) -> str:
    """What a text is for, as people read it."""
    return str(PURPOSES[code]) if code in PURPOSES else code.replace("_", " ")
