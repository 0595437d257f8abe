"""The words of 17TRACK, API version 2.2: what it wants to hear, what its answers and pushes mean. No table, no network.

Every call posts a JSON array of at most forty items with the key in the header ``17token``; business errors stand in the
envelope. A push is signed with SHA-256 over the raw body, a slash and the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from logistics.rules.tracking import ORDER
from logistics.rules.tracking_words import stage_of
from stores.contracts import RemoteEvent
from stores.services.exchange import Ambiguous, ConnectorError, Misconfigured, Permanent, Temporary

ADDRESS = "https://api.17track.net/track/v2.2"
#: Where the source got a carrier from when it only guessed.
GUESSED = 3
#: Items in one call, calls in a second: beyond it the API refuses.
BATCH, PER_SECOND = 40, 3
SHORTEST, LONGEST = 5, 50
#: Codes of the envelope that only people can mend: address, key, account.
_ACCOUNT = {
    -18010001: "this machine's address is not allowed",
    -18010002: "the key is wrong",
    -18010004: "the account is disabled",
    -18010005: "this account may not make the call",
}
_OURS = {-18010010, -18010011, -18010012, -18010013, -18010014, -18010015, -18010016}
_QUOTA = {-18019907, -18019908}
#: What the code of a single number means. A client in the wild has "registered" and "not registered" the other way round,
#: so the call that was made decides which of the two is meant.
_TWO = {-18019901, -18019902}
_MEANS = {
    -18019903: "carrier", -18019910: "carrier", -18019904: "running", -18019905: "retracked", -18019906: "stopped",
    -18019907: "quota", -18019908: "quota", -18019909: "nothing", -18019911: "carrier", -18019801: "carrier", -18019802: "carrier",
    -18019803: "same", -18019804: "carrier", -18019805: "unregistered", -18019806: "stopped", -18019807: "changed", -18019808: "early",
    -18019809: "same",
}  # fmt: skip

#: What a sub-status or stage means; what is not here is read from the words.
STAGES = {
    "InfoReceived": "registered", "PickedUp": "picked_up", "InTransit_PickedUp": "picked_up", "Departure": "left_origin",
    "InTransit_Departure": "left_origin", "Arrival": "arrived", "InTransit_Arrival": "arrived", "InTransit_Other": "in_transit",
    "InTransit": "in_transit", "InTransit_CustomsReleased": "in_transit", "InTransit_CustomsRequiringInformation": "held",
    "AvailableForPickup": "ready_for_collection", "AvailableForPickup_Other": "ready_for_collection",
    "OutForDelivery": "out_for_delivery", "OutForDelivery_Other": "out_for_delivery", "DeliveryFailure": "attempted",
    "DeliveryFailure_Other": "attempted", "DeliveryFailure_NoBody": "attempted", "DeliveryFailure_Security": "attempted",
    "DeliveryFailure_Rejected": "attempted", "DeliveryFailure_InvalidAddress": "attempted", "Delivered": "delivered",
    "Delivered_Other": "delivered", "Returning": "returning", "Exception_Returning": "returning", "Returned": "returned",
    "Exception_Returned": "returned", "Exception_NoBody": "attempted", "Exception_Security": "attempted",
    "Exception_Rejected": "attempted", "Exception_Delayed": "in_transit", "Exception_Lost": "lost",
    "Exception_Destroyed": "lost", "Exception_Cancel": "stopped",
}  # fmt: skip
#: Says no more than that it moves: the words may say more.
_VAGUE = {"InTransit", "InTransit_Other"}
_CUSTOMS = "InTransit_CustomsProcessing"
#: States of the whole way that the newest event shares although the source gives it no stage.
_TELLING = {
    "delivered",
    "returned",
    "lost",
    "returning",
    "ready_for_collection",
    "attempted",
    "out_for_delivery",
    "held",
}
_FIRST_YEAR = 2000


class QuotaUsed(Temporary):
    """No further numbers today, or until somebody buys more."""


@dataclass(frozen=True)
class Wish:
    """A number to be followed, as plain values. ``tag`` comes back with the answer."""

    number: str
    carrier: int | None
    tag: str
    shipped: datetime | None = None
    new_carrier: int | None = None


@dataclass(frozen=True)
class Accepted:
    """A number the call took; ``origin`` 1 = carrier detected, 2 = as told, 3 = guessed."""

    number: str
    carrier: int | None
    tag: str = ""
    origin: int = 0
    info: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejected:
    """A number the call did not take. ``means``: registered, unregistered, carrier, running, retracked, stopped, quota,
    nothing (no news yet), same (it has that carrier), changed (too often), early (no result since the last change) or refused."""

    number: str
    means: str
    reason: str
    tag: str = ""


@dataclass(frozen=True)
class Batch:
    """What became of the items of one call."""

    accepted: tuple[Accepted, ...] = ()
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True)
class Quota:
    """How many numbers were bought, and how many are left."""

    total: int | None
    left: int | None


@dataclass(frozen=True)
class Push:
    """What a push says: which number, and how its way looks now."""

    event: str
    number: str
    carrier: int | None
    tag: str
    info: Mapping[str, Any]


def headers(key: str) -> dict[str, str]:
    """What every call carries."""
    return {"17token": key}


def register_items(wishes: Iterable[Wish]) -> list[dict[str, Any]]:
    """The body that registers numbers. Without a carrier the source detects it."""
    return [_item(w) | ({} if w.carrier else {"auto_detection": True}) | _dated(w) for w in wishes]


def number_items(wishes: Iterable[Wish]) -> list[dict[str, Any]]:
    """The body of every other call about numbers."""
    return [_item(w) for w in wishes]


def change_items(wishes: Iterable[Wish]) -> list[dict[str, Any]]:
    """The body that gives numbers another carrier; the old one says which registration is meant."""
    return [
        {"number": w.number} | ({"carrier_old": w.carrier} if w.carrier else {}) | {"carrier_new": w.new_carrier} for w in wishes
    ]  # fmt: skip


#: What each call about numbers posts; the others name number and carrier.
ITEMS = {"register": register_items, "changecarrier": change_items}


def _item(wish: Wish) -> dict[str, Any]:
    return {"number": wish.number} | ({"carrier": wish.carrier} if wish.carrier else {}) | (
        {"tag": wish.tag} if wish.tag else {}
    )  # fmt: skip


def _dated(wish: Wish) -> dict[str, Any]:
    return {"order_time": f"{wish.shipped:%Y-%m-%d}"} if wish.shipped else {}


# --- answers -----------------------------------------------------------------------------------------------------------


def read_batch(call: str, answer: Mapping[str, Any]) -> Batch:
    """What became of the items of ``call`` (register, gettrackinfo, …). Raises what the envelope says: the account is in
    trouble, the quota is used up, or the answer is not what was agreed."""
    data = _data(answer)
    rejected = data.get("rejected") or []
    accepted = data.get("accepted") or []
    if not isinstance(accepted, list) or not isinstance(rejected, list):
        raise Ambiguous("the answer is not what was agreed", code="unreadable")
    return Batch(
        tuple(_accepted(row) for row in accepted if isinstance(row, dict) and row.get("number")),
        tuple(_rejected(call, row) for row in rejected if isinstance(row, dict) and row.get("number")),
    )


def read_quota(answer: Mapping[str, Any]) -> Quota:
    """How much of the quota is left; unknown figures stay unknown."""
    data = _data(answer)
    total, used = _whole(data.get("quota_total")), _whole(data.get("quota_used"))
    left = _whole(data.get("quota_remain"))
    return Quota(total, left if left is not None else None if total is None or used is None else total - used)


def _data(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    code, data = answer.get("code"), answer.get("data")
    if code == 0 and isinstance(data, dict):
        return data
    raise _trouble(code if isinstance(code, int) else None, data)


def _trouble(code: int | None, data: Any) -> ConnectorError:
    text = _message(data)
    if code in _ACCOUNT:
        return Misconfigured(f"17TRACK refuses: {_ACCOUNT[code]}", code=f"{code}")
    if code in _QUOTA:
        return QuotaUsed(text or "the quota is used up", code=f"{code}")
    if code in _OURS:
        return Permanent(text or "17TRACK does not understand the call", code=f"{code}")
    if code in (429, -18010003):
        return Temporary(text or "17TRACK is busy", code=f"{code}")
    return Ambiguous(text or "the answer is not what was agreed", code="unreadable" if code is None else f"{code}")


def _message(data: Any) -> str:
    errors = data.get("errors") if isinstance(data, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("message") or "")[:300]


def _accepted(row: Mapping[str, Any]) -> Accepted:
    info = row.get("track_info")
    return Accepted(
        str(row["number"]).upper(), _whole(row.get("carrier")) or None, str(row.get("tag") or ""),
        _whole(row.get("origin")) or 0, info if isinstance(info, dict) else {},
    )  # fmt: skip


def _rejected(call: str, row: Mapping[str, Any]) -> Rejected:
    error = row.get("error") if isinstance(row.get("error"), dict) else {}
    code = _whole(error.get("code")) if error else None
    if code in _TWO:
        means = "registered" if call == "register" else "unregistered"
    else:
        means = _MEANS.get(code or 0, "refused")
    text = plain(str((error or {}).get("message") or f"code {code}"))[:300]
    return Rejected(str(row["number"]).upper(), means, text, str(row.get("tag") or ""))


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        found = int(value)
    except (TypeError, ValueError):
        return None
    return found if abs(found) < 2**31 else None


# --- pushes ------------------------------------------------------------------------------------------------------------


def signature(body: bytes, key: str) -> str:
    """The signature of a push."""
    return hashlib.sha256(body + b"/" + key.encode()).hexdigest()


def signed(body: bytes, key: str, given: str) -> bool:
    """Whether ``given`` is the signature of ``body``; takes the same time wherever they differ."""
    right = hmac.compare_digest(signature(body, key).encode(), given.strip().lower().encode("utf-8", "replace"))
    return right and bool(key)


def read_push(body: bytes) -> Push:
    """What a push says. Raises ``ValueError`` with the reason when it cannot be read."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error
    data = told.get("data") if isinstance(told, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("number"), str) or not data["number"].strip():
        raise ValueError("it names no number")
    info = data.get("track_info")
    return Push(
        plain(str(told.get("event") or ""))[:24], plain("".join(data["number"].split()).upper())[:60],
        _whole(data.get("carrier")) or None, plain(str(data.get("tag") or ""))[:60], info if isinstance(info, dict) else {},
    )  # fmt: skip


# --- events ------------------------------------------------------------------------------------------------------------


def events_of(number: str, info: Mapping[str, Any]) -> list[RemoteEvent]:
    """The events in ``track_info``, oldest first; the same in whatever order providers and events stand, and each once
    (time, words and place). What has no time is left out; an unknown stage is read from the words."""
    found: dict[tuple[datetime, str, str], RemoteEvent] = {}
    for provider, row in _rows(info):
        event = _event(number, provider, row)
        if event is None:
            continue
        key = (event.at, event.description.casefold(), event.location.casefold())
        known = found.get(key)
        if known is None or _tells_more(event, known):
            found[key] = event
    _share_state(info, found)
    return [found[key] for key in sorted(found)]


def _rows(info: Mapping[str, Any]) -> Iterable[tuple[Any, Mapping[str, Any]]]:
    tracking = info.get("tracking")
    providers = tracking.get("providers") if isinstance(tracking, dict) else None
    for one in providers if isinstance(providers, list) else []:
        if not isinstance(one, dict):
            continue
        provider = one.get("provider")
        key = provider.get("key") if isinstance(provider, dict) else None
        events = one.get("events")
        yield from ((key, row) for row in (events if isinstance(events, list) else []) if isinstance(row, dict))
    latest = info.get("latest_event")
    if isinstance(latest, dict):
        yield None, latest


def _event(number: str, provider: Any, row: Mapping[str, Any]) -> RemoteEvent | None:
    at = moment(row)
    text, place = plain(str(row.get("description") or "")), plain(str(row.get("location") or ""))
    stage = stage_for(row.get("sub_status"), row.get("stage"), text)
    if at is None or (not text and not stage):
        return None
    raw = {"source": "17track", "provider": provider, "event": cleaned(dict(row))}
    return RemoteEvent(number, at, stage or stage_of(text), text, place, raw)


def moment(row: Mapping[str, Any]) -> datetime | None:
    """When it happened: the time in UTC when there is one, else the local time with its offset. A time that says neither
    counts as UTC: it is wrong by hours at most, and the order of events is not decided by it alone."""
    for name in ("time_utc", "time_iso"):
        value = row.get(name)
        if not isinstance(value, str) or not value.strip():
            continue
        try:
            at = datetime.fromisoformat(value.strip())
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if at.year >= _FIRST_YEAR:
            return at
    return None


def stage_for(sub_status: Any, stage: Any, text: str) -> str:
    """Our stage for what the source says; "" when it says nothing we know."""
    told = [value for value in (sub_status, stage) if isinstance(value, str) and value]
    if _CUSTOMS in told:
        return "export_customs" if stage_of(text) == "export_customs" else "import_customs"
    for value in told:
        if value in STAGES and value not in _VAGUE:
            return STAGES[value]
    if text:
        return stage_of(text)
    return next((STAGES[value] for value in told if value in STAGES), "")


def _tells_more(event: RemoteEvent, known: RemoteEvent) -> bool:
    """Of two tellings of one event the further stage counts; between equals the smaller raw text, whatever came first."""
    mine, other = ORDER.index(event.stage), ORDER.index(known.stage)
    return mine > other or (mine == other and _text(event) < _text(known))


def _text(event: RemoteEvent) -> str:
    return json.dumps(event.raw, sort_keys=True, default=str)


def _share_state(info: Mapping[str, Any], found: dict[tuple[datetime, str, str], RemoteEvent]) -> None:
    """The newest event has the state of the whole way, where the source gave the event itself none that says more."""
    status = info.get("latest_status")
    if not found or not isinstance(status, dict):
        return
    stage = STAGES.get(str(status.get("sub_status") or "")) or STAGES.get(str(status.get("status") or ""), "")
    newest = max(found)
    held = found[newest]
    if stage in _TELLING and ORDER.index(stage) > ORDER.index(held.stage):
        found[newest] = RemoteEvent(held.tracking_number, held.at, stage, held.description, held.location, held.raw)


def plain(text: str) -> str:
    """Text that a database takes: no nul, no half signs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8", "replace").strip()


def cleaned(value: Any, depth: int = 12) -> Any:
    """A JSON value whose texts a database takes; what is nested too deeply is left out."""
    if isinstance(value, str):
        return plain(value)
    if depth <= 0:
        return None
    if isinstance(value, dict):
        return {plain(str(name)): cleaned(one, depth - 1) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [cleaned(one, depth - 1) for one in value]
    return value
