"""Words of the worklist."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DutyState(models.TextChoices):
    """Life of a duty. Planned: its time has not come (clock) ; open: somebody must do it; stuck: the clock gave up."""

    PLANNED = "planned", pgettext_lazy("duty", "Planned")
    OPEN = "open", pgettext_lazy("duty", "Open")
    CLAIMED = "claimed", pgettext_lazy("duty", "Claimed")
    SNOOZED = "snoozed", pgettext_lazy("duty", "Snoozed")
    DONE = "done", pgettext_lazy("duty", "Done")
    CANCELLED = "cancelled", pgettext_lazy("duty", "Cancelled")
    STUCK = "stuck", pgettext_lazy("duty", "Stuck")


#: States in which a duty still has to be dealt with.
ALIVE = [DutyState.PLANNED, DutyState.OPEN, DutyState.CLAIMED, DutyState.SNOOZED, DutyState.STUCK]
#: States shown on Today.
VISIBLE = [DutyState.OPEN, DutyState.CLAIMED, DutyState.STUCK]


class Doer(models.TextChoices):
    """Who does it: the clock, or a person."""

    CLOCK = "clock", _("The clock")
    PERSON = "person", _("A person")


class Group(models.TextChoices):
    """The manual's order of the day."""

    ORDERS = "1_orders", pgettext_lazy("day group", "Orders")
    MESSAGES = "2_messages", pgettext_lazy("day group", "Messages")
    FEEDBACK = "3_feedback", pgettext_lazy("day group", "Feedback")
    PARCELS = "4_parcels", pgettext_lazy("day group", "Parcels")
    DISPATCH = "5_dispatch", pgettext_lazy("day group", "Dispatch check")


class Band(models.IntegerChoices):
    """Bands of Today: 0 cannot be undone, 1 somebody waits for us, 2 ranked by loss avoided, 3 routine."""

    TODAY = 0, _("Due today, cannot be undone")
    WAITING = 1, _("Somebody waits for us")
    RANKED = 2, _("By expected loss")
    ROUTINE = 3, _("Routine")
