"""What is owed around cases and ratings; importing them registers them."""

from disputes.followups import cases, feedback

__all__ = ["cases", "feedback"]
