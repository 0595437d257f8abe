"""Dated numbers and words of messages."""

from django.utils.translation import gettext_lazy as _

from core.policies import declare

CHASERS_A_DAY = declare(
    "conversations.chasers_a_day", 1, _("Chasers about one order on one day, at most"), source="manual 002"
)
CHASERS_UNANSWERED = declare(
    "conversations.chasers_unanswered", 3, _("Chasers about one order without an answer, at most"), source="house"
)
ANSWER_HOURS = declare(
    "conversations.answer_hours",
    24,
    _("A buyer is answered within so many hours (where no channel clock counts)"),
    source="manual 001",
)
MAILBOX_BY_HAND = declare(
    "conversations.mailbox_by_hand",
    True,
    _("Without a connector texts are copied into the channel's mailbox by hand"),
    source="manual 002",
)
AGENT_NAME = declare(
    "conversations.agent_name", "", _("Name under automatic messages (empty: customer service)"), source="house"
)
HELP_URL = declare("conversations.help_url", "", _("Address of the help page named in messages"), source="house")
STORE_URL = declare("conversations.store_url", "", _("Address of the store named in messages"), source="house")
BANK_ACCOUNT = declare(
    "conversations.bank_account",
    "",
    _("Bank details that buyers get when they ask (ready text Q01)"),
    source="manual 003",
)
RETURN_ADDRESS = declare(
    "conversations.return_address",
    "",
    _("Address for returns that buyers get when they ask (ready text Q02)"),
    source="manual 003",
)
TELLING_HOURS = declare(
    "conversations.telling_hours",
    24,
    _("A telling looked through longer ago than so many hours is prepared again"),
    source="chosen",
    per_store=False,
    least=1,
)
TOLD_SAME_DAYS = declare(
    "conversations.told_same_days", 7, _("A buyer is not told the same again within so many days"), source="chosen"
)
