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


class TemplateKind(models.TextChoices):
    """What a template is about."""

    ORDER = "order", pgettext_lazy("template kind", "Order")
    PARCEL = "parcel", pgettext_lazy("template kind", "Parcel")
    FEEDBACK = "feedback", pgettext_lazy("template kind", "Feedback")
    AFTER_SALES = "after_sales", pgettext_lazy("template kind", "After-sales")
    DISPUTE = "dispute", pgettext_lazy("template kind", "Dispute")
    MARKETING = "marketing", pgettext_lazy("template kind", "Marketing")
