"""What buyers wrote: kept once by the channel's id, put into the thread, answered in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Store
from conversations import registry, rules
from conversations.choices import Direction, MessageState
from conversations.events import BuyerWrote
from conversations.models import Conversation, Message
from conversations.selectors import Party
from conversations.services.handing import ANSWER, REMIND, threads
from core.audit import Actor
from core.events import publish
from customers import services as customers
from customers.models import Buyer
from stores.contracts import RemoteMessage
from worklist import services as worklist


@transaction.atomic
def record_inbound(*, store: Store, remotes: Sequence[RemoteMessage], actor: Actor, now: datetime) -> list[Message]:
    """Keep messages of buyers; those that are there already (by the channel's id) change nothing. Answers the new ones.

    The thread waits for us from the first unanswered message on, and a duty to answer opens.
    """
    by_key = {_key(store, remote): remote for remote in remotes}
    known = set(Message._base_manager.filter(key__in=by_key).values_list("key", flat=True))
    fresh = {key: remote for key, remote in by_key.items() if key not in known}
    if not fresh:
        return []
    buyers = _buyers(store, list(fresh.values()), now)
    found = threads([Party(store, buyer, "") for buyer in buyers.values()], now)
    orders = _orders(store, fresh.values())
    rows = []
    for key, remote in fresh.items():
        order_id = orders.get(remote.order_external_id)
        rows.append(
            Message(
                conversation=found[buyers[remote.buyer_key].pk], store=store, direction=Direction.IN, state=MessageState.RECEIVED,
                key=key, body=rules.plain_text(remote.body)[:20_000], language=remote.language[:10], at=remote.at,
                about_type="orders.order" if order_id else "", about_id=order_id, facts={"order_ref": order_id} if order_id else {},
            )
        )  # fmt: skip
    Message._base_manager.bulk_create(rows, batch_size=1000)
    _wait(rows)
    ids = {row.conversation_id for row in rows}
    worklist.close(rule_key=REMIND, subject_ids=ids, actor=actor, now=now, reason="answered", cancelled=True)
    worklist.plan(rule_key=ANSWER, subject_ids={row.conversation_id for row in rows}, now=now)
    for row in rows:
        publish(BuyerWrote(row.pk, row.conversation_id))
    return rows


def _key(store: Store, remote: RemoteMessage) -> str:
    return f"in:{store.pk}:{remote.external_id}"[:120]


def _buyers(store: Store, remotes: list[RemoteMessage], now: datetime) -> dict[str, Buyer]:
    """Buyer by the channel's key; somebody who asks before ordering becomes a buyer without orders."""
    people = {remote.buyer_key: remote.buyer_name for remote in remotes}
    return customers.find_or_create_writers(store=store, people=people, now=now)


def _orders(store: Store, remotes: object) -> dict[str, int]:
    wanted = {remote.order_external_id for remote in remotes if remote.order_external_id}  # type: ignore[attr-defined]
    found: dict[str, int] = {}
    if wanted:
        for find in registry.FINDERS:
            found.update(find(store, wanted))
    return found


def _wait(rows: list[Message]) -> None:
    ids = {row.conversation_id for row in rows}
    manager = Conversation._base_manager
    held = list(manager.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    for thread in held:
        moments = [row.at for row in rows if row.conversation_id == thread.pk]
        thread.last_in_at = max([*moments, thread.last_in_at] if thread.last_in_at else moments)
        thread.last_at = max(moment for moment in (thread.last_at, thread.last_in_at) if moment is not None)
        thread.waiting_since = min([*moments, thread.waiting_since] if thread.waiting_since else moments)
        thread.asked_at = None  # the buyer answered: nobody asks again
    manager.bulk_update(held, ["last_in_at", "last_at", "waiting_since", "asked_at"], batch_size=1000)
