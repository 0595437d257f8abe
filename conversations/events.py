"""What happened in conversations."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BuyerWrote:
    """A message of a buyer came in."""

    message_id: int
    conversation_id: int
