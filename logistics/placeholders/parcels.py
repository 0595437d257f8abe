"""Facts of parcels for texts. None = not known or not true: a text that shows it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations.registry import (
    About,
    Country,
    ToldFrom,
    names,
    placeholders,
    still_wanted,
    stops_telling,
    subjects,
    told_from,
)
from core.audit import Actor
from core.clock import local_day, utcnow
from logistics.choices import SETTLED, TrackingState
from logistics.models import Extension, Lane, Parcel
from logistics.rules.lanes import Outlook
from logistics.rules.lanes.sight import lesser
from logistics.rules.tracking import days_between
from logistics.selectors import concerned, estimates, habits, lanes, links
from logistics.selectors import parcels as selectors
from logistics.selectors import tracking as lookups

#: Facts of the lane: days by which half and most have arrived, per cent of the lane that was quicker, chance in per cent to
#: arrive within the days of the last.
LANE = ("lane_half_days", "lane_most_days", "lane_later_than", "lane_soon_chance", "lane_soon_days")
names(*LANE, "all_tracking_nos", "parcel_link")
#: An extension older than this is no news: a text does not announce it again.
NEWS = timedelta(days=7)


@placeholders("logistics.parcel")
def parcel_facts(ids: Iterable[int], language: str) -> dict[int, dict[str, Any]]:
    """What is known of each parcel, ready for a text in ``language``."""
    wanted = list(ids)
    now = utcnow()
    tables = lookups.tables(now)
    extensions = selectors.confirmed_extensions(wanted)
    rows = selectors.with_all(wanted)
    told = lanes.outlooks(rows, now)
    sizes = estimates.sizes_of(p.note_id for p in rows if p.note_id)
    return {
        p.pk: {
            **_facts(p, tables, extensions.get(p.pk), language, now), **_of_lane(told.get(p.pk)),
            **habits.of_parcel(p, language, now, sizes.get(p.note_id or 0, ())),
        }
        for p in rows
    }  # fmt: skip


def _of_lane(told: tuple[lanes.Answer, Outlook] | None) -> dict[str, Any]:
    """What the lane says, where enough parcels say it: usual days, and per cents of this parcel."""
    if told is None or not told[0].enough:
        return dict.fromkeys(LANE)
    answer, outlook = told
    half, most = answer.curve.day_of(0.5), answer.curve.day_of(answer.figures.most)
    later = None if outlook.later_than is None else int(outlook.later_than * 100)
    soon = None if outlook.soon is None else round(outlook.soon.share * 100)
    known = (None if half is None else round(half), None if most is None else round(most), later, soon, outlook.days)
    found = dict(zip(LANE, known, strict=True))
    first = answer.curve.day_of(1 - answer.figures.most)
    if most is not None and first is not None and not answer.picked.basis.blind:  # truer than the carrier's own words
        found |= {"days_min": max(1, round(first)), "days_max": round(most)}
    return found


def _facts(
    parcel: Parcel, tables: lookups.Tables, extension: Extension | None, language: str, now: datetime
) -> dict[str, Any]:
    zone, service = parcel.store.time_zone, parcel.service
    recorded = bool(parcel.last_event_text and parcel.last_event_at)
    waits = parcel.tracking_state == TrackingState.AWAITING_COLLECTION and parcel.waiting_since is not None
    hold = timedelta(days=tables.hold_days(parcel.store))
    fresh = (
        extension
        if extension and extension.days and extension.confirmed_at and now - extension.confirmed_at <= NEWS
        else None
    )
    protected = parcel.receive_by if parcel.receive_by and parcel.receive_by > now else None
    url = service.tracking_url if service else ""
    return {
        "order_no": parcel.order.number,
        "tracking_no": parcel.tracking_number or None,
        "all_tracking_nos": parcel.tracking_number or None,  # of all parcels of the buyer, where several are told at once
        "parcel_link": links.address_of(parcel, now),
        "tracking_url": url.replace("{number}", parcel.tracking_number) if url and parcel.tracking_number else None,
        "carrier_name": (service.name_zh if language.startswith("zh") and service.name_zh else service.name_en) if service else None,
        "ship_date": local_day(parcel.shipped_at, zone) if parcel.shipped_at else None,
        "days_since": days_between(local_day(parcel.shipped_at, zone), local_day(now, zone)) if parcel.shipped_at else None,
        "days_min": service.days_min if service else None,
        "days_max": service.days_max if service else None,
        "last_event": parcel.last_event_text if recorded else None,
        "last_event_date": local_day(parcel.last_event_at, zone) if recorded and parcel.last_event_at else None,
        "destination_country": Country(parcel.country) if parcel.country else None,
        "next_check_date": _next_date(parcel, zone),
        "extended_days": fresh.days if fresh else None,
        "new_deadline": local_day(fresh.after, zone) if fresh else None,
        "protected_until": local_day(protected, zone) if protected else None,
        "post_office": (parcel.post_office or None) if waits else None,
        "hold_until": local_day(parcel.waiting_since + hold, zone) if waits and parcel.waiting_since else None,
        "hold_reason": parcel.get_hold_reason_display() if parcel.held_since and parcel.hold_reason else None,
        "tracking_note": _note(lesser(tables.reach(parcel), tables.listed(parcel)), language),
    }  # fmt: skip


def _next_date(parcel: Parcel, zone: str) -> Any:
    return local_day(parcel.next_check_at, zone) if parcel.next_check_at and parcel.state not in SETTLED else None


#: What we say of a service that is not scanned to the door, in the buyer's language.
_NOTES: Mapping[str, Mapping[str, str]] = {
    "full": {
        "en": "the carrier scans it until delivery", "ru": "перевозчик отмечает её до вручения",
        "es": "el transportista la registra hasta la entrega", "pt": "a transportadora registra até a entrega",
        "fr": "le transporteur le scanne jusqu’à la livraison", "de": "der Zusteller erfasst sie bis zur Zustellung",
        "it": "il corriere lo registra fino alla consegna", "zh": "承运商会扫描至妥投",
    },
    "to_arrival": {
        "en": "this service is scanned until it arrives in your country", "ru": "отслеживание возможно до прибытия в вашу страну",
        "es": "este servicio se registra hasta su llegada a su país", "pt": "este serviço é registrado até chegar ao seu país",
        "fr": "ce service est suivi jusqu’à l’arrivée dans votre pays", "de": "dieser Versand wird bis zur Ankunft in Ihrem Land erfasst",
        "it": "questo servizio è tracciato fino all’arrivo nel suo paese", "zh": "该服务仅跟踪至到达贵国",
    },
    "to_departure": {
        "en": "this service shows no scans after it has left China", "ru": "после отправки из Китая отслеживание недоступно",
        "es": "este servicio no muestra registros tras salir de China", "pt": "este serviço não mostra registros depois de sair da China",
        "fr": "ce service n’affiche plus de suivi après le départ de Chine",
        "de": "nach der Ausfuhr aus China gibt es bei diesem Versand keine Scans",
        "it": "questo servizio non mostra registrazioni dopo l’uscita dalla Cina", "zh": "该服务离开中国后无轨迹",
    },
    "none": {
        "en": "this service is not tracked", "ru": "эта услуга без отслеживания", "es": "este servicio no tiene seguimiento",
        "pt": "este serviço não tem rastreamento", "fr": "ce service n’est pas suivi", "de": "dieser Versand wird nicht verfolgt",
        "it": "questo servizio non è tracciato", "zh": "该服务无跟踪",
    },
}  # fmt: skip


def _note(reach: str, language: str) -> str | None:
    words = _NOTES.get(reach)
    return None if words is None else words.get(language.split("-")[0])


@still_wanted("T03")
def parcel_still_late(message: Any, *, now: datetime) -> str:
    """Why the text about a late parcel must not leave any more: it has arrived or is settled (G1c)."""
    return _settled(message)


@still_wanted("X02")
def office_still_asked(message: Any, *, now: datetime) -> str:
    """Why the question about the post office must not leave any more."""
    return _settled(message)


@still_wanted("T05A")
def still_not_met(message: Any, *, now: datetime) -> str:
    """Why the word that nobody was met must not leave any more."""
    return _settled(message)


@still_wanted("T05D")
def still_out(message: Any, *, now: datetime) -> str:
    """Why the word that the courier is out must not leave any more: it was met, or the attempt failed."""
    if message.about_type != lookups.PARCEL:
        return ""
    states = Parcel._base_manager.filter(pk=message.about_id).values_list("tracking_state", flat=True)
    out = states.first() in (None, TrackingState.OUT_FOR_DELIVERY)
    return _settled(message) or ("" if out else "the parcel is not out for delivery any more")


@still_wanted("X01")
@still_wanted("T04")
def customs_still_asked(message: Any, *, now: datetime) -> str:
    """Why a word about customs must not leave any more."""
    return _settled(message)


@still_wanted("T05")
def still_waits(message: Any, *, now: datetime) -> str:
    """Why the call to collect a parcel must not leave any more."""
    return _settled(message)


def _settled(message: Any) -> str:
    if message.about_type != lookups.PARCEL:
        return ""
    found = Parcel._base_manager.filter(pk=message.about_id).values_list("state", flat=True).first()
    return "the parcel has arrived or is settled" if found in SETTLED else ""


@stops_telling("logistics.parcel")
def needs_no_word(ids: Iterable[int], *, now: datetime) -> dict[int, str]:
    """Parcels about which nothing is told to many any more: they have arrived or are settled."""
    return dict.fromkeys(concerned.settled_of(ids), gettext_noop("the parcel has arrived or is settled"))


@told_from("logistics.lane")
def under_way(lane: Lane, actor: Actor) -> ToldFrom:
    """The buyers of what is under way on a lane."""
    return ToldFrom("logistics.parcel", concerned.under_way_on(lane, actor), f"{lane.service.code} → {lane.country}")


@subjects("logistics.parcel")
def parcels_of_buyers(buyer_ids: Iterable[int], limit: int) -> dict[int, list[About]]:
    """The newest parcels of buyers, for the pane beside a thread."""
    found: dict[int, list[About]] = {}
    for parcel in selectors.newest_of_buyers(list(buyer_ids), limit):
        facts = {
            _("Parcel"): parcel.get_tracking_state_display(), _("Number"): parcel.tracking_number,
            _("Service"): parcel.service.code if parcel.service else "", _("Newest event"): parcel.last_event_text,
        }  # fmt: skip
        url, at = reverse("logistics:parcel", args=[parcel.pk]), parcel.shipped_at or parcel.created_at
        about = About("logistics.parcel", parcel.pk, f"{parcel.order.number} · {parcel.number}", url, at, facts)
        found.setdefault(parcel.order.buyer_id, []).append(about)
    return found
