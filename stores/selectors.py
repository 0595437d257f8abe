"""Reads about the doors to channels."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, QuerySet

from accounts.choices import StoreKind
from accounts.models import Store
from core import crypto
from core.audit import Actor
from stores import rules
from stores.choices import Ability, CallState, InboundState
from stores.connectors import CARRIERS, MAIL, connector_class, load
from stores.connectors.base import Account, Connector
from stores.connectors.errors import Misconfigured
from stores.contracts import CarrierAccess
from stores.models import CarrierLane, Connection, Deadline, InboundRecord, MailLane, OutboundCall


def offers(store: Store, ability: str) -> bool:
    """Whether the store does ``ability`` by program today: the channel can, the store is connected and open.

    E-mail is offered for every open store. A paused store still offers: its calls wait.
    """
    return str(ability) in abilities(store)


def abilities(store: Store) -> frozenset[str]:
    """Everything the store does by program today."""
    if store.closed_at is not None:
        return frozenset()
    mail = frozenset({str(Ability.SEND_EMAIL)})
    own = connector_class(store.kind).abilities
    if not own or not Connection._base_manager.filter(store=store).exclude(secrets="").exists():
        return mail
    return mail | {str(name) for name in own}


def connection(store: Store) -> Connection | None:
    """The connection of the store, if it was ever set up."""
    return Connection._base_manager.filter(store=store).select_related("store").first()


def account(store: Store, held: Connection | None = None) -> Account:
    """How the store is reached, secrets in clear. Raises ``Misconfigured`` when no key opens them."""
    held = held or connection(store)
    secrets: dict[str, str] = {}
    if held and held.secrets:
        try:
            secrets = json.loads(crypto.decrypt(held.secrets))
        except ValueError as error:
            raise Misconfigured("the stored access data cannot be opened with the keys of this installation") from error
    return Account(
        code=store.code, name=store.name, base_url=(held.base_url if held else "") or default_address(store.kind),
        secrets=secrets, time_zone=store.time_zone, currency=store.currency, reply_email=store.reply_email,
    )  # fmt: skip


def default_address(kind: str) -> str:
    """Where stores of a kind live when nothing else is set."""
    return str(settings.SANDBOX_URL) if kind == StoreKind.SANDBOX else ""


def connector(store: Store) -> Connector:
    """The store's connector, ready to talk."""
    return connector_class(store.kind)(account(store))


def carrier_connector(access: CarrierAccess) -> Connector:
    """The connector of a carrier account, ready to talk. Raises ``Misconfigured`` for a kind that does not exist."""
    if access.kind not in CARRIERS:
        raise Misconfigured(f"there is no connector {access.kind} for carriers")
    held = Account(
        code=access.code,
        name=access.code,
        base_url=access.base_url or default_address(access.kind),
        secrets=access.secrets,
    )
    return load(CARRIERS[access.kind])(held)


def mail_connector(store: Store) -> Connector:
    """The way e-mail of the store goes out."""
    return load(MAIL)(Account(code=store.code, name=store.name, reply_email=store.reply_email))


def deadline(store: Store, rule_code: str, day: date | datetime) -> Deadline | None:
    """The clock ``rule_code`` as it counts for ``store`` on ``day``: the newest version valid by then, else the oldest
    one known. None when there is no such clock, or it belongs to another channel (a sandbox store follows AliExpress)."""
    return clocks(rule_code).get(store.kind, rule_code, day)


class Clocks:
    """Some clocks with all their versions, read once: for work over many orders and days."""

    def __init__(self, rows: Iterable[Deadline]) -> None:
        self.rows: dict[str, list[Deadline]] = {}
        for row in rows:
            self.rows.setdefault(row.rule_code, []).append(row)

    def get(self, store_kind: str, rule_code: str, day: date | datetime) -> Deadline | None:
        """As :func:`deadline`, for a kind of store, without a query."""
        when = day.date() if isinstance(day, datetime) else day
        rows = self.rows.get(rule_code)
        if not rows or not _fits(rows[0].channel, store_kind):
            return None
        valid = [row for row in rows if row.valid_from <= when]
        return valid[-1] if valid else rows[0]


def clocks(*rule_codes: str) -> Clocks:
    """The clocks ``rule_codes`` with all their versions. One query."""
    return Clocks(Deadline.objects.filter(rule_code__in=rule_codes).order_by("valid_from"))


def near_from(
    store: Store, rule_codes: Iterable[str], due: datetime, day: date | datetime, held: Clocks | None = None
) -> datetime | None:
    """From when the deadline ``due`` counts as near, as the first of these clocks says that has a warning for ``store``;
    None when none of them has one. ``held``: the clocks, when the caller has read them."""
    known = held or clocks(*rule_codes)
    for code in rule_codes:
        row = known.get(store.kind, code, day)
        if row is not None and row.warn_before is not None:
            return rules.warn_at(due, row.warn_before, row.warn_unit)
    return None


def longest_warning(rule_code: str) -> timedelta:
    """The longest time before its end from which any version of a clock counts as near."""
    end = datetime(2026, 1, 1, tzinfo=UTC)
    near = [rules.warn_at(end, row.warn_before, row.warn_unit) for row in Deadline.objects.filter(rule_code=rule_code)]
    return max((end - at for at in near if at is not None), default=timedelta())


_KINDS = frozenset(StoreKind.values)


def _fits(channel: str, kind: str) -> bool:
    if channel in _KINDS:
        return channel == ("aliexpress" if kind == StoreKind.SANDBOX else kind)
    if channel == "all_independent":
        return kind not in (StoreKind.ALIEXPRESS, StoreKind.SANDBOX)
    return True


def calls_for(actor: Actor) -> QuerySet[OutboundCall]:
    """The outgoing calls of the actor's stores."""
    return OutboundCall.objects.select_related("store")


def records_for(actor: Actor) -> QuerySet[InboundRecord]:
    """The raw records of the actor's stores."""
    return InboundRecord.objects.select_related("store")


def unreadable() -> QuerySet[InboundRecord]:
    """Raw records that could not be read."""
    return InboundRecord.objects.filter(state=InboundState.FAILED)


def deadlines_for(actor: Actor) -> QuerySet[Deadline]:
    """All versions of all clocks."""
    return Deadline.objects.all()


def connection_briefs(store_ids: Iterable[int]) -> dict[int, dict[str, object]]:
    """Per store: whether it is connected, why it stands still, when it was last fetched."""
    return {
        row["store_id"]: {
            "connected": bool(row["secrets"]), "paused_reason": row["paused_reason"], "last_pull_at": row["last_pull_at"],
        }
        for row in Connection._base_manager.filter(store_id__in=list(store_ids)).values(
            "store_id", "secrets", "paused_reason", "last_pull_at"
        )
    }  # fmt: skip


@dataclass(frozen=True)
class Door:
    """One store on the page of connections."""

    store: Store
    connection: Connection | None
    mail: MailLane | None
    carriers: CarrierLane | None
    by_program: bool
    waiting: int
    failed: int


def doors(actor: Actor, stores: Iterable[Store]) -> list[Door]:
    """How each of the stores is reached, with its counts of waiting and failed calls."""
    wanted = list(stores)
    ids = [store.pk for store in wanted]
    connections = {row.store_id: row for row in Connection._base_manager.filter(store_id__in=ids)}
    mails = {row.store_id: row for row in MailLane._base_manager.filter(store_id__in=ids)}
    carriers = {row.store_id: row for row in CarrierLane._base_manager.filter(store_id__in=ids)}
    counted = OutboundCall._base_manager.filter(store_id__in=ids).exclude(state__in=[CallState.SENT, CallState.DROPPED])
    numbers: dict[tuple[int, bool], int] = {}
    for store_id, state, count in counted.values_list("store_id", "state").annotate(count=Count("pk")).order_by():
        place = (store_id, state == CallState.FAILED)
        numbers[place] = numbers.get(place, 0) + count
    return [
        Door(
            store, connections.get(store.pk), mails.get(store.pk), carriers.get(store.pk), bool(connector_class(store.kind).abilities),
            numbers.get((store.pk, False), 0), numbers.get((store.pk, True), 0),
        )
        for store in wanted
    ]  # fmt: skip


def pulled_stores() -> list[int]:
    """Ids of the open, connected stores that are fetched by program."""
    rows = Connection._base_manager.filter(store__closed_at__isnull=True).exclude(secrets="").select_related("store")
    return [row.store_id for row in rows if connector_class(row.store.kind).abilities]
