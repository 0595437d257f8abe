"""How stores are reached: connect, disconnect, check, pause. Secrets are encrypted before they reach a row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.choices import StoreKind
from accounts.models import Store
from core import audit, crypto
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.jobs import later
from stores import selectors
from stores.choices import DISCONNECTED
from stores.connectors import errors, has_connector
from stores.models import Connection
from stores.services.outbox import CHANNEL, drop_for_store, pause, resume


@transaction.atomic
def connect(*, store: Store, secrets: Mapping[str, str], actor: Actor, now: datetime, base_url: str = "") -> Connection:
    """Connect a store to its channel with these access data, or replace them; what waited goes on at once.

    Refuses kinds of store without a connector (they work by hand) and empty access data.
    """
    _may(actor)
    if not has_connector(store.kind):
        raise Conflict("no_connector", _("Stores of this kind are worked by hand: there is nothing to connect."))
    kept = {name: value.strip() for name, value in secrets.items() if value.strip()}
    if not kept:
        raise Invalid("no_secrets", _("Give the access data of the store."))
    row = Connection._base_manager.select_for_update(of=("self",)).filter(store=store).first() or Connection(
        store=store
    )
    row.base_url = base_url.strip().rstrip("/")
    row.secrets = crypto.encrypt(json.dumps(kept))
    row.paused_reason, row.hold_until, row.failures = "", None, 0
    row.save()
    audit.record(store, "store.connect", actor=actor, now=now, text=gettext_noop("Connected to its channel"))
    resume(store=store, lane=CHANNEL, actor=actor, now=now)
    later("stores.check_store", store_id=store.pk)
    later("stores.pull_store", store_id=store.pk)
    return row


def connect_sandbox(*, store: Store, actor: Actor, now: datetime, base_url: str = "") -> Connection:
    """Connect a sandbox store to the pretend shop of this installation with a fresh key. Refuses other kinds."""
    if store.kind != StoreKind.SANDBOX:
        raise Conflict("not_a_sandbox", _("Only a sandbox store can be connected to the pretend shop."))
    return connect(store=store, secrets={"token": crypto.new_key()}, base_url=base_url, actor=actor, now=now)


@transaction.atomic
def disconnect(*, store: Store, actor: Actor, now: datetime) -> None:
    """Forget the access data of a store. What waits to be sent is taken back; texts go on by hand."""
    _may(actor)
    changed = (
        Connection._base_manager.filter(store=store)
        .exclude(secrets="")
        .update(secrets="", paused_reason="", hold_until=None, failures=0)
    )
    if changed:
        drop_for_store(store=store, lane=CHANNEL, actor=actor, now=now, reason=DISCONNECTED)
        audit.record(
            store, "store.disconnect", actor=actor, now=now, text=gettext_noop("Disconnected from its channel")
        )


def check(*, store: Store, now: datetime) -> str:
    """Ask the channel whether it knows us (a job, never a page); "" or the reason, which also pauses the store when only
    people can mend it."""
    try:
        selectors.connector(store).check(now)
    except errors.Misconfigured as error:
        pause(store=store, lane=CHANNEL, reason=str(error), actor=audit.system("check"), now=now)
        return str(error)
    except errors.ConnectorError as error:
        return str(error)
    return ""


def _may(actor: Actor) -> None:
    if not actor.has_perm("stores.change_connection"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
