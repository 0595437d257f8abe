"""New versions of clocks, valid from a day on; older versions stay for the cases they counted for."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Invalid, NotAllowed
from core.likeness import LARGEST
from core.reach import need_reach
from stores.models import Deadline

UNITS = ("hours", "days", "months", "times", "days_before", "time", "date", "percent", "score", "USD")
#: Spans that are computed alike: one may stand for the other. Any other clock keeps the unit it has.
_SPANS = frozenset({"hours", "days"})
_COPIED = ("channel", "topic", "anchor_event", "actor", "calendar", "on_expiry", "confidence", "note_zh")


@transaction.atomic
def set_deadline(
    *, deadline: Deadline, value: str, unit: str, valid_from: date, actor: Actor, now: datetime,
    warn_before: Decimal | None = None, warn_unit: str = "", origin: str = "",
) -> Deadline:  # fmt: skip
    """Give a clock another value from a day on (the same day again changes that version).

    Refuses values that are no positive number where the unit asks for one, half days, units that are unknown or do not fit the
    clock (what cannot be computed stops the shop), roles that may not, and people who do not work in all stores: a clock
    counts for every store of its channel.
    """
    if not actor.has_perm("core.change_policy"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [None], now)
    errors = {}
    if unit not in UNITS:
        errors["unit"] = [str(_("Unknown unit."))]
    elif unit != deadline.unit and not {unit, deadline.unit} <= _SPANS:
        errors["unit"] = [str(_("This clock is not counted in that unit."))]
    if not _value_fits(value, unit):
        errors["value"] = [str(_("Give a positive number (whole days), a time like 16:00, or a date."))]
    if errors:
        raise Invalid("bad_deadline", _("The clock cannot be set like this."), errors=errors)
    row, made = Deadline.objects.update_or_create(
        rule_code=deadline.rule_code,
        valid_from=valid_from,
        defaults={
            **{name: getattr(deadline, name) for name in _COPIED}, "value": value, "unit": unit, "warn_before": warn_before,
            "warn_unit": warn_unit, "origin": origin[:300] or deadline.origin,
        },
    )  # fmt: skip
    audit.record(row, "deadline.set", actor=actor, now=now, text=gettext_noop("%(code)s: %(value)s %(unit)s from %(day)s"),
                 code=row.rule_code, value=value, unit=unit, day=valid_from.isoformat(), new=made)  # fmt: skip
    return row


def _value_fits(value: str, unit: str) -> bool:
    try:
        if unit == "time":
            datetime.strptime(value, "%H:%M")  # noqa: DTZ007 (a wall-clock time)
            return True
        if unit == "date":
            date.fromisoformat(value)
            return True
        figure = Decimal(value)
        if not figure.is_finite() or not 0 <= figure <= LARGEST:
            return False
        return unit != "days" or figure == int(figure)  # half a day would be lost in silence: that is 12 hours
    except (ValueError, InvalidOperation):
        return False
