"""A longer receiving time: asked of the channel, confirmed by it, told to the buyer only then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from conversations import services as conversations
from core import audit, copying
from core import policies as house
from core.audit import SYSTEM, Actor
from core.clock import local_day, plus_days
from core.errors import Conflict, Invalid, NotAllowed
from logistics.choices import ParcelState
from logistics.models import Extension, Parcel
from logistics.policies import parcels as policies
from logistics.selectors import parcels as selectors
from logistics.selectors import sources
from logistics.selectors import tracking as lookups
from logistics.services.tracking import waiting
from orders.choices import OrderState
from stores import selectors as doors
from stores.choices import Ability, CallState
from stores.models import OutboundCall
from stores.services import outbox
from worklist import services as worklist

#: Days one extension may add, at most; a channel refuses more anyway.
MOST_DAYS = 120
CHECK = "logistics.extension_check"
BY_HAND = "logistics.promise_ending"


@dataclass(frozen=True)
class Wanted:
    """An extension to ask for: the parcel (store and order loaded), days, the cycle it belongs to, the text that waits."""

    parcel: Parcel
    days: int
    cycle: str
    text: str = ""


def ask_extensions(*, wanted: Sequence[Wanted], actor: Actor, now: datetime) -> list[Extension]:
    """Ask the channels for longer receiving times; answers the rows written (one per parcel and cycle, ever).

    Where the channel does it by program the call waits in the outbox with the final time and the time it was computed
    from; elsewhere a person gets a duty and confirms. The text of the cycle goes out when this is settled. The statements
    do not grow with the number of parcels.
    """
    if not wanted:
        return []
    rows = []
    for want in wanted:
        before = want.parcel.receive_by
        if before is None:
            continue
        after = plus_days(before, want.days, want.parcel.store.time_zone)
        rows.append(Extension(
            parcel=want.parcel, store=want.parcel.store, days=want.days, before=before, after=after, cycle=want.cycle,
            text=want.text, asked_at=now,
        ))  # fmt: skip
    with transaction.atomic():
        by_program = [row for row in rows if doors.offers(row.store, Ability.EXTEND_DELIVERY)]
        calls = outbox.enqueue_many(calls=[_call(row) for row in by_program], now=now)
        for row in by_program:
            row.call = calls[_key(row)]
        copying.insert_objects(rows, ("parcel_id", "cycle"))
        kept = list(
            Extension._base_manager.filter(
                parcel_id__in=[r.parcel_id for r in rows], cycle__in={r.cycle for r in rows}, asked_at=now
            ).select_related("parcel__order", "store", "call")
        )
        audit.record_many(
            audit.entry(row.parcel, "parcel.extend", actor=actor, now=now, text=gettext_noop("Longer receiving time asked: %(days)s days"),
                        days=row.days, cycle=row.cycle)
            for row in kept
        )  # fmt: skip
        worklist.plan(rule_key=CHECK, subject_ids=[row.pk for row in kept], now=now)
        hands = [row.parcel_id for row in kept if row.call_id is None]
        if hands:
            worklist.plan(rule_key=BY_HAND, subject_ids=hands, now=now)
            worklist.refresh(rule_key=BY_HAND, subject_ids=hands, now=now)
    return kept


def _key(row: Extension) -> str:
    return f"extend:{row.parcel_id}:{row.cycle}"


def _call(row: Extension) -> outbox.CallSpec:
    parcel = row.parcel
    payload: dict[str, Any] = {
        "order_id": parcel.order.external_id, "order_external_id": parcel.order.external_id, "days": row.days,
        "before": row.before.isoformat(), "after": row.after.isoformat(), "tracking_number": parcel.tracking_number,
    }  # fmt: skip
    return outbox.CallSpec(row.store, Ability.EXTEND_DELIVERY, _key(row), lookups.PARCEL, row.parcel_id, payload)


def extend(*, parcel: Parcel, days: int, actor: Actor, now: datetime, cycle: str = "") -> Extension:
    """A person lengthens the receiving time by ``days``.

    Where the channel does it by program it is asked (the buyer is told once it confirmed); elsewhere the person has done
    it in the channel's own page and this records it, so the text that waited goes out. Refuses a parcel that is not under
    way, a channel without a receiving time, and days outside 1 to 120. The same cycle twice is once.
    """
    if not actor.has_perm("logistics.extend_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("bad_days", _("Give 1 to 120 days."), errors={"days": [str(_("1 to 120."))]})
    with transaction.atomic():
        held = selectors.locked([parcel.pk])[0]
        if held.state != ParcelState.SHIPPED:
            raise Conflict("not_under_way", _("This parcel is not under way."))
        if held.receive_by is None:
            raise Conflict("no_receiving_time", _("This shop's channel has no receiving time to lengthen."))
        waiting = selectors.pending_extensions([held.pk]).get(held.pk)
        if waiting is not None and waiting.call_id is not None:
            raise Conflict("already_asked", _("The shop was asked already; its answer is awaited."))
        if waiting is not None:
            after = plus_days(waiting.before, days, held.store.time_zone)
            Extension._base_manager.filter(pk=waiting.pk).update(days=days, after=after)
            waiting.days, waiting.after = days, after
            confirm_extension(extension=waiting, actor=actor, now=now)
            return waiting
        want = Wanted(held, days, cycle or f"hand-{now:%Y%m%d%H%M%S}", "T03")
        made = ask_extensions(wanted=[want], actor=actor, now=now)
        row = made[0] if made else Extension._base_manager.get(parcel=held, cycle=want.cycle)
        if made and row.call_id is None:
            confirm_extension(extension=row, actor=actor, now=now)
    return row


def confirm_extension(*, extension: Extension, actor: Actor, now: datetime, after: datetime | None = None) -> None:
    """The channel (or a person who did it there) confirms: the parcel carries the new time, the waiting text goes out.

    ``after`` is the end the channel itself tells: it counts, whatever we reckoned. Where it is no later than the end we
    reckoned from, nobody knows by how many days it is longer, so the buyer is told none.
    """
    with transaction.atomic():
        parcel = selectors.locked([extension.parcel_id])[0]
        row = Extension._base_manager.select_for_update().get(pk=extension.pk)
        if row.confirmed_at is not None:
            return
        zone = parcel.store.time_zone
        row.after = after or row.after
        row.days = max(0, (local_day(row.after, zone) - local_day(row.before, zone)).days)
        row.confirmed_at, row.refused = now, ""
        row.save(update_fields=["after", "days", "confirmed_at", "refused"])
        parcel.receive_by = after or max(row.after, parcel.receive_by or row.after)
        Parcel._base_manager.filter(pk=parcel.pk).update(receive_by=parcel.receive_by)
        audit.record(
            parcel, "parcel.extended", actor=actor, now=now, text=gettext_noop("Receiving time is now %(after)s (%(days)s days longer)"),
            after=f"{row.after:%Y-%m-%d}", days=row.days,
        )  # fmt: skip
        _over(row, actor, now)
        if parcel.state == ParcelState.SHIPPED:
            _tell(row, parcel, now, told_of(row, parcel, now))


def extension_settled(*, call: OutboundCall, now: datetime) -> None:
    """The outbox settled the call of an extension: confirmed by the channel, or refused and a person must look."""
    row = Extension._base_manager.filter(call=call).select_related("parcel", "store").first()
    if row is None:
        return
    if call.state == CallState.SENT:
        told = parse_datetime(str((call.receipt.get("facts") or {}).get("receive_until") or ""))
        confirm_extension(extension=row, actor=SYSTEM, now=now, after=told)
        return
    with transaction.atomic():
        parcel = selectors.locked([row.parcel_id])[0]
        reason = (call.error or "The shop did not do it")[:300]
        Extension._base_manager.filter(pk=row.pk, confirmed_at__isnull=True).update(refused=reason)
        worklist.close(rule_key=CHECK, subject_ids=[row.pk], actor=SYSTEM, now=now, reason="refused", cancelled=True)
        if parcel.order.state in (OrderState.COMPLETED, OrderState.CANCELLED):  # nobody waits for it any more
            worklist.close(
                rule_key=BY_HAND, subject_ids=[parcel.pk], actor=SYSTEM, now=now, reason="order ended", cancelled=True
            )
        elif parcel.state == ParcelState.SHIPPED:
            audit.record(
                parcel, "parcel.not_extended", actor=SYSTEM, now=now, reason=reason,
                text=gettext_noop("The shop did not lengthen the receiving time"),
            )  # fmt: skip
            _without(row, parcel, now, reason)


def extension_silent(*, extension: Extension, now: datetime) -> None:
    """The confirmation did not come in time: the buyer is told what is true without it, and a person looks in the shop."""
    with transaction.atomic():
        parcel = selectors.locked([extension.parcel_id])[0]
        row = Extension._base_manager.select_for_update().get(pk=extension.pk)
        if row.confirmed_at is None and not row.refused and parcel.state == ParcelState.SHIPPED:
            _without(row, parcel, now, "")


def _without(row: Extension, parcel: Parcel, now: datetime, reason: str) -> None:
    _tell(row, parcel, now, told_of(None, parcel, now))
    worklist.open_for(rule_key=BY_HAND, facts={parcel.pk: {"refused": reason, "asked": row.days}}, now=now)


def _over(row: Extension, actor: Actor, now: datetime) -> None:
    worklist.close(rule_key=CHECK, subject_ids=[row.pk], actor=actor, now=now, reason="confirmed", cancelled=True)
    worklist.close(rule_key=BY_HAND, subject_ids=[row.parcel_id], actor=actor, now=now, reason="extended")


def _tell(row: Extension, parcel: Parcel, now: datetime, extra: dict[str, Any]) -> None:
    """The text of the cycle, once: with the new time or without it, never both (one key). While nobody but a person can know
    where the parcel is nothing is said: the next check that has news says it (:func:`asked_before`)."""
    if row.text and not sources.blind([parcel.pk], now):
        key = text_key(row.text, parcel.pk, row.cycle)
        days = int(house.value(policies.DEFAULT_CHECK_DAYS, now, parcel.store_id))
        conversations.try_send_template(
            base_code=row.text,
            about=parcel,
            key=waiting.standing([parcel.pk]).key_for(parcel.pk, row.text, key, takes=True),
            actor=SYSTEM,
            now=now,
            extra={**extra, "next_check_date": word_day(parcel, days, now)},
        )


def told_of(row: Extension | None, parcel: Parcel, now: datetime) -> dict[str, Any]:
    """What a text says of a longer receiving time: days and last day (of the store's zone) of one that is confirmed and not
    over by ``now``, else neither."""
    if row is None or row.confirmed_at is None or row.days <= 0 or row.after <= now:
        return {"extended_days": None, "new_deadline": None}
    return {"extended_days": row.days, "new_deadline": local_day(row.after, parcel.store.time_zone)}


def word_day(parcel: Parcel, days: int, now: datetime) -> date:
    """The day (of the store's zone) on which a text said now tells the buyer to hear from us: that of the next check, never
    sooner than after ``days``."""
    zone = parcel.store.time_zone
    return local_day(max(parcel.next_check_at or now, plus_days(now, days, zone)), zone)


@dataclass(frozen=True)
class Asked:
    """What was asked for a parcel before: whether an answer is still awaited, and the text that nobody has got yet."""

    pending: bool = False
    unsaid: Extension | None = None
    held: bool = False

    def waits(self, code: str) -> bool:
        """Whether this text goes out by itself once the shop has answered."""
        return self.unsaid is not None and self.unsaid.text == code and not self.held

    def late(self, code: str) -> Extension | None:
        """The settled extension whose text this is: nothing could be said when it was settled."""
        return self.unsaid if self.unsaid is not None and self.unsaid.text == code and self.held else None


def asked_before(parcels: Iterable[Parcel], now: datetime) -> dict[int, Asked]:
    """Of each parcel (store loaded) that asked for a longer receiving time what came of it, in two queries."""
    stores = {parcel.pk: parcel.store_id for parcel in parcels}
    rows = selectors.asked_extensions(stores)
    unsaid = lookups.unsaid({text_key(row.text, row.parcel_id, row.cycle): row.pk for row in rows if row.text})
    found: dict[int, Asked] = {}
    for row in rows:  # the oldest first: the newest one counts
        before = found.get(row.parcel_id, Asked())
        awaited = row.confirmed_at is None and not row.refused
        hours = float(house.value(policies.EXTENSION_HOURS, now, stores[row.parcel_id]))
        if row.pk in unsaid:
            held = not awaited or row.asked_at + timedelta(hours=hours) <= now
            found[row.parcel_id] = Asked(before.pending or awaited, row, held)
        else:
            found[row.parcel_id] = Asked(before.pending or awaited)
    return found


def text_key(code: str, parcel_id: int, cycle: str) -> str:
    """The key that makes a text of a cycle exist once."""
    return f"{code}:parcel-{parcel_id}:{cycle}"
