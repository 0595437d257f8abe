"""The public page of a parcel: its token, its address, and what stands on it. The token is sealed, nothing of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from conversations.selectors import buyer_zone
from core import crypto, policies
from core.clock import local_day
from logistics.choices import EventStage
from logistics.models import Parcel, TrackingEvent
from logistics.policies import links as house
from logistics.rules import public_link as rules
from logistics.rules.incident_words import reason_in
from logistics.rules.tracking import denied
from logistics.selectors import dispatch, incidents, lanes
from orders.models import OrderAddress

PURPOSE = "parcel-link"
#: So many events are shown.
SHOWN = 50


@dataclass(frozen=True)
class PublicPage:
    """Everything that stands on the page, and nothing else."""

    language: str
    zone: str
    stage: str
    number: str
    country: str
    events: list[rules.Shown]
    expected: tuple[date, date] | None
    overdue: bool
    reason: str
    carrier_url: str
    until: datetime
    settled: bool


def until(parcel: Parcel, now: datetime) -> datetime | None:
    """Until when the public page of a parcel can be seen; None when there is none: not handed over, switched off in the store,
    ended by a person, the buyer's data erased, or over."""
    if parcel.shipped_at is None or parcel.link_ended_at is not None or parcel.order.buyer.erased_at is not None:
        return None
    if not policies.value(house.PUBLIC_LINK, now, parcel.store_id):
        return None
    days, after = (int(policies.value(rule, now, parcel.store_id)) for rule in (house.LINK_DAYS, house.LINK_AFTER_DAYS))
    found = rules.seen_until(parcel.shipped_at, parcel.settled_at, days=days, after=after)
    return found if found > now else None


def base_address(store_id: int, now: datetime) -> str:
    """Where buyers reach the pages: the house rule, else the first name of this installation; "" when neither says it."""
    told = str(policies.value(house.LINK_ADDRESS, now, store_id)).strip().rstrip("/")
    if told:
        return told if told.startswith(("https://", "http://")) else f"https://{told}"
    named = [
        host
        for host in settings.OUTSIDE_HOSTS
        if not host.startswith((".", "*", "[")) and host not in ("localhost", "127.0.0.1")
    ]
    return f"https://{named[0]}" if settings.HTTPS and named else ""


def path_of(parcel: Parcel) -> str:
    """The path of the page."""
    return reverse("logistics:parcel-link", args=[crypto.seal(PURPOSE, parcel.pk)])


def address_of(parcel: Parcel, now: datetime) -> str | None:
    """The whole address for texts; None when there is no page, or nobody said where it is reached."""
    base = base_address(parcel.store_id, now)
    return f"{base}{path_of(parcel)}" if base and until(parcel, now) is not None else None


def parcel_of(token: str) -> Parcel | None:
    """The parcel of a token; None for a token that was not made here."""
    pk = crypto.unseal(PURPOSE, token)
    if pk is None:
        return None
    related = ("order__buyer", "store", "service")
    return Parcel._base_manager.select_related(*related).filter(pk=pk).first()


def page_of(parcel: Parcel, now: datetime) -> PublicPage | None:
    """What a stranger with the link sees; None when there is nothing to see (any more)."""
    end = until(parcel, now)
    if end is None or parcel.shipped_at is None:
        return None
    language, zone = rules.language_of(parcel.order.buyer.language or "en"), buyer_zone(parcel.country) or "UTC"
    events = _events(parcel, now)
    back = events[0].stage in (EventStage.RETURNING, EventStage.RETURNED)  # nobody expects it there any more
    first, most = (None, None) if back else _lane_days(parcel, now)
    today, shipped = local_day(now, zone), local_day(parcel.shipped_at, zone)
    settled = parcel.settled_at is not None
    span = None if settled else rules.expected(shipped, first, most, today)
    delay = None if settled else incidents.of_parcels([parcel], now).get(parcel.pk)
    url = (
        parcel.service.tracking_url.replace("{number}", parcel.tracking_number)
        if parcel.service and parcel.tracking_number
        else ""
    )
    return PublicPage(
        language=language, zone=zone, stage=parcel.state if settled and parcel.state in rules.words_in("en") else events[0].stage,
        number=parcel.tracking_number, country=parcel.country, events=events, expected=span,
        overdue=not settled and span is None and most is not None, reason=reason_in(delay.kind, language) if delay else "",
        carrier_url=url if url.startswith("https://") else "", until=end, settled=settled,
    )  # fmt: skip


def _events(parcel: Parcel, now: datetime) -> list[rules.Shown]:
    rows = TrackingEvent._base_manager.filter(parcel=parcel, occurred_at__lte=now).order_by("-occurred_at", "-pk")
    buyer, order = parcel.order.buyer, parcel.order
    address = OrderAddress._base_manager.filter(order_id=parcel.order_id).first()  # a stranger's scope holds no store
    parts = dispatch.address_parts(address, order.country)
    private = [buyer.name, buyer.login, buyer.email, order.buyer_name]
    private += [str(value) for name, value in parts.items() if name not in ("city", "state", "country")]
    hidden = rules.hidden_words(private)
    seen = [
        rules.Shown(row.occurred_at, row.stage, rules.public_place(row.location, hidden)) for row in rows[: SHOWN * 2]
        if not denied(row.stage, row.occurred_at, parcel.ends_after)
    ]  # fmt: skip
    assert parcel.shipped_at is not None
    return rules.newest_first([*seen, rules.Shown(parcel.shipped_at, "handed_over")], SHOWN)


def _lane_days(parcel: Parcel, now: datetime) -> tuple[float | None, float | None]:
    """Between which days most of the lane arrive, where enough parcels say it and it is not blind."""
    told = lanes.outlooks([parcel], now).get(parcel.pk)
    if told is None or not told[0].enough or told[0].picked.basis.blind:
        return None, None
    answer = told[0]
    return answer.curve.day_of(1 - answer.figures.most), answer.curve.day_of(answer.figures.most)
