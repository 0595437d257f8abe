"""Writes of cases and feedback.

turning   what follows when a case came, changed hands or ended
causes    the house's list of root causes
cases     opened, followed and ended by people and programs; channel: as channels tell them
answers   proposed, approved, given, settled; remedies: what the buyer got
feedback  ratings come in; replies: the one reply
offering  a parcel that does not come: refund or a new one, drafted
"""

from disputes.services.answers import (
    answer,
    answer_settled,
    approve,
    confirm,
    plan_answer,
    reject,
    why_not,
)
from disputes.services.cases import (
    agree,
    close,
    come_back,
    escalate,
    look_again,
    open_case,
    set_cause,
    told_by_channel,
)
from disputes.services.causes import add_cause, change_cause
from disputes.services.channel import record_cases
from disputes.services.feedback import Recorded, ask, give, import_feedback, record_feedback
from disputes.services.offering import offer_choice
from disputes.services.remedies import needed_permission, record_remedy
from disputes.services.replies import (
    confirm_reply,
    house_text,
    reply,
    reply_settled,
    thank,
    why_not_reply,
)
from disputes.services.replies import look_again as look_at_feedback
from disputes.services.replies import set_cause as set_feedback_cause
from disputes.services.turning import margin

__all__ = [
    "Recorded", "add_cause", "agree", "answer", "answer_settled", "approve", "ask", "change_cause", "close", "come_back",
    "confirm", "confirm_reply", "escalate", "give", "house_text", "import_feedback", "look_again", "look_at_feedback",
    "margin", "needed_permission", "offer_choice", "open_case", "plan_answer", "record_cases", "record_feedback",
    "record_remedy", "reject", "reply", "reply_settled", "set_cause", "set_feedback_cause", "thank", "told_by_channel",
    "why_not", "why_not_reply",
]  # fmt: skip
