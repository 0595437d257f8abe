"""What things of a channel look like before they become ours: plain frozen values, no table behind them.

Connectors and file readers produce these; services take them. Times are aware UTC, money is Decimal in ``currency``,
ids are strings (they exceed 2^53), unknown facts are None or "" and never made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class RemoteLine:
    """One article of a remote order. ``unit_price`` None = the channel does not tell it."""

    sku: str
    quantity: int
    unit_price: Decimal | None
    title: str = ""
    attributes: str = ""
    discount: Decimal = Decimal(0)
    image_url: str = ""
    external_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RemoteAddress:
    """Where a remote order goes."""

    recipient: str = ""
    phone: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class RemoteShipment:
    """A parcel the channel already knows of."""

    tracking_number: str
    service: str = ""
    shipped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """One order as a channel or a file tells it. ``status`` is unpaid, paid, shipped, delivered, completed or cancelled.

    ``updated_at`` is the channel's version: an older one never overwrites a newer one; without it states only advance.
    ``goods_total``/``total`` None = computed from the lines; given ones win (channels know discounts that lines do not).
    ``risk`` asks for a payment-risk hold, ``cancel_requested`` for an intercept.
    """

    external_id: str
    number: str
    status: str
    placed_at: datetime
    currency: str
    country: str
    lines: tuple[RemoteLine, ...]
    buyer_key: str = ""
    buyer_login: str = ""
    buyer_name: str = ""
    buyer_email: str = ""
    address: RemoteAddress = RemoteAddress()
    note: str = ""
    paid_at: datetime | None = None
    shipping_fee: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    goods_total: Decimal | None = None
    total: Decimal | None = None
    shipping_method: str = ""
    ship_by: datetime | None = None
    shipments: tuple[RemoteShipment, ...] = ()
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    updated_at: datetime | None = None
    channel_status: str = ""
    risk: bool = False
    cancel_requested: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class RemoteMessage:
    """One message of a buyer."""

    external_id: str
    buyer_key: str
    at: datetime
    body: str
    order_external_id: str = ""
    buyer_name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class RemoteEvent:
    """One tracking event. ``stage`` is a value of the parcels' EventStage, or "" when the source does not say."""

    tracking_number: str
    at: datetime
    stage: str
    description: str = ""
    location: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemoteFeedback:
    """One rating. ``version`` orders what the channel told of it: an older one never overwrites a newer one (0 = not told).
    ``reply`` is the reply the channel shows, whoever wrote it."""

    external_id: str
    order_external_id: str
    stars: int
    text: str
    at: datetime
    version: int = 0
    reply: str = ""


@dataclass(frozen=True, slots=True)
class RemoteCase:
    """One case (dispute, return, chargeback) as the channel shows it now: the whole of it, not the change.

    ``status``: seller, buyer (whose turn it is), platform, agreed, closed; ``turn`` counts how often it was the seller's
    turn (0 = not told). ``version`` orders what was told: an older one never overwrites a newer one (0 = not told, then
    ``updated_at`` decides). ``decision`` is the buyer's word on our last answer: accepted, declined or "". ``refunded`` is
    what the channel has paid back through this case so far. ``outcome``, once closed: withdrawn, refunded, part_refunded,
    resent, returned, won, lost, settled.
    """

    external_id: str
    order_external_id: str
    kind: str
    status: str
    opened_at: datetime
    reason: str = ""
    amount: Decimal | None = None
    currency: str = ""
    respond_by: datetime | None = None
    turn: int = 0
    decision: str = ""
    refunded: Decimal = Decimal(0)
    outcome: str = ""
    closed_at: datetime | None = None
    updated_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class CarrierAccess:
    """How a carrier with an API of its own is reached: which connector, where, with which keys (in clear here only)."""

    code: str
    kind: str
    base_url: str
    secrets: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel answered to an outgoing call: its id for the effect and facts worth keeping."""

    remote_id: str
    facts: dict[str, Any] = field(default_factory=dict)
