"""Lists of dispatch and of parcels."""

from logistics.listings import dispatch, hand_over, house, orders, parcels, tables

__all__ = ["dispatch", "hand_over", "house", "orders", "parcels", "tables"]
