"""A parcel has not come and the buyer does not want to wait: refund or a new parcel, in the buyer's words (RMD-07)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from conversations import services as conversations
from conversations.models import Message
from core import audit
from core import policies as house
from core.audit import Actor
from core.errors import Conflict, NotAllowed
from core.money import Money
from disputes import policies, selectors
from disputes.selectors import costs
from logistics.models import Parcel

#: The text that offers both, the cheaper one by our own reckoning first in the note beside it.
OFFER = "X07"


@transaction.atomic
def offer_choice(*, parcel: Parcel, actor: Actor, now: datetime) -> Message:
    """Draft the text in which the buyer chooses between a refund and a new parcel, with the sums of today; a person sends it.

    The same parcel again within some days (a house rule) is the draft that is there. Refuses while a dispute is open (the
    answer belongs into the dispute), when nothing can be paid back any more, when no service takes the parcel today, and
    people without the right.
    """
    if not actor.has_perm("disputes.offer_remedy"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    order = selectors.lock_order(parcel.order_id)
    if selectors.has_open_case(order.pk):
        raise Conflict(
            "dispute_open", _("A dispute is open: answer there. A new parcel only after the buyer has withdrawn it.")
        )
    found = costs.compared(order, now)
    if found is None or found.left.amount <= 0:
        raise Conflict("nothing_left", _("Nothing can be paid back any more."))
    if found.again.service is None or not found.again.days_max:
        raise Conflict("no_service", _("No service takes this parcel today: offer the refund alone."))
    pause = int(house.value(policies.OFFER_PAUSE_DAYS, now, order.store_id))
    since = now - timedelta(days=pause)
    held = Message._base_manager.filter(
        about_type="logistics.parcel", about_id=parcel.pk, key__startswith=f"{OFFER}:parcel-{parcel.pk}:", at__gte=since
    ).first()
    if held is not None:
        return held
    done = conversations.try_send_template(
        base_code=OFFER, about=parcel, key=f"{OFFER}:parcel-{parcel.pk}:{now:%Y%m%d%H%M%S}", actor=actor, now=now, as_draft=True,
        extra={
            "refund_amount": Money(found.left.amount, order.currency).text(), "currency": order.currency,
            "resend_method": found.again.service.name_en or found.again.service.code, "days_max": found.again.days_max,
        },
    )  # fmt: skip
    if done.message is None:
        raise Conflict("not_written", done.reason.replace("%", "%%"))
    audit.record(
        parcel, "parcel.offer", actor=actor, now=now, text=gettext_noop("Refund or a new parcel offered, as a draft (%(code)s)"), code=OFFER
    )  # fmt: skip
    return done.message
