"""The carrier of a followed number: a guess says so, a person changes it, the source is told; numbers however they are written."""

from __future__ import annotations

import pytest
from django.test import Client

from core.audit import SYSTEM
from core.errors import Conflict
from logistics.connectors import seventeentrack as words
from logistics.connectors.seventeentrack_standin import CHANGES, Office
from logistics.models import FollowedNumber, Parcel, TrackingEvent, TrackingSource
from logistics.services import sources, tracking
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.logistics.sources_stage import DAY, HOUR, NOW, event, push, s10, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tracking_house")]
YANWEN, CHINA_POST = 190012, 3011


def followed(source: TrackingSource, office: Office, number: str = "") -> FollowedNumber:
    """A number the source follows, with its first news."""
    make.parcel(tracking_number=number or s10(1))
    sources.walk(source=source, now=NOW)
    office.put_events(number or s10(1), [event(NOW, "Accepted")])
    return FollowedNumber.objects.get()


def test_another_carrier_is_told_once_and_its_news_are_ours(source: TrackingSource, office: Office) -> None:
    row = followed(source, office)
    assert (row.carrier, row.guessed) == (CHINA_POST, False)
    sources.pick_carrier(followed=row, carrier=YANWEN, actor=SYSTEM, now=NOW)
    with pytest.raises(Conflict, match="with this carrier"):
        sources.pick_carrier(followed=row, carrier=YANWEN, actor=SYSTEM, now=NOW)
    assert sources.walk(source=source, now=NOW + HOUR)["changed"] == 1
    row.refresh_from_db()
    assert (row.state, row.carrier, row.wish, row.chosen) == ("registered", YANWEN, None, True)
    assert list(office.numbers) == [(row.number, YANWEN)] and office.used == 1, "it costs no second registration"
    assert sources.walk(source=source, now=NOW + 2 * HOUR)["changed"] == 0
    assert push(told(row.number, event(NOW + HOUR, "Departed"), carrier=YANWEN)) == 200
    assert push(told(row.number, event(NOW + HOUR, "Stranger"), carrier=CHINA_POST)) == 200
    sources.read(now=NOW + 2 * HOUR)
    assert set(TrackingEvent.objects.values_list("description", flat=True)) == {"Accepted", "Departed"}


@pytest.mark.parametrize(("trouble", "state", "carrier", "calls"), [
    ("early", "registered", CHINA_POST, ["changecarrier"]), ("there", "registered", YANWEN, ["changecarrier"]),
    ("stopped", "wanted", YANWEN, ["changecarrier", "deletetrack"]), ("often", "wanted", YANWEN, ["changecarrier", "deletetrack"]),
    ("gone", "wanted", YANWEN, ["changecarrier", "deletetrack"]), ("lost answer", "registered", YANWEN, ["changecarrier"]),
])  # fmt: skip
def test_what_the_source_says_to_a_change(
    trouble: str, state: str, carrier: int, calls: list[str], source: TrackingSource, office: Office
) -> None:
    row = followed(source, office)
    held = office.numbers[row.number, CHINA_POST]
    if trouble == "early":
        held.events = []
    elif trouble == "stopped":
        held.stopped = True
    elif trouble == "often":
        held.changes = CHANGES
    elif trouble == "gone":
        office.numbers.clear()
    elif trouble == "there":  # somebody changed it on the page of the source
        office.change({"number": row.number, "carrier_new": YANWEN})
        FollowedNumber.objects.update(carrier=None)
    sources.pick_carrier(followed=row, carrier=YANWEN, actor=SYSTEM, now=NOW)
    if trouble == "lost answer":
        from logistics.connectors.seventeentrack_standin import Fault

        FollowedNumber.objects.update(carrier=None)
        office.faults.append(Fault("500_done", only="changecarrier"))
        sources.walk(source=source, now=NOW + HOUR / 2)
    office.calls.clear()
    sources.walk(source=source, now=NOW + HOUR)
    row.refresh_from_db()
    assert (row.state, row.carrier) == (state, carrier)
    assert [name for name, _n in office.calls if name in ("changecarrier", "deletetrack")] == calls
    held.events = held.events or [event(NOW, "Accepted")]
    sources.walk(source=source, now=NOW + 3 * HOUR)
    row.refresh_from_db()
    assert (row.state, row.carrier, row.wish) == ("registered", YANWEN, None)


def test_a_guess_says_so_until_a_person_confirms_it(source: TrackingSource, office: Office) -> None:
    number = "LX12345678"
    office.guessed[number] = YANWEN
    make.parcel(tracking_number=number)
    sources.walk(source=source, now=NOW)
    row = FollowedNumber.objects.get()
    assert (row.state, row.carrier, row.guessed) == ("registered", YANWEN, True)
    client = Client()
    client.force_login(make_person("service"))
    page = "/parcels/followed/?view=all"
    assert "a guess" in client.get(page, headers={"accept-language": "en"}).content.decode()
    sources.pick_carrier(followed=row, carrier=YANWEN, actor=SYSTEM, now=NOW)
    row.refresh_from_db()
    assert (row.guessed, row.chosen, row.wish) == (False, True, None), "it was right: the source need not be told"
    assert "a guess" not in client.get(page, headers={"accept-language": "en"}).content.decode()


def test_numbers_are_followed_however_they_were_written(source: TrackingSource, office: Office) -> None:
    shop = make.store()
    make.service("CP_REG")
    dotted = f"{s10(7)[:2].lower()} {s10(7)[2:6]}-{s10(7)[6:]}"
    order = make.order(
        shop, channel_facts={"shipments": [{"number": dotted, "service": "CP_REG", "shipped_at": NOW.isoformat()}]}
    )
    tracking.adopt_orders(order_ids=[order.pk], actor=SYSTEM, now=NOW)
    old = make.parcel(
        shop, "EMS", tracking_number=f"{s10(8)[:6]}-{s10(8)[6:]}"
    )  # kept as the channel wrote it, long ago
    sources.walk(source=source, now=NOW)
    assert set(FollowedNumber.objects.values_list("number", "state")) == {
        (s10(7), "registered"), (old.tracking_number, "choose")}  # fmt: skip
    FollowedNumber.objects.filter(parcel=old).update(state="registered", registered_at=NOW, next_try_at=None)
    assert push(told(old.tracking_number, event(NOW + DAY, "by push"))) == 200
    sources.read(now=NOW + DAY)
    for spelling in (s10(7), dotted, f"{s10(7)} "):
        from stores.contracts import RemoteEvent

        found = tracking.record_remote(
            store=shop, remotes=[RemoteEvent(spelling, NOW + DAY, "in_transit", spelling.strip())], source="file", actor=SYSTEM, now=NOW + DAY,
        )  # fmt: skip
        assert found.unknown == []
    assert set(TrackingEvent.objects.values_list("parcel__order", "description")) == {
        (order.pk, s10(7)), (order.pk, dotted), (old.order_id, "by push")}  # fmt: skip
    assert Parcel.objects.get(order=order).tracking_number == s10(7)


def test_a_change_in_the_words_of_the_source() -> None:
    wish = words.Wish("RB1CN", CHINA_POST, "5", new_carrier=YANWEN)
    assert words.change_items([wish]) == [{"number": "RB1CN", "carrier_old": CHINA_POST, "carrier_new": YANWEN}]
    assert words.number_items([wish]) == [{"number": "RB1CN", "carrier": CHINA_POST, "tag": "5"}]
    for code, means in (
        (-18019803, "same"),
        (-18019805, "unregistered"),
        (-18019806, "stopped"),
        (-18019807, "changed"),
        (-18019808, "early"),
    ):
        answer = {
            "code": 0,
            "data": {"accepted": [], "rejected": [{"number": "RB1CN", "error": {"code": code, "message": "x"}}]},
        }
        assert words.read_batch("changecarrier", answer).rejected[0].means == means
