"""Deliveries by program show the state of their call, in the transaction that moves the call."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_noop

from conversations import registry
from conversations.choices import DeliveryState, MessageState, Route
from conversations.models import Delivery, Message, TellingRow
from conversations.rules import base_code_of
from conversations.services.handing import SEND_BY_HAND
from stores.choices import DISCONNECTED, CallState
from stores.models import OutboundCall
from worklist import services as worklist

_SHOWN = {
    CallState.QUEUED: DeliveryState.QUEUED, CallState.LEASED: DeliveryState.LEASED, CallState.SENT: DeliveryState.SENT,
    CallState.FAILED: DeliveryState.FAILED, CallState.UNKNOWN: DeliveryState.UNKNOWN, CallState.DROPPED: DeliveryState.DROPPED,
}  # fmt: skip


def follow(call: OutboundCall, *, now: datetime) -> None:
    """Copy the state of ``call`` to its delivery. A mailbox text of a store that lost its door goes on by hand."""
    state = _SHOWN[CallState(call.state)]
    delivery = Delivery._base_manager.filter(pk=call.subject_id, call_id=call.pk)
    if state == DeliveryState.DROPPED and call.error == DISCONNECTED and delivery.filter(route=Route.MAILBOX).exists():
        state = DeliveryState.BY_HAND
    sent_at = call.sent_at if state == DeliveryState.SENT else None
    changed = delivery.exclude(confirmed_by__isnull=False).update(state=state, error=call.error, sent_at=sent_at)
    if changed and state == DeliveryState.BY_HAND:
        worklist.plan(rule_key=SEND_BY_HAND, subject_ids=[call.subject_id], now=now)


def reason_against(call: OutboundCall, *, now: datetime) -> str:
    """Why the text of ``call`` is no longer wanted, or "": it was discarded, the buyer answered a chaser, or the app that
    knows the matter says so."""
    delivery = (
        Delivery._base_manager.filter(pk=call.subject_id)
        .select_related("message__conversation", "message__store")
        .first()
    )
    if delivery is None:
        return gettext_noop("The message no longer exists.")
    message = delivery.message
    if message.state == MessageState.CANCELLED:
        return gettext_noop("The message was discarded.")
    last_in = message.conversation.last_in_at
    if message.is_chaser and last_in is not None and last_in > message.at:
        return gettext_noop("The buyer has answered.")
    for ask in registry.WANTED.get(base_code_of(message.template_code), ()):
        if reason := ask(message, now=now):
            return str(reason)
    return _told_too_late(message, now)


def _told_too_late(message: Message, now: datetime) -> str:
    """Why a text of a telling must not leave any more: none of the things it is about needs a word."""
    ask = registry.STOPS.get(message.about_type) if message.key.startswith("tell:") else None
    row = TellingRow._base_manager.filter(message=message).first() if ask else None
    if ask is None or row is None:
        return ""
    ids = [row.about_id, *row.more_ids]
    stops = ask(ids, now=now)
    return str(stops[ids[0]]) if set(ids) <= set(stops) else ""
