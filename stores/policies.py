"""Dated numbers of the doors to channels."""

from django.utils.translation import gettext_lazy as _

from core.policies import declare

GIVE_UP_HOURS = declare(
    "stores.give_up_hours", 72, _("An outgoing call is given up after so many hours"), source="house"
)
LATE_EFFECT_SECONDS = declare(
    "stores.late_effect_seconds", 60, _("An unclear outcome is read back after so many seconds"), source="house"
)
BREAKER_FAULTS = declare(
    "stores.breaker_faults", 3, _("So many faults in a row stop a channel for a while"), source="house", least=1
)
CALLS_PER_SECOND = declare(
    "stores.calls_per_second", 20, _("Outgoing calls to one channel per second, at most"), source="house", least=1
)
PULL_DAYS = declare("stores.first_pull_days", 30, _("The first pull of a store goes back so many days"), source="house")
RECONCILE_HOURS = declare(
    "stores.reconcile_hours", 48, _("The history of messages is compared over so many hours"), source="house"
)
