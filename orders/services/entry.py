"""Orders that people and programs enter one by one, in the names of the generic file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core import countries, numbering
from core.audit import Actor
from core.clock import zone
from core.errors import Conflict, Invalid, NotAllowed
from orders.models import Order
from orders.services.importing import import_remote
from orders.services.importing.remote import checked
from orders.services.importing.results import Rejection
from stores.contracts import RemoteAddress, RemoteLine, RemoteOrder, RemoteShipment


def create_order(
    *,
    store: Store,
    lines: Sequence[Mapping[str, Any]],
    actor: Actor,
    now: datetime,
    must_be_new: bool = False,
    **head: Any,
) -> tuple[Order, bool]:
    """Bring one order in, in the names of the generic file with nested lines; answers it (id, store, number) and whether it
    is new.

    The same order again is the same order (a telling with other facts updates it, an older state never does), unless
    ``must_be_new``. Without ``order_no`` it gets a number of ours; without ``placed_at`` it was placed now; naive times are in
    the store's zone. Refuses with ``invalid_order`` naming field and reason, and a number that is taken (``order_exists``).
    """
    if not actor.has_perm("orders.create_order"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    remote = _remote(store, str(head.get("order_no") or "").strip() or "new", lines, head, now)
    _good, rejected = checked([remote], now)
    if rejected:
        raise _refusal(rejected[0])
    if (
        must_be_new
        and head.get("order_no")
        and Order._base_manager.filter(store=store, external_id=remote.external_id).exists()
    ):
        raise Conflict("order_exists", _("This store has an order with this number already."), field="order_no")
    with transaction.atomic(savepoint=False):
        if not head.get("order_no"):
            number = numbering.order_number(numbering.take("order")[0])
            remote = replace(remote, external_id=number, number=number)
        result = import_remote(store=store, remotes=[remote], actor=actor, now=now)
    known = [*result.created_ids, *result.changed_ids]
    pk = (
        known[0]
        if known
        else Order._base_manager.values_list("pk", flat=True).get(store=store, external_id=remote.external_id)
    )
    return Order(pk=pk, store=store, number=remote.number), bool(result.created)


def _refusal(rejection: Rejection) -> Invalid:
    sentence = str(rejection.message)
    field = {"buyer_key": "buyer_name"}.get(rejection.field, rejection.field)
    return Invalid("invalid_order", sentence.replace("%", "%%"), errors={field: [sentence]}, field=field)


def _remote(
    store: Store, number: str, lines: Sequence[Mapping[str, Any]], head: Mapping[str, Any], now: datetime
) -> RemoteOrder:
    def text(name: str) -> str:
        return str(head.get(name) or "").strip()

    def moment(name: str) -> datetime | None:
        value = head.get(name)
        return value.replace(tzinfo=zone(store.time_zone)) if value is not None and value.tzinfo is None else value

    status = text("status") or "paid"
    placed = moment("placed_at") or now
    paid = moment("paid_at") or (placed if status != "unpaid" and status != "cancelled" else None)
    tracking = text("tracking_no")
    return RemoteOrder(
        external_id=number, number=number, status=status, placed_at=placed, currency=text("currency").upper() or store.currency,
        country=_country(text("country")), lines=tuple(_line(row) for row in lines), buyer_name=text("buyer_name"),
        buyer_email=text("buyer_email"), buyer_login=text("buyer_login"), note=text("buyer_note"), paid_at=paid,
        address=RemoteAddress(
            text("recipient_name") or text("buyer_name"), text("phone"), text("address1"), text("address2"), text("city"),
            text("state"), text("postcode"),
        ),
        shipping_fee=head.get("shipping_fee") or Decimal(0), discount=head.get("order_discount") or Decimal(0),
        shipping_method=text("shipping_method"), updated_at=moment("updated_at"),
        shipments=(RemoteShipment(tracking, text("carrier_service"), moment("shipped_at")),) if tracking else (),
        shipped_at=moment("shipped_at"), delivered_at=moment("delivered_at"), completed_at=moment("completed_at"),
        cancelled_at=moment("cancelled_at"),
    )  # fmt: skip


def _line(row: Mapping[str, Any]) -> RemoteLine:
    return RemoteLine(
        sku=str(row["sku"]).strip(), quantity=row["quantity"], unit_price=row.get("unit_price"), title=str(row.get("title") or "").strip(),
        attributes=str(row.get("attributes") or "").strip(), discount=row.get("line_discount") or Decimal(0),
        note=str(row.get("note") or "").strip(), external_id=str(row.get("line_no") or "").strip(),
    )  # fmt: skip


def _country(text: str) -> str:
    """The code; what means no country is handed on as it is and refused by name."""
    return countries.find(text) or text
