"""Words of orders."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderType(models.TextChoices):
    """Why an order exists."""

    SALE = "sale", pgettext_lazy("order type", "Sale")
    PROMOTION = "promotion", pgettext_lazy("order type", "Promotion")
    RESEND = "resend", pgettext_lazy("order type", "Resend")
    EXCHANGE = "exchange", pgettext_lazy("order type", "Exchange")


class OrderState(models.TextChoices):
    """Life of an order. Only ``core.states.move`` writes it."""

    UNPAID = "unpaid", pgettext_lazy("order", "Unpaid")
    NEW = "new", pgettext_lazy("order", "New")
    HELD = "held", pgettext_lazy("order", "Held")
    READY = "ready", pgettext_lazy("order", "Ready")
    PART_SHIPPED = "part_shipped", pgettext_lazy("order", "Partly shipped")
    SHIPPED = "shipped", pgettext_lazy("order", "Shipped")
    DELIVERED = "delivered", pgettext_lazy("order", "Delivered")
    COMPLETED = "completed", pgettext_lazy("order", "Completed")
    CANCELLED = "cancelled", pgettext_lazy("order", "Cancelled")


#: States in which something still has to leave the house.
TO_SHIP = [OrderState.NEW, OrderState.HELD, OrderState.READY, OrderState.PART_SHIPPED]


class Stage(models.TextChoices):
    """Where an order stands, in the words of the trade; computed from order, note, parcel by one rule and kept on the row."""

    UNPAID = "unpaid", pgettext_lazy("stage", "Unpaid")
    RISK = "risk", pgettext_lazy("stage", "Payment check")
    TO_MATCH = "to_match", pgettext_lazy("stage", "To match")
    TO_APPROVE = "to_approve", pgettext_lazy("stage", "To approve")
    SHORT = "short", pgettext_lazy("stage", "Out of stock")
    TO_NUMBER = "to_number", pgettext_lazy("stage", "Needs a waybill number")
    TO_PRINT = "to_print", pgettext_lazy("stage", "To print")
    TO_HAND_OVER = "to_hand_over", pgettext_lazy("stage", "To hand over")
    TO_DECLARE = "to_declare", pgettext_lazy("stage", "Not marked as shipped")
    SHIPPED = "shipped", pgettext_lazy("stage", "Shipped")
    HELD = "held", pgettext_lazy("stage", "Held")
    COMPLETED = "completed", pgettext_lazy("stage", "Completed")
    CANCELLED = "cancelled", pgettext_lazy("stage", "Cancelled")
    HISTORY = "history", pgettext_lazy("stage", "History")


class HoldReason(models.TextChoices):
    """Why an order waits."""

    PAYMENT_RISK = "payment_risk", pgettext_lazy("hold", "Payment check")
    WISH = "wish", pgettext_lazy("hold", "A wish cannot be met, buyer must answer")
    BLACKLIST = "blacklist", pgettext_lazy("hold", "Buyer is on the blacklist")
    CANCEL_REQUEST = "cancel_request", pgettext_lazy("hold", "Buyer asks to cancel")
    ADDRESS = "address", pgettext_lazy("hold", "Address must be checked")
    DISPUTE = "dispute", pgettext_lazy("hold", "Dispute is open")
    OTHER = "other", pgettext_lazy("hold", "Other reason")


#: The wishes that are read from notes, in words of the person who packs (data/wish_words.csv names them in English).
WISH_VALUES = {
    "beige": _("beige"), "black": _("black"), "blue": _("blue"), "brown": _("brown"), "gold": _("gold"), "green": _("green"),
    "grey": _("grey"), "multicolour": _("multicolour"), "orange": _("orange"), "pink": _("pink"), "purple": _("purple"), "red": _("red"),
    "silver": _("silver"), "transparent": _("transparent"), "turquoise": _("turquoise"), "white": _("white"), "yellow": _("yellow"),
    "careful packing": _("careful packing"), "gift wrapping": _("gift wrapping"), "no invoice in the parcel": _("no invoice in the parcel"),
    "no plastic": _("no plastic"), "packed separately": _("packed separately"), "packed together": _("packed together"),
    "plain packing": _("plain packing"),
}  # fmt: skip


class WishKind(models.TextChoices):
    """What a buyer asked for in the note."""

    COLOUR = "colour", pgettext_lazy("wish", "Colour")
    SIZE = "size", pgettext_lazy("wish", "Size")
    PACKING = "packing", pgettext_lazy("wish", "Packing")
    OTHER = "other", pgettext_lazy("wish", "Other")


class WishState(models.TextChoices):
    """Whether a wish can be met."""

    OPEN = "open", pgettext_lazy("wish", "To be met")
    CANNOT = "cannot", pgettext_lazy("wish", "Cannot be met")
    TOLD = "told", pgettext_lazy("wish", "Buyer was told")
    DROPPED = "dropped", pgettext_lazy("wish", "No longer wanted")


class FlagColour(models.TextChoices):
    """Coloured marks; red = size and colour notes, green = bank transfer seen (manual 003)."""

    RED = "red", _("Red: size or colour note")
    GREEN = "green", _("Green: bank transfer paid")
    AMBER = "amber", _("Amber: waits for somebody")
    BLUE = "blue", _("Blue: own use")


class ImportKind(models.TextChoices):
    """What a file holds."""

    ORDERS = "orders", _("Orders")
    PRODUCTS = "products", _("Articles")
    STOCK = "stock", _("Stock")
    MATCHES = "matches", _("SKU matches")
    RATES = "rates", _("Rates of carriers")


#: How stages and states look: sea = to do, amber = waits, indigo = under way, leaf = done, rose = stopped.
STAGE_TONES = {
    Stage.UNPAID: "neutral", Stage.RISK: "rose", Stage.TO_MATCH: "amber", Stage.TO_APPROVE: "sea", Stage.SHORT: "lantern",
    Stage.TO_NUMBER: "sea", Stage.TO_PRINT: "sea", Stage.TO_HAND_OVER: "sea", Stage.TO_DECLARE: "lantern", Stage.SHIPPED: "indigo",
    Stage.HELD: "amber", Stage.COMPLETED: "leaf", Stage.CANCELLED: "neutral", Stage.HISTORY: "neutral",
}  # fmt: skip
STATE_TONES = {
    OrderState.UNPAID: "neutral", OrderState.NEW: "sea", OrderState.HELD: "amber", OrderState.READY: "sea",
    OrderState.PART_SHIPPED: "indigo", OrderState.SHIPPED: "indigo", OrderState.DELIVERED: "leaf", OrderState.COMPLETED: "leaf",
    OrderState.CANCELLED: "neutral",
}  # fmt: skip
FLAG_TONES = {FlagColour.RED: "rose", FlagColour.GREEN: "leaf", FlagColour.AMBER: "amber", FlagColour.BLUE: "indigo"}
