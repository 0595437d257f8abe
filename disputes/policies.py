"""House rules of feedback."""

from django.utils.translation import gettext_lazy as _

from core.policies import declare

ASK_DAYS = declare(
    "disputes.ask_feedback_days",
    3,
    _("Days after completion at which a silent buyer is asked (where no deadline says)"),
    source="manual 002",
)
ASK_WITHIN_DAYS = declare(
    "disputes.ask_within_days",
    30,
    _("Days after completion in which a rating is possible (where no deadline says)"),
    source="AE",
)
