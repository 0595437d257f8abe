"""What the ways out of a parcel that has not come cost us: wait on, pay back, send again. Pure.

The formulas are those of the reference list of remedies: a refund is ``(G+S)*(1-K*kr)-X``, a new parcel ``C+F+P-X``, waiting
``(1-pa)*refund + pd*Z``: with the chance ``pa`` that the parcel still comes nothing has to be paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

WAIT, REFUND, RESEND = "wait", "refund", "resend"


@dataclass(frozen=True)
class Figures:
    """The house's figures: packing of a parcel, commission and its share given back, what a carrier pays (expected), the chance
    that waiting leads to a dispute, what one dispute weighs, and the chance of arrival where no lane tells it."""

    packing: Decimal
    commission: Decimal
    given_back: Decimal
    claim: Decimal
    dispute_chance: Decimal
    dispute_weight: Decimal
    arrives: Decimal


@dataclass(frozen=True)
class Sums:
    """What is at stake, in one currency: ``paid`` by the buyer and not paid back yet; the goods again and their freight (None =
    not known)."""

    paid: Decimal | None
    goods: Decimal | None
    freight: Decimal | None


@dataclass(frozen=True)
class Costs:
    """What each way costs (None = not known), the chance that was reckoned with, and the cheapest of those known."""

    wait: Decimal | None
    refund: Decimal | None
    resend: Decimal | None
    chance: Decimal

    @property
    def cheaper(self) -> str:
        """Of refund and new parcel the one that costs less; "" while one of them is not known."""
        if self.refund is None or self.resend is None:
            return ""
        return REFUND if self.refund <= self.resend else RESEND

    @property
    def least(self) -> str:
        """The cheapest of all three; "" while one of them is not known."""
        if self.wait is None or not self.cheaper:
            return ""
        acting = min(self.refund or Decimal(0), self.resend or Decimal(0))
        return WAIT if self.wait < acting else self.cheaper


def compare(sums: Sums, figures: Figures, arrives: Decimal | None) -> Costs:
    """The costs of the three ways. ``arrives``: the chance that what is out still comes, where its lane tells it."""
    chance = figures.arrives if arrives is None else arrives
    refund = resend = wait = None
    if sums.paid is not None:
        refund = sums.paid * (1 - figures.commission * figures.given_back) - figures.claim
        wait = (1 - chance) * refund + figures.dispute_chance * figures.dispute_weight
    if sums.goods is not None and sums.freight is not None:
        resend = sums.goods + sums.freight + figures.packing - figures.claim
    return Costs(wait, refund, resend, chance)
