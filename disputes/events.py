"""What happened to cases and ratings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CasesTurned:
    """Cases were opened, changed hands, or ended."""

    case_ids: tuple[int, ...]


@dataclass(frozen=True)
class CaseSettled:
    """A case ended; its remedies are known."""

    case_id: int
    order_id: int


@dataclass(frozen=True)
class FeedbackReceived:
    """Ratings came in or were revised."""

    feedback_ids: tuple[int, ...]
