"""Carriers with an API of their own: a number with its label through the outbox, in fair weather and foul; cancelled when void."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core import longwork
from core.audit import SYSTEM
from core.errors import Conflict, Invalid, NotAllowed
from core.models import ActivityEntry
from logistics.models import CarrierAccount, CarrierLabel, DispatchNote, PrintLog, Service, WaybillNumber
from logistics.services import carriers, dispatch, numbers
from orders.models import OrderAddress, OrderLine
from stores.connectors.http import Client as Wire
from stores.connectors.sandbox.control import Control
from stores.connectors.sandbox.server import Server
from stores.followups import Paused
from stores.models import CarrierLane, OutboundCall
from stores.services import outbox
from stores.services.carriers import Fetched
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from tests.factories.stores import running_shop
from tests.logistics.test_printing import pages, printed
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW
#: A little later: the clock of a round goes on while it works.
SOON = NOW + timedelta(seconds=5)
KEY = "carrier-key-0123456789"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The pretend carrier."""
    with running_shop() as found:
        yield found


@pytest.fixture
def other_side(server: Server) -> Control:
    """An account with the pretend carrier, and the other side of it."""
    server.shop.reset()
    account = CarrierAccount(created_at=NOW)
    changes = {"code": "pretend", "name": "Pretend carrier", "kind": "sandbox", "base_url": server.url}
    carriers.save_account(account=account, changes=changes, token=KEY, actor=make.person("manager"), now=NOW)
    return Control(server.url, "carrier:pretend")


def released() -> DispatchNote:
    """A released note of a service whose carrier gives the numbers."""
    make.make_service(connector="pretend")
    return make.released(number=False)


def later(seconds: float = 0) -> dict[str, int]:
    """Let the outbox work at a time."""
    return outbox.drain(NOW + timedelta(seconds=seconds))


@pytest.mark.covers("DSP-22")
def test_a_carrier_gives_number_and_label(other_side: Control) -> None:
    note = released()
    call = OutboundCall.objects.get(ability="carrier_waybill")
    assert call.payload["recipient"]["line1"] and call.payload["reference"] == note.number
    assert later() == {"sent": 1}
    row = WaybillNumber.objects.get(note=note)
    assert row.state == "reserved" and row.source == "api" and row.number.startswith("LP")
    call.refresh_from_db()
    assert call.payload == {"erased": True}, "who lives where is forgotten"
    assert carriers.fetch_labels(now=SOON) == {"ready": 1, "later": 0, "failed": 0}
    label = CarrierLabel.objects.get()
    assert label.state == "ready" and label.pages == 1 and len(label.digest) == 64
    assert carriers.fetch_labels(now=SOON)["ready"] == 0


@pytest.mark.parametrize(
    ("fault", "first"),
    [
        ({"kind": "429", "retry_after": 5}, "later"),
        ({"kind": "500"}, "unknown"),
        ({"kind": "500_done"}, "unknown"),
        ({"kind": "reset"}, "unknown"),
        ({"kind": "late", "seconds": 3}, "unknown"),
        ({"kind": "garbage"}, "unknown"),
        ({"kind": "duplicate"}, "sent"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else value,
)
def test_foul_weather_gives_one_number_all_the_same(other_side: Control, fault: dict[str, Any], first: str) -> None:
    note = released()
    other_side.fault(path="/api/carrier/", **fault)
    assert first in outbox.send_due(now=NOW)
    for minutes in (2, 10, 60, 180):
        later(minutes * 60)
    assert [entry["number"] for entry in other_side.journal("carrier_parcel")] == [make.number_of(note)]


def test_a_carrier_that_hangs_is_asked_again_for_the_same_number(
    other_side: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = released()
    other_side.fault("hang", path="/api/carrier/", seconds=0.9)
    call = OutboundCall.objects.get(ability="carrier_waybill")
    monkeypatch.setattr(Wire, "__init__", _hasty(Wire.__init__))
    assert outbox.send_due(now=NOW) == {"unknown": 1}
    time.sleep(1)  # the carrier goes on after we hung up
    for minutes in (10, 60, 180):
        later(minutes * 60)
    call.refresh_from_db()
    assert call.state == "sent" and len(other_side.journal("carrier_parcel")) == 1 and make.number_of(note)


def _hasty(real: Any) -> Any:
    def init(self: Any, base_url: str, headers: dict[str, str], *_rest: Any) -> None:
        real(self, base_url, headers, 1.0, 0.3)

    return init


def test_a_voided_number_is_cancelled_at_the_carrier_and_a_new_one_is_asked_for(other_side: Control) -> None:
    note = released()
    later()
    old = WaybillNumber.objects.get(note=note)
    carriers.fetch_labels(now=SOON)
    numbers.void(number=old, reason="wrong printer", actor=make.person("warehouse"), now=NOW)
    assert CarrierLabel.objects.get().state == "void"
    numbers.reserve_for(notes=[note], actor=make.person("warehouse"), now=NOW)
    other_side.fault("500_done", path="/api/carrier/parcels/")
    for minutes in (0, 10, 60, 180):
        later(minutes * 60)
    assert [row["number"] for row in other_side.journal("carrier_cancel")] == [old.number]
    assert make.number_of(note) != old.number and len(other_side.journal("carrier_parcel")) == 2


def test_a_number_that_comes_too_late_is_cancelled(other_side: Control) -> None:
    note = released()
    other_side.fault("500_done", path="/api/carrier/")
    outbox.send_due(now=NOW)
    dispatch.withdraw(note=note, reason="buyer cancelled", actor=make.person("supervisor"), now=NOW)
    for minutes in (10, 60, 180, 400):
        later(minutes * 60)
    taken = other_side.journal("carrier_parcel")
    assert len(taken) == 1
    assert [row["number"] for row in other_side.journal("carrier_cancel")] == [taken[0]["number"]]
    assert not WaybillNumber.objects.exclude(state="void").exists()


def test_a_note_taken_back_asks_no_carrier(other_side: Control) -> None:
    note = released()
    dispatch.withdraw(note=note, reason="buyer cancelled", actor=make.person("supervisor"), now=NOW)
    assert later() == {"dropped": 1}
    assert not other_side.journal("carrier_parcel")


def test_a_wrong_key_stops_the_carriers_only_until_it_is_mended(other_side: Control) -> None:
    other_side.fault("401", path="/api/carrier/")
    note = released()
    assert later() == {"later": 1}
    lane = CarrierLane._base_manager.get()
    assert "key" in lane.paused_reason and later(30) == {}
    duty = Duty._base_manager.get(rule="stores.paused", closed_at__isnull=True)
    assert [row.pk for row in Paused().candidates(NOW)] == [duty.subject_id]
    account = CarrierAccount.objects.get()
    carriers.save_account(account=account, changes={}, token=KEY, actor=make.person("manager"), now=NOW)
    assert later(60) == {"sent": 1} and make.number_of(note)
    assert not Paused().candidates(NOW).exists()


def test_a_refusal_for_good_is_told_and_asks_no_more(other_side: Control) -> None:
    make.make_service(connector="pretend")
    note = make.released(make.ready_order(country="KP"), number=False)
    assert later() == {"failed": 1}
    assert not WaybillNumber.objects.filter(note=note).exists()
    assert ActivityEntry.objects.filter(verb="note.no_number", subject_id=note.pk).exists()


def test_labels_that_are_none_are_not_kept(other_side: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    released()
    later()
    monkeypatch.setattr("stores.services.carriers.fetch_label", lambda **_facts: Fetched(pdf=b"%PDF-1.4 nonsense"))
    assert carriers.fetch_labels(now=SOON)["failed"] == 1
    assert CarrierLabel.objects.get().state == "failed"


def test_a_carrier_that_has_the_label_later_is_asked_again(other_side: Control) -> None:
    released()
    later()
    other_side.fault("500", path="/api/carrier/parcels/")
    assert carriers.fetch_labels(now=SOON) == {"ready": 0, "later": 1, "failed": 0}
    assert carriers.fetch_labels(now=SOON)["ready"] == 0, "not before its time"
    assert carriers.fetch_labels(now=SOON + timedelta(minutes=5))["ready"] == 1


def test_accounts_are_the_managers(other_side: Control) -> None:
    account = CarrierAccount.objects.get()
    with pytest.raises(NotAllowed):
        carriers.save_account(account=account, changes={"name": "x"}, actor=make.person("warehouse"), now=NOW)
    for changes, token in (({"kind": "poem", "code": "b", "name": "B"}, KEY), ({"kind": "sandbox", "code": "b", "name": "B"}, ""),
                           ({"kind": "sandbox", "code": "pretend", "name": "B"}, KEY)):  # fmt: skip
        with pytest.raises(Invalid):
            carriers.save_account(
                account=CarrierAccount(created_at=NOW),
                changes=changes,
                token=token,
                actor=make.person("manager"),
                now=NOW,
            )
    assert KEY not in account.secrets


@pytest.mark.covers("DSP-22")
def test_the_carriers_own_label_lies_at_its_place_in_the_batch(other_side: Control) -> None:
    house = make.make_service("EMS", kind="ems", match_words=["ems"])
    near, far = make.article("NEAR", bin="A-1"), make.article("FAR", bin="Z-9")
    make.make_service(connector="pretend")
    own = make.released(make.ready_order(lines=[(near, 1)]), number=False)
    ours = make.make_note(make.ready_order(lines=[(far, 1)], shipping_method="ems"))
    assert ours.service == house
    make.make_number(house)
    make.sign_both(ours)
    later()
    batch, pdf = printed([ours, own], documents=["labels"])
    assert len(pages(pdf)) == 1, "a label that has not come is not replaced by ours"
    assert PrintLog.objects.get(batch=batch, note=own).problem == "label_waits"
    carriers.fetch_labels(now=SOON)
    batch, pdf = printed([ours, own], documents=["labels", "customs"])
    found = pages(pdf)
    assert "PRETEND CARRIER" in found[0]["text"] and ("Code128", make.number_of(own)) in found[0]["codes"]
    assert own.number in found[1]["text"] and "CN" in found[1]["text"], "its customs paper follows it"
    assert ("Code128", make.number_of(ours)) in found[2]["codes"] and "own-label" not in "".join(
        p["text"] for p in found
    )
    logs = PrintLog.objects.filter(batch=batch).order_by("position")
    assert list(logs.values_list("carrier_label", flat=True)) == [True, False]


def test_the_page_of_accounts_keeps_the_key_to_itself(other_side: Control) -> None:
    desk = Client()
    desk.force_login(make_person("manager"))
    account = CarrierAccount.objects.get()
    for address in (
        "/dispatch/carrier-accounts/",
        "/dispatch/carrier-accounts/new/",
        f"/dispatch/carrier-accounts/{account.pk}/",
    ):
        shown = desk.get(address)
        assert shown.status_code == 200 and KEY not in shown.content.decode(), address
    fields = {
        "name": "Other name",
        "kind": "sandbox",
        "base_url": account.base_url,
        "own_label": "on",
        "active": "on",
        "token": "",
    }
    assert desk.post(f"/dispatch/carrier-accounts/{account.pk}/", fields).status_code == 302
    kept = CarrierAccount.objects.get()
    assert kept.name == "Other name" and kept.secrets == account.secrets and kept.code == "pretend"
    new = {**fields, "code": "second", "token": "another-key-012345"}
    assert desk.post("/dispatch/carrier-accounts/new/", new).status_code == 302
    assert CarrierAccount.objects.get(code="second").own_label
    clerk = Client()
    clerk.force_login(make_person("warehouse"))
    assert clerk.get("/dispatch/carrier-accounts/new/").status_code == 403


def test_an_account_is_ended_when_nothing_needs_it_and_its_key_is_wiped(other_side: Control) -> None:
    note, account, manager = released(), CarrierAccount.objects.get(), make.person("manager")

    def end(reason: str = "contract ended") -> CarrierAccount:
        return carriers.end_account(account=account, reason=reason, actor=manager, now=NOW)

    with pytest.raises(NotAllowed):
        carriers.end_account(account=account, reason="x", actor=make.person("warehouse"), now=NOW)
    refusals = []
    for prepare in (later, lambda: Service.objects.update(connector=""), lambda: void(note)):
        prepare()
        with pytest.raises(Conflict) as refusal:
            end()
        refusals.append(refusal.value)
    assert [one.code for one in refusals] == ["services_name_it", "numbers_in_use", "calls_open"]
    assert "CP_REG" in str(refusals[0].message) and WaybillNumber.objects.get(note=note).number in str(
        refusals[1].message
    )
    with pytest.raises(Invalid):
        end("  ")
    later(60)  # the carrier knows that its number is void
    desk = Client()
    desk.force_login(make_person("manager"))
    page = f"/dispatch/carrier-accounts/{account.pk}/"
    assert "End the account" in desk.get(page).content.decode()
    answer = desk.post(
        f"/api/v1/settings/carrier-accounts/{account.pk}/end/", {"reason": "contract ended"}, "application/json"
    )
    assert answer.status_code == 200, answer.content
    account.refresh_from_db()
    assert (account.secrets, account.active, account.ended_at is not None) == ("", False, True)
    assert ActivityEntry.objects.filter(verb="carrier.end", subject_id=account.pk).exists()
    assert CarrierLabel.objects.get().state == "void", "nothing is fetched there any more"
    shown = desk.get(page).content.decode()
    assert "contract ended" in shown and "End the account" not in shown
    # without a key it stays ended; a new key takes it up again
    with pytest.raises(Invalid):
        carriers.save_account(account=account, changes={"active": True}, actor=manager, now=NOW)
    again = carriers.save_account(account=account, changes={"active": True}, token=KEY, actor=manager, now=NOW)
    assert again.ended_at is None and again.secrets and end().ended_at == NOW


def void(note: DispatchNote) -> None:
    """Its number is not needed any more."""
    number = WaybillNumber.objects.get(note=note)
    numbers.void(number=number, reason="contract ended", actor=make.person("warehouse"), now=NOW)


def test_labels_of_carriers_go_after_the_days_of_the_policy(
    other_side: Control, django_capture_on_commit_callbacks: Any
) -> None:
    released()
    later()
    carriers.fetch_labels(now=SOON)
    label = CarrierLabel.objects.get()
    box, name, year = longwork.private_storage(), label.file, SOON + timedelta(days=400)
    assert carriers.forget_labels(now=year) == 0 and box.exists(name), "it sticks on a parcel of the house"
    WaybillNumber.objects.update(state="used", used_at=NOW)
    assert carriers.forget_labels(now=SOON + timedelta(days=90)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert carriers.forget_labels(now=SOON + timedelta(days=91)) == 1
    assert not box.exists(name)
    assert carriers.forget_labels(now=year) == 0
    label.refresh_from_db()
    assert (label.state, label.file) == ("void", "") and label.digest


@pytest.mark.covers("ORD-24", "DSP-22")
@pytest.mark.parametrize("when", ["before it was sent", "before it was answered", "after it was answered"])
def test_a_label_never_bears_an_address_the_note_no_longer_has(other_side: Control, when: str) -> None:
    note = released()
    if when == "before it was answered":
        other_side.fault("500_done", path="/api/carrier/")
        assert outbox.send_due(now=NOW) == {"unknown": 1}
    elif when == "after it was answered":
        assert later() == {"sent": 1}
    OrderAddress.objects.filter(order=note.order).update(line1="Rua Nova 7")
    assert dispatch.edit(note=note, take_address=True, actor=make.person("supervisor"), now=SOON)
    make.sign_both(note, SOON)
    for minutes in (2, 10, 60, 180):
        later(minutes * 60)
        numbers.reserve_for(notes=[note], actor=SYSTEM, now=NOW)
    number = make.number_of(note)
    told = {entry["number"]: entry for entry in other_side.journal("carrier_parcel")}
    first = OutboundCall.objects.filter(ability="carrier_waybill").order_by("pk").first()
    assert first is not None
    if when == "before it was sent":
        assert first.state == "dropped" and list(told) == [number]
    else:
        assert first.state == "sent" and len(told) == 2 and list(told)[-1] == number
        gone = next(one for one in told if one != number)
        assert OutboundCall.objects.get(ability="carrier_void").payload["number"] == gone
    assert OutboundCall.objects.filter(ability="carrier_waybill").count() == 2


def test_a_value_raised_later_asks_the_carrier_anew(other_side: Control) -> None:
    note = released()
    assert later() == {"sent": 1}
    old, line = make.number_of(note), note.lines.get()
    chief = make.person("supervisor")
    dispatch.edit(note=note, lines=[dispatch.LineChange(line.pk, wish="blue")], actor=chief, now=SOON)
    make.sign_both(note, SOON)
    assert make.number_of(note) == old  # what the carrier was told is still so
    dispatch.edit(note=note, lines=[dispatch.LineChange(line.pk, value=line.value + 5)], actor=chief, now=SOON)
    make.sign_both(note, SOON)
    later(60)
    assert make.number_of(note) != old and WaybillNumber.objects.get(number=old).state == "void"


def test_a_wish_of_the_buyer_asks_no_carrier_anew(other_side: Control) -> None:
    note = released()
    assert later() == {"sent": 1}
    old = make.number_of(note)
    OrderLine.objects.filter(order=note.order).update(buyer_note="blue please")
    assert dispatch.refresh_lines(order_ids=[note.order_id], actor=SYSTEM, now=SOON) == 1
    assert make.number_of(note) == old
