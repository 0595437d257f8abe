"""Tables of the stock."""

from inventory.models.ledger import Balance, Movement, Reservation
from inventory.models.warehouse import Bin, Warehouse

__all__ = ["Balance", "Bin", "Movement", "Reservation", "Warehouse"]
