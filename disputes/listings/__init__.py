"""Lists of cases, remedies, ratings and root causes; importing them registers them."""

from disputes.listings import cases, causes, feedback, orders, parcels

__all__ = ["cases", "causes", "feedback", "orders", "parcels"]
