"""Words of cases and feedback."""

from django.db import models
from django.utils.translation import pgettext_lazy


class RatingTone(models.TextChoices):
    """How a rating reads."""

    GOOD = "good", pgettext_lazy("rating", "Good")
    NEUTRAL = "neutral", pgettext_lazy("rating", "Neutral")
    BAD = "bad", pgettext_lazy("rating", "Bad")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"good": "leaf", "neutral": "amber", "bad": "rose"}[self.value]


class CaseKind(models.TextChoices):
    """What a buyer complains about, or asks for."""

    NOT_RECEIVED = "not_received", pgettext_lazy("case", "Not received")
    NOT_AS_DESCRIBED = "not_described", pgettext_lazy("case", "Not as described")
    WRONG_ITEM = "wrong_item", pgettext_lazy("case", "Wrong article")
    SHORT = "short", pgettext_lazy("case", "Pieces missing")
    DAMAGED = "damaged", pgettext_lazy("case", "Damaged")
    QUALITY = "quality", pgettext_lazy("case", "Poor quality")
    RETURN = "return", pgettext_lazy("case", "Return")
    EXCHANGE = "exchange", pgettext_lazy("case", "Exchange")
    CANCEL_REQUEST = "cancel", pgettext_lazy("case", "Asks to cancel")
    CHARGEBACK = "chargeback", pgettext_lazy("case", "Chargeback")
    OTHER = "other", pgettext_lazy("case", "Other")


class CaseState(models.TextChoices):
    """Life of a case. Only ``core.states.move`` writes it."""

    OPENED = "opened", pgettext_lazy("case", "New, waits for us")
    FOR_US = "for_us", pgettext_lazy("case", "Waits for us")
    FOR_BUYER = "for_buyer", pgettext_lazy("case", "Waits for the buyer")
    ESCALATED = "escalated", pgettext_lazy("case", "With the platform")
    AGREED = "agreed", pgettext_lazy("case", "Agreed, not closed yet")
    CLOSED = "closed", pgettext_lazy("case", "Closed")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {
            "opened": "rose", "for_us": "rose", "for_buyer": "amber", "escalated": "lantern", "agreed": "indigo",
        }.get(self.value, "neutral")  # fmt: skip


#: States in which a case is not at its end.
OPEN_CASES = [CaseState.OPENED, CaseState.FOR_US, CaseState.FOR_BUYER, CaseState.ESCALATED, CaseState.AGREED]
#: States in which we owe an answer, whatever else.
OURS = [CaseState.OPENED, CaseState.FOR_US]


class Outcome(models.TextChoices):
    """How a case ended."""

    WITHDRAWN = "withdrawn", pgettext_lazy("case outcome", "Withdrawn by the buyer")
    REFUNDED = "refunded", pgettext_lazy("case outcome", "Refunded")
    PART_REFUNDED = "part_refunded", pgettext_lazy("case outcome", "Partly refunded")
    RESENT = "resent", pgettext_lazy("case outcome", "Sent again")
    RETURNED = "returned", pgettext_lazy("case outcome", "Returned and refunded")
    WON = "won", pgettext_lazy("case outcome", "Decided for us")
    LOST = "lost", pgettext_lazy("case outcome", "Decided for the buyer")
    SETTLED = "settled", pgettext_lazy("case outcome", "Settled otherwise")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"withdrawn": "leaf", "won": "leaf", "lost": "rose"}.get(self.value, "neutral")


class RemedyKind(models.TextChoices):
    """What a buyer is offered or given."""

    REFUND = "refund", pgettext_lazy("remedy", "Full refund")
    PART_REFUND = "part_refund", pgettext_lazy("remedy", "Partial refund")
    RESEND = "resend", pgettext_lazy("remedy", "Send again")
    RETURN_REFUND = "return_refund", pgettext_lazy("remedy", "Return, then refund")
    SPARE_PART = "spare_part", pgettext_lazy("remedy", "Send a spare part")
    EVIDENCE = "evidence", pgettext_lazy("remedy", "Refuse with evidence")
    WAIT = "wait", pgettext_lazy("remedy", "Ask for patience")
    OTHER = "other", pgettext_lazy("remedy", "Something else")


#: Remedies that cost money paid back to the buyer: they carry an amount.
REFUNDS = [RemedyKind.REFUND, RemedyKind.PART_REFUND, RemedyKind.RETURN_REFUND]
#: Answers that give nothing: they are no remedy.
GIVES_NOTHING = [RemedyKind.EVIDENCE, RemedyKind.WAIT]


class Route(models.TextChoices):
    """How a remedy reached the buyer."""

    CHANNEL = "channel", pgettext_lazy("remedy route", "Through the dispute")
    PAYPAL = "paypal", pgettext_lazy("remedy route", "PayPal")
    BANK = "bank", pgettext_lazy("remedy route", "Bank transfer")
    PARCEL = "parcel", pgettext_lazy("remedy route", "New parcel")
    OTHER = "other", pgettext_lazy("remedy route", "Another way")


class AnswerState(models.TextChoices):
    """Life of an answer to a case. Only ``core.states.move`` writes it."""

    PROPOSED = "proposed", pgettext_lazy("answer", "To approve")
    REJECTED = "rejected", pgettext_lazy("answer", "Not approved")
    QUEUED = "queued", pgettext_lazy("answer", "Being sent")
    BY_HAND = "by_hand", pgettext_lazy("answer", "To be given by hand")
    SENT = "sent", pgettext_lazy("answer", "Given")
    ACCEPTED = "accepted", pgettext_lazy("answer", "Accepted")
    DECLINED = "declined", pgettext_lazy("answer", "Declined")
    FAILED = "failed", pgettext_lazy("answer", "Failed")
    VOID = "void", pgettext_lazy("answer", "No longer wanted")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {
            "proposed": "lantern", "rejected": "rose", "queued": "indigo", "by_hand": "amber", "sent": "sea", "accepted": "leaf",
            "declined": "rose", "failed": "rose",
        }.get(self.value, "neutral")  # fmt: skip


#: Answers that are on their way or were given: a round has at most one of them.
STANDING = [
    AnswerState.PROPOSED, AnswerState.QUEUED, AnswerState.BY_HAND, AnswerState.SENT, AnswerState.ACCEPTED, AnswerState.DECLINED,
]  # fmt: skip


class ReplyState(models.TextChoices):
    """Where the one reply to a rating stands."""

    NONE = "", pgettext_lazy("reply", "Not answered")
    QUEUED = "queued", pgettext_lazy("reply", "Being sent")
    BY_HAND = "by_hand", pgettext_lazy("reply", "To be posted by hand")
    SENT = "sent", pgettext_lazy("reply", "Answered")
    FAILED = "failed", pgettext_lazy("reply", "Failed")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"queued": "indigo", "by_hand": "amber", "sent": "leaf", "failed": "rose"}.get(self.value, "neutral")
