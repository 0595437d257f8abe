"""Tables of the sale."""

from orders.models.automation import ImportProfile, OrderRule
from orders.models.order import Order, OrderAddress, OrderFlag, OrderLine, Wish

__all__ = ["ImportProfile", "Order", "OrderAddress", "OrderFlag", "OrderLine", "OrderRule", "Wish"]
