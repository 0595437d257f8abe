"""The words of 17TRACK: signatures, answers with their errors, events in any order and of any time zone."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from logistics.choices import EventStage
from logistics.connectors import seventeentrack as words
from stores.services import exchange

#: A push in the shape of the API: a parcel at a counter in Hamburg, with a summer offset that is an hour short.
PUSH: dict[str, Any] = {
    "event": "TRACKING_UPDATED",
    "data": {
        "number": "1234567890", "carrier": 7041, "param": None, "tag": None,
        "track_info": {
            "latest_status": {"status": "Exception", "sub_status": "Exception_Other", "sub_status_descr": None},
            "latest_event": {
                "time_iso": "2022-09-14T08:47:00+01:00", "time_utc": "2022-09-14T07:47:00Z",
                "description": "Available for pick-up from the retail outlet as of now.", "location": "Germany", "stage": "Exception",
            },
            "tracking": {"providers_hash": 1, "providers": [{
                "provider": {"key": 7041, "name": "DHL Paket", "country": "DE"}, "latest_sync_status": "Success",
                "events": [
                    {"time_iso": "2022-09-14T08:47:00+01:00", "time_utc": "2022-09-14T07:47:00Z",
                     "description": "Available for pick-up from the retail outlet as of now.", "location": "Germany",
                     "stage": "AvailableForPickup"},
                    {"time_iso": "2022-09-12T23:10:00+08:00", "time_utc": None, "description": "Departed", "location": "Shenzhen",
                     "stage": None, "sub_status": "InTransit_Departure"},
                    {"time_iso": None, "time_utc": None, "description": "nobody knows when", "location": "", "stage": None},
                ],
            }]},
        },
    },
}  # fmt: skip


def info(**more: Any) -> dict[str, Any]:
    return {**PUSH["data"]["track_info"], **more}


def event(at: str | None, text: str, **more: Any) -> dict[str, Any]:
    return {"time_utc": at, "time_iso": None, "description": text, "location": "", "stage": None, **more}


def providers(*events: dict[str, Any]) -> dict[str, Any]:
    return {"tracking": {"providers": [{"provider": {"key": 1}, "events": list(events)}]}}


def test_a_push_is_signed_with_body_slash_and_key() -> None:
    body = b'{"event":"TRACKING_UPDATED"}'
    sign = hashlib.sha256(body + b"/secret").hexdigest()
    assert words.signed(body, "secret", sign) and words.signed(body, "secret", f" {sign.upper()} ")
    assert not words.signed(body, "other", sign) and not words.signed(body + b" ", "secret", sign)
    assert not words.signed(body, "", hashlib.sha256(body + b"/").hexdigest()), "a source without a key accepts nothing"
    assert not words.signed(body, "secret", "") and not words.signed(body, "secret", "é\udcff")


def test_the_events_of_a_push_each_once_with_the_more_telling_stage() -> None:
    told = words.read_push(json.dumps(PUSH).encode())
    assert (told.event, told.number, told.carrier, told.tag) == ("TRACKING_UPDATED", "1234567890", 7041, "None"[:0])
    found = words.events_of(told.number, told.info)
    assert [(e.at, e.stage, e.location) for e in found] == [
        (datetime(2022, 9, 12, 15, 10, tzinfo=UTC), "left_origin", "Shenzhen"),
        (datetime(2022, 9, 14, 7, 47, tzinfo=UTC), "ready_for_collection", "Germany"),
    ]
    assert found[1].raw["event"]["stage"] == "AvailableForPickup" and found[1].raw["provider"] == 7041


def test_events_are_the_same_in_whatever_order_they_stand() -> None:
    rows = [
        event("2026-03-01T10:00:00Z", "Accepted", sub_status="InTransit_PickedUp"), event("2026-03-01T10:00:00Z", "Accepted"),
        event("2026-03-01T18:00:00+08:00", "Accepted", stage="Exception"), event("2026-03-09T01:00:00Z", "Delivered", stage="Delivered"),
    ]  # fmt: skip
    seen = {
        json.dumps([(e.at.isoformat(), e.stage, e.description, e.raw) for e in words.events_of("N", providers(*order))], sort_keys=True)
        for order in itertools.permutations(rows)
    }  # fmt: skip
    assert len(seen) == 1
    assert [(e.stage, e.at.hour) for e in words.events_of("N", providers(*rows))] == [
        ("picked_up", 10),
        ("delivered", 1),
    ]


@pytest.mark.parametrize(("row", "at"), [
    ({"time_utc": "2026-03-01T10:00:00Z", "time_iso": "2026-03-01T23:00:00+08:00"}, datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ({"time_utc": None, "time_iso": "2026-03-01T23:00:00+08:00"}, datetime(2026, 3, 1, 15, tzinfo=UTC)),
    ({"time_utc": "garbage", "time_iso": "2026-03-01T23:00:00"}, datetime(2026, 3, 1, 23, tzinfo=UTC)),
    ({"time_utc": "2026-03-01T10:00:00", "time_iso": None}, datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ({"time_utc": "0001-01-01T00:00:00Z", "time_iso": ""}, None), ({"time_utc": 7, "time_iso": ["x"]}, None), ({}, None),
    ({"time_utc": "9999-12-31T23:59:59-14:00"}, None),
])  # fmt: skip
def test_the_time_in_utc_counts_first_then_the_offset(row: dict[str, Any], at: datetime | None) -> None:
    assert words.moment(row) == at


@pytest.mark.parametrize(("sub", "stage", "text", "ours"), [
    ("InTransit_PickedUp", None, "x", "picked_up"), (None, "Departure", "x", "left_origin"), (None, "Arrival", "x", "arrived"),
    ("InTransit_CustomsProcessing", None, "Presented to customs", "import_customs"),
    ("InTransit_CustomsRequiringInformation", "InTransit", "x", "held"), ("InTransit_CustomsReleased", None, "x", "in_transit"),
    ("DeliveryFailure_NoBody", None, "x", "attempted"), ("Exception_Returning", None, "x", "returning"),
    ("Exception_Returned", None, "x", "returned"), ("Exception_Lost", None, "x", "lost"), ("Exception_Destroyed", None, "x", "lost"),
    ("InTransit_Other", "InTransit", "Arrived at destination country", "arrived"), ("InTransit_Other", None, "", "in_transit"),
    ("SomethingNew_2027", "Weird", "妥投", "delivered"), ("SomethingNew_2027", None, "hello", "in_transit"),
    (None, None, "Item held by customs", "held"), (7, ["x"], "", ""),
])  # fmt: skip
def test_stages_are_ours(sub: Any, stage: Any, text: str, ours: str) -> None:
    assert words.stage_for(sub, stage, text) == ours
    assert not ours or ours in EventStage.values


def test_every_stage_of_the_table_is_one_of_ours() -> None:
    assert set(words.STAGES.values()) <= set(EventStage.values)
    statuses = "InTransit_PickedUp InTransit_Departure InTransit_Arrival AvailableForPickup_Other OutForDelivery_Other Delivered_Other"
    assert set(statuses.split()) <= set(words.STAGES)


def test_the_newest_event_shares_the_state_of_the_whole_way() -> None:
    told = {**providers(event("2026-03-01T10:00:00Z", "Scan"), event("2026-03-02T10:00:00Z", "Handed to the neighbour")),
            "latest_status": {"status": "Delivered", "sub_status": "Delivered_Other"}}  # fmt: skip
    assert [e.stage for e in words.events_of("N", told)] == ["in_transit", "delivered"]


def test_odd_payloads_tell_nothing_and_break_nothing() -> None:
    for odd in (
        {},
        {"tracking": 7},
        {"tracking": {"providers": [7, {"events": [7, {}]}]}},
        {"latest_event": []},
        info(tracking=None),
    ):
        assert len(words.events_of("N", odd)) <= 1
    nul = words.events_of("N", providers(event("2026-03-01T10:00:00Z", "a\x00b\ud800", address={"x\x00": ["\x00"]})))
    assert nul[0].description == "ab?" and "\x00" not in json.dumps(nul[0].raw)
    for bad in (b"", b"[]", b"{", b"{}", b'{"data": {"number": 7}}', b"[" * 100_000, b"\xff\xfe"):
        with pytest.raises(ValueError):
            words.read_push(bad)


def test_register_says_what_became_of_each_number() -> None:
    wishes = [words.Wish("RR123456785CN", 3011, "7", datetime(2026, 3, 1, tzinfo=UTC)), words.Wish("LX1", None, "8")]
    assert words.register_items(wishes) == [
        {"number": "RR123456785CN", "carrier": 3011, "tag": "7", "order_time": "2026-03-01"},
        {"number": "LX1", "tag": "8", "auto_detection": True},
    ]
    answer = {"code": 0, "data": {
        "accepted": [{"origin": 2, "number": "RR123456785CN", "tag": "7", "carrier": 3011}],
        "rejected": [
            {"number": "1234", "error": {"code": -18010012, "message": "The format of '1234' is invalid."}},
            {"number": "A", "error": {"code": -18019901, "message": "has been registered"}},
            {"number": "B", "error": {"code": -18019903, "message": "undetected"}}, {"number": "C", "error": {"code": -18019908}},
            {"number": "D"}, 7,
        ],
    }}  # fmt: skip
    batch = words.read_batch("register", answer)
    assert [(a.number, a.carrier, a.tag, a.origin) for a in batch.accepted] == [("RR123456785CN", 3011, "7", 2)]
    assert [(r.number, r.means) for r in batch.rejected] == [
        ("1234", "refused"), ("A", "registered"), ("B", "carrier"), ("C", "quota"), ("D", "refused"),
    ]  # fmt: skip


@pytest.mark.parametrize("code", [-18019901, -18019902])
def test_registered_and_not_registered_are_told_apart_by_the_call(code: int) -> None:
    answer = {
        "code": 0,
        "data": {"accepted": [], "rejected": [{"number": "A", "error": {"code": code, "message": ""}}]},
    }
    assert words.read_batch("register", answer).rejected[0].means == "registered"
    assert words.read_batch("gettrackinfo", answer).rejected[0].means == "unregistered"


@pytest.mark.parametrize(("code", "kind"), [
    (-18010001, exchange.Misconfigured), (-18010002, exchange.Misconfigured), (-18010004, exchange.Misconfigured),
    (-18010003, exchange.Temporary), (-18019908, words.QuotaUsed), (-18019907, words.QuotaUsed), (-18010014, exchange.Permanent),
    (-18010010, exchange.Permanent), (429, exchange.Temporary), (-1, exchange.Ambiguous), (None, exchange.Ambiguous),
])  # fmt: skip
def test_the_code_of_the_envelope_says_who_must_act(code: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        words.read_batch("register", {"code": code, "data": {"errors": [{"code": code, "message": "why"}]}})
    assert type(caught.value) is kind
    with pytest.raises(exchange.Ambiguous):
        words.read_batch("register", {"code": 0, "data": {"accepted": 7}})


def test_the_quota_is_read_or_unknown() -> None:
    said = {"code": 0, "data": {"quota_total": 100, "quota_used": 3, "quota_remain": 97}}
    assert words.read_quota(said) == words.Quota(100, 97)
    assert words.read_quota({"code": 0, "data": {"quota_total": 100, "quota_used": 3}}) == words.Quota(100, 97)
    assert words.read_quota({"code": 0, "data": {}}) == words.Quota(None, None)
