"""What happened to buyers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BuyerBlacklisted:
    """A buyer was put on the blacklist: orders to come are held."""

    buyer_id: int


@dataclass(frozen=True)
class BuyerErased:
    """The personal data of a buyer are gone."""

    buyer_id: int
