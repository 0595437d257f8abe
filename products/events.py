"""What happened to articles."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ItemsMatched:
    """Channel SKUs were matched, matched anew or marked as no goods."""

    item_ids: tuple[int, ...]


@dataclass(frozen=True)
class ItemsToMatch:
    """Orders that are not history need channel SKUs of a store that nobody has matched."""

    store_id: int
