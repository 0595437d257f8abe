"""The shapes in which the stand-in for 17TRACK speaks: envelopes, refusals, the way of a number, a push."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any


def ok(data: dict[str, Any]) -> dict[str, Any]:
    """A good envelope."""
    return {"code": 0, "data": data}


def wrong(code: int, message: str) -> dict[str, Any]:
    """An envelope with an error."""
    return {"code": code, "data": {"errors": [{"code": code, "message": message}]}}


def refusal(item: Mapping[str, Any], code: int, message: str) -> dict[str, Any]:
    """One item that was not taken."""
    tag = {"tag": str(item["tag"])} if item.get("tag") else {}
    return {"number": str(item.get("number", "")), **tag, "error": {"code": code, "message": message}}


def track_info(held: Any) -> dict[str, Any]:
    """The way of a number in the shape of the API."""
    events = sorted(held.events, key=lambda e: str(e.get("time_utc") or e.get("time_iso") or ""), reverse=True)
    return {
        "latest_status": {"status": held.status.split("_")[0], "sub_status": held.status, "sub_status_descr": None},
        "latest_event": events[0] if events else None,
        "misc_info": {"risk_factor": 0}, "time_metrics": {}, "milestone": [],
        "tracking": {"providers_hash": 1, "providers": [{
            "provider": {"key": held.carrier, "name": "Carrier", "country": None}, "latest_sync_status": "Success",
            "events": events,
        }]},
    }  # fmt: skip


def post(url: str, body: bytes, sign: str) -> int:
    """One push; answers the status, 0 when nobody answered."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", "sign": sign})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the address of the house under test
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)
    except OSError:
        return 0
