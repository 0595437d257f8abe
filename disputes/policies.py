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
ANSWER_MARGIN_HOURS = declare(
    "disputes.answer_margin_hours",
    36,
    _("A case is answered so many hours before the channel decides without us"),
    source="manual 002",
)
RESPOND_DAYS = declare(
    "disputes.respond_days",
    5,
    _("Days to answer a case where neither the channel nor a deadline says"),
    source="chosen",
)
LOOK_DAYS = declare(
    "disputes.look_days",
    3,
    _("Days after which a case that waits for somebody else is looked at again"),
    source="chosen",
)
CLERK_LIMIT = declare(
    "disputes.clerk_limit",
    "150",
    _("Refund a clerk may offer without approval (house currency)"),
    source="chosen",
)
SUPERVISOR_LIMIT = declare(
    "disputes.supervisor_limit",
    "1500",
    _("Refund a supervisor may offer or approve; a larger one needs a manager (house currency)"),
    source="chosen",
)
REPLY_HOURS = declare(
    "disputes.reply_hours",
    24,
    _("Hours to answer a rating (where no deadline says)"),
    source="manual 002",
)
REPLY_LENGTH = declare(
    "disputes.reply_length",
    500,
    _("Longest reply to a rating that the channel takes (characters)"),
    source="chosen",
)
REPLY_WITHIN_DAYS = declare(
    "disputes.reply_within_days",
    30,
    _("Ratings older than this ask nobody for an answer (days)"),
    source="chosen",
)
LOOK_RATING_DAYS = declare(
    "disputes.look_rating_days",
    1,
    _("Days after which an answered bad rating is looked at again, until it is revised"),
    source="manual 002",
    least=1,
)
NAME_CAUSE_DAYS = declare(
    "disputes.name_cause_days",
    3,
    _("Days after the end of a case, or after the reply to a bad rating, by which its root cause is named"),
    source="chosen",
    least=1,
)
#: Figures of the costs of remedies (reference list of symbols), in the house currency where they are money.
COST_PACKING = declare("disputes.cost_packing", "0.5", _("Packing and handling of one parcel (house currency)"), source="chosen")
COST_COMMISSION = declare("disputes.cost_commission", "0.08", _("Commission of the channel, as a share of the sale"), source="chosen")
COST_GIVEN_BACK = declare(
    "disputes.cost_commission_back", "1", _("Share of the commission that the channel gives back with a refund"), source="chosen"
)  # fmt: skip
COST_CLAIM = declare("disputes.cost_claim", "0", _("Money expected from the carrier for a lost parcel (house currency)"), source="chosen")
COST_DISPUTE_CHANCE = declare(
    "disputes.cost_dispute_chance", "0.3", _("Chance that making the buyer wait leads to a dispute"), source="chosen"
)  # fmt: skip
COST_DISPUTE = declare("disputes.cost_dispute", "0", _("What one dispute weighs (house currency)"), source="chosen")
COST_ARRIVES = declare(
    "disputes.cost_arrives", "0.5", _("Chance that a late parcel still arrives, where its lane does not tell it"), source="chosen"
)  # fmt: skip
OFFER_PAUSE_DAYS = declare(
    "disputes.offer_pause_days", 3, _("Days until a buyer is offered a refund or a new parcel again"), source="chosen", least=1
)  # fmt: skip
