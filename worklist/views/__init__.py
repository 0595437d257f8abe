"""Pages of the worklist."""

from worklist.views.duties import AssignPage, BeatPage, BulkPane, DonePage, DutyAct, DutyPane, SnoozePage
from worklist.views.mentions import ColleaguesDoor, MentionPage
from worklist.views.today import OrderPage, TodayPage

__all__ = [
    "AssignPage", "BeatPage", "BulkPane", "ColleaguesDoor", "DonePage", "DutyAct", "DutyPane", "MentionPage", "OrderPage",
    "SnoozePage", "TodayPage",
]  # fmt: skip
