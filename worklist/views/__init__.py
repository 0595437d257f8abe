"""Pages of the worklist."""

from worklist.views.duties import AssignPage, BeatPage, BulkPane, DonePage, DutyAct, DutyPane, SnoozePage
from worklist.views.today import OrderPage, TodayPage

__all__ = [
    "AssignPage", "BeatPage", "BulkPane", "DonePage", "DutyAct", "DutyPane", "OrderPage", "SnoozePage", "TodayPage",
]  # fmt: skip
