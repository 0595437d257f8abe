"""The counting of the chaos run sees what it must see: each guard switched off gives a violation, switched on none.

The guards are switched off here by patching, never by a setting of the product.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scopes_disabled

from accounts.models import Store
from conversations.models import Message
from stores import registry
from stores.choices import Ability
from stores.connectors.sandbox.connector import Sandbox
from stores.connectors.sandbox.control import Control
from stores.models import OutboundCall
from stores.services import inbound, outbox
from stores.services.outbox import lanes, settling
from tests.chaos import report, verdict
from tests.chaos.faults import KINDS, SMALL, plan
from tests.chaos.life import deeds
from tests.chaos.mailsink import Mail
from tests.factories.stores import NOW, connected, running_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def door() -> Any:
    """A connected store and the other side of its shop."""
    with running_shop() as server, scopes_disabled():
        yield connected(server)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """The outbox alone: no app above listens or has a word in what leaves."""
    for table in (registry.WANTED, registry.SETTLED, registry.MOVED):
        monkeypatch.setitem(table, Ability.SEND_MESSAGE, [])


def after(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


def texts(store: Store, *keys: str) -> list[OutboundCall]:
    payload = {"buyer": "b", "text": "Hello"}
    return [
        outbox.enqueue(store=store, ability=Ability.SEND_MESSAGE, key=key, subject=store, payload=payload, now=NOW)
        for key in keys
    ]


def refs(control: Control) -> list[str]:
    return [entry["ref"] for entry in control.journal("message")]


# --- nothing twice: the lease, and reading back --------------------------------------------------------------------


@pytest.mark.parametrize("guarded", [True, False])
def test_a_worker_that_slept_past_its_lease_sends_nothing_twice_unless_the_lease_is_not_asked(
    door: tuple[Store, Control], bare: None, monkeypatch: Any, guarded: bool
) -> None:
    store, control = door
    texts(store, "t1", "t2")
    frozen = settling.claim(store_id=store.pk, lane=lanes.CHANNEL, token="frozen", now=NOW, limit=10)
    outbox.drain(after(61))
    assert not verdict.lost(["t1", "t2"], refs(control))
    if not guarded:
        monkeypatch.setattr(settling, "_mine", lambda call, token, state: settling._locked(call))
    for call in frozen:
        effect = settling.begin(call, token="frozen", now=after(62))
        if effect is not None:
            Sandbox(outbox.sending.selectors.account(store)).send(effect)
    assert bool(verdict.twice(refs(control))) is not guarded


@pytest.mark.parametrize("guarded", [True, False])
def test_an_unclear_outcome_is_not_repeated_unless_nothing_is_read_back(
    door: tuple[Store, Control], bare: None, monkeypatch: Any, guarded: bool
) -> None:
    store, control = door
    texts(store, "t1", "t2", "t3")
    control.fault("500_done", path="/api/messages", times=2)
    if not guarded:
        monkeypatch.setattr(Sandbox, "find_effect", lambda self, effect: None)
    for seconds in (0, 70, 140, 210):
        outbox.drain(after(seconds))
    assert not verdict.lost(["t1", "t2", "t3"], refs(control))
    assert len(verdict.twice(refs(control))) == (0 if guarded else 2)


@pytest.mark.parametrize("guarded", [True, False])
def test_a_call_of_a_dead_worker_is_not_lost_unless_nobody_sweeps(
    door: tuple[Store, Control], bare: None, monkeypatch: Any, guarded: bool
) -> None:
    store, control = door
    texts(store, "t1")
    settling.claim(store_id=store.pk, lane=lanes.CHANNEL, token="dead", now=NOW, limit=10)
    if not guarded:
        monkeypatch.setattr(settling, "sweep", lambda **_: 0)
    outbox.drain(after(61))
    assert bool(verdict.lost(["t1"], refs(control))) is not guarded


# --- what is shown once --------------------------------------------------------------------------------------------


def write(control: Control, *ids: str) -> None:
    control.put_messages(
        [{"id": name, "buyer": "b1", "buyer_name": "Ana", "text": name, "at": NOW.isoformat()} for name in ids], NOW
    )


def missing(store: Store, *ids: str) -> list[str]:
    found = Message.objects.filter(store=store, direction="in").values_list("key", flat=True)
    return verdict.lost([f"in:{store.pk}:{name}" for name in ids], found)


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("how", ["the answer is cut", "the worker dies"])
def test_a_message_lost_on_its_way_is_found_by_the_next_fetch_unless_the_question_was_not_noted(
    door: tuple[Store, Control], monkeypatch: Any, how: str, guarded: bool
) -> None:
    store, control = door
    write(control, "m1", "m2")
    if not guarded:
        monkeypatch.setattr(inbound, "_ask", lambda held, kind, now: "")
    if how == "the answer is cut":
        control.fault("half", path="/api/messages/unread")
        inbound.fetch(store=store, kind=Ability.MESSAGES_IN, now=NOW)
    else:
        with monkeypatch.context() as patch:
            patch.setattr(inbound, "store_page", _dies)
            with pytest.raises(SystemExit):
                inbound.fetch(store=store, kind=Ability.MESSAGES_IN, now=NOW)
    write(control, "m3")
    inbound.fetch(store=store, kind=Ability.MESSAGES_IN, now=after(10))
    assert missing(store, "m1", "m2", "m3") == [f"in:{store.pk}:m1", f"in:{store.pk}:m2"], (
        "somebody may still hold the answer"
    )
    inbound.fetch(store=store, kind=Ability.MESSAGES_IN, now=after(60))
    assert bool(missing(store, "m1", "m2", "m3")) is not guarded
    inbound.fetch(store=store, kind=Ability.MESSAGES_IN, now=after(61))
    assert verdict.twice(Message.objects.values_list("key", flat=True)) == []


def _dies(**_: Any) -> int:
    raise SystemExit


def test_a_fetch_beside_another_does_not_forget_its_question(door: tuple[Store, Control], monkeypatch: Any) -> None:
    """Two workers ask; the first dies with the answer, the second gets an empty one and stores it."""
    store, control = door
    write(control, "m1")
    with monkeypatch.context() as patch:
        patch.setattr(inbound, "store_page", _dies)
        with pytest.raises(SystemExit):
            inbound.fetch(store=store, kind=Ability.MESSAGES_IN, now=NOW)
    inbound.fetch(store=store, kind=Ability.MESSAGES_IN, now=after(1))
    assert missing(store, "m1")
    inbound.fetch(store=store, kind=Ability.MESSAGES_IN, now=after(40))
    assert not missing(store, "m1")


# --- the counting itself -------------------------------------------------------------------------------------------


def test_the_counting_sees_what_is_lost_twice_and_unasked() -> None:
    assert verdict.twice(["a", "b", "a"]) == ["a: 2 times"]
    assert verdict.lost(["a", "b"], ["b"]) == ["a"]
    assert verdict.unexpected(["a"], ["a", "c"]) == ["c"]
    mails = [Mail(name, "x@example.org", "s", 0.0) for name in ("<1>", "<1>", "<2>", "<2>", "<2>")]
    assert verdict.copies(mails, {"<1>": 1}) == {"<2>": 2}
    assert verdict.mails_lost(["<1>", "<3>"], mails) == ["<3>"]


def test_the_same_seed_is_the_same_run() -> None:
    assert plan(7, 60, 120.0) == plan(7, 60, 120.0) != plan(8, 60, 120.0)
    assert deeds(7, 2, 30) == deeds(7, 2, 30) != deeds(8, 2, 30)


def test_a_long_plan_has_each_kind_equally_often_and_a_short_one_each_family() -> None:
    counts = {kind: sum(f.kind == kind for f in plan(3, 3 * len(KINDS), 600)) for kind in KINDS}
    assert set(counts.values()) == {3}
    assert [fault.kind for fault in plan(3, len(SMALL), 26)] == list(SMALL)
    assert set(SMALL) <= set(KINDS)


def test_a_seed_that_went_to_its_end_is_not_run_again_and_says_what_was_broken(tmp_path: Path) -> None:
    path = report.place(tmp_path / "runs", 7)
    assert path is not None and path.name == "chaos-7.json" and report.kept(path, {"faults": 12.0}) is None
    found = {
        "size": {"faults": 12.0},
        "commit": report.commit(),
        "broken": {"mails lost": ["<1>"]},
        "figures": {"seed": 7, "mails lost": 1},
    }
    report.write(path, found)
    assert report.kept(path, {"faults": 12.0}) == found
    assert report.kept(path, {"faults": 504.0}) is None
    report.write(path, {**found, "commit": "another"})
    assert report.kept(path, {"faults": 12.0}) is None
    path.write_text("{ cut")
    assert report.kept(path, {"faults": 12.0}) is None
    words = report.table(found)
    assert "BROKEN: mails lost" in words and "G17" in words
