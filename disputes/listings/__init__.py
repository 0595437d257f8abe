"""Lists of cases, remedies and ratings; importing them registers them."""

from disputes.listings import cases, feedback, orders

__all__ = ["cases", "feedback", "orders"]
