"""Lists of dispatch and of parcels."""

from logistics.listings import dispatch, house, orders, parcels, tables

__all__ = ["dispatch", "house", "orders", "parcels", "tables"]
