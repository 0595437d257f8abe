"""The front door of intake: what other apps and the doors call."""

from orders.services.assessing import Assessed, assess_many, assess_new
from orders.services.editing import clear_flags, edit_address, rematch, set_flags, set_service_many, set_warehouse
from orders.services.holding import (
    answer_cancel,
    cancel,
    cancel_many,
    hold,
    hold_many,
    release,
    release_many,
    set_intercept,
)
from orders.services.taking import take_up
from orders.services.wishes import add_wish, set_wish_state

__all__ = [
    "Assessed", "add_wish", "answer_cancel", "assess_many", "assess_new", "cancel", "cancel_many", "clear_flags", "edit_address", "hold",
    "hold_many", "release", "release_many", "rematch", "set_flags", "set_intercept", "set_service_many", "set_warehouse",
    "set_wish_state", "take_up",
]  # fmt: skip
