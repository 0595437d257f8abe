"""Goals the figures are held against."""

from django.utils.translation import gettext_lazy as _

from core.policies import declare

ANSWER_GOAL = declare(
    "reports.answer_goal", 90, _("Buyers answered in time: the goal (percent)"), source="manual 001", per_store=False
)
DISPATCH_GOAL = declare(
    "reports.dispatch_goal", 95, _("Orders dispatched in time: the goal (percent)"), source="chosen", per_store=False
)
PROMISE_GOAL = declare(
    "reports.promise_goal", 90, _("Parcels delivered as promised: the goal (percent)"), source="chosen", per_store=False
)
CHECK_DAYS = declare(
    "reports.check_days",
    35,
    _("Days whose figures are counted anew several times a day"),
    source="chosen",
    per_store=False,
    least=1,
)
