"""Words of the doors to channels."""

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
