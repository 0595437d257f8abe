"""Tables of the sale."""

from orders.models.automation import ImportFile, ImportProfile, OrderRule
from orders.models.order import Order, OrderAddress, OrderFlag, OrderLine, Wish

__all__ = ["ImportFile", "ImportProfile", "Order", "OrderAddress", "OrderFlag", "OrderLine", "OrderRule", "Wish"]
