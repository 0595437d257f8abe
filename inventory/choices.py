"""Words of the stock."""

from django.db import models
from django.utils.translation import pgettext_lazy


class MovementKind(models.TextChoices):
    """Why the stock changed."""

    OPENING = "opening", pgettext_lazy("movement", "Opening count")
    RECEIPT = "receipt", pgettext_lazy("movement", "Goods receipt")
    ISSUE = "issue", pgettext_lazy("movement", "Shipped")
    RETURN = "return", pgettext_lazy("movement", "Came back")
    COUNT = "count", pgettext_lazy("movement", "Count difference")
    SCRAP = "scrap", pgettext_lazy("movement", "Scrapped")
    USE = "use", pgettext_lazy("movement", "Used for packing")


class ReservationState(models.TextChoices):
    """Life of a promise of stock to a paid line."""

    OPEN = "open", pgettext_lazy("reservation", "Open")
    CONSUMED = "consumed", pgettext_lazy("reservation", "Shipped")
    RELEASED = "released", pgettext_lazy("reservation", "Released")
