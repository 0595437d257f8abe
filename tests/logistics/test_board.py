"""The dispatch board: who has what in hand, how the clocks stand, what alarms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.clock import utcnow
from logistics.models import DispatchNote, PrintBatch, PrintLog
from logistics.selectors import clerks
from logistics.services import dispatch
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_house")]
NOW = make.NOW


def printed(note: DispatchNote, user: Any, *, void: bool = False) -> None:
    batch = PrintBatch.objects.create(
        number=f"B-{PrintBatch.objects.count() + 1}",
        owner=user,
        note_count=1,
        created_at=NOW,
        void_at=NOW if void else None,
    )
    PrintLog.objects.create(batch=batch, note=note, position=1, at=NOW)
    DispatchNote.objects.filter(pk=note.pk).update(printed_at=NOW)


@pytest.mark.covers("DSP-23", "DSP-14")
def test_a_note_is_in_hand_of_who_printed_it_last_or_claimed_its_duty() -> None:
    anna, bert = make_person("warehouse"), make_person("supervisor")
    first, second, third, fourth = make.released(), make.released(), make.make_note(), make.released()
    printed(first, bert)
    printed(first, anna)
    printed(second, anna, void=True)  # a voided batch gives nobody a note
    duty = Duty._base_manager.get(rule="logistics.note_in_time", subject_id=third.pk, closed_at__isnull=True)
    worklist.claim(duty=duty, actor=bert.actor, now=NOW)
    late = NOW + timedelta(days=30)
    made = {hand.user_id: hand for hand in clerks.per_clerk(late, NOW - timedelta(hours=1))}
    assert (made[anna.pk].open, made[anna.pk].by_work) == (1, {"to-pack": 1})
    assert (made[bert.pk].open, made[bert.pk].by_work) == (1, {"to-sign": 1})
    assert made[clerks.NOBODY].open == 2
    assert made[anna.pk].late["pickup"] == 1 and made[anna.pk].printed == 1
    assert list(clerks.per_clerk(late, NOW))[-1].user_id == clerks.NOBODY
    assert set(clerks.of_clerk(DispatchNote.objects.all(), anna.pk)) == {first}
    assert set(clerks.of_clerk(DispatchNote.objects.all(), 0)) == {second, fourth}


@pytest.mark.covers("DSP-23")
def test_the_three_clocks_are_counted_apart() -> None:
    note = make.released()
    order = note.order
    order.target_at, order.ship_by = NOW - timedelta(hours=1), NOW + timedelta(days=2)
    order.save(update_fields=["target_at", "ship_by"])
    DispatchNote.objects.filter(pk=note.pk).update(pickup_at=NOW + timedelta(hours=1))
    hand = clerks.per_clerk(NOW, NOW)[0]
    assert hand.late == {"target": 1, "pickup": 0, "ship_by": 0}
    assert set(clerks.past(DispatchNote.objects.all(), "target", NOW)) == {note}
    assert not clerks.past(DispatchNote.objects.all(), "ship_by", NOW).exists()


@pytest.mark.covers("DSP-06", "DSP-07", "DSP-13")
def test_the_board_shows_persons_alarms_and_what_left(client: Client) -> None:
    now = utcnow()
    boss = make_person("manager")
    waiting = make.released(make.ready_order(lines=[(make.article(on_hand=0), 1)]))
    dispatch.reserve_number(note=waiting, actor=make.person("service"), now=now)
    problem = make.released()
    reporter = make_person("warehouse")
    dispatch.block(note=problem, reason="quality", text="scratched", actor=reporter.actor, now=now)
    parcel = make.handed_over(now=now)
    client.force_login(boss)
    page = client.get(reverse("logistics:board")).content.decode()
    notes = reverse("logistics:notes")
    assert f"{notes}?view=all&amp;number_waiting=true" in page
    assert f"scratched · {reporter.label}" in page
    assert f"{reverse('logistics:parcels')}?view=untold" in page
    assert reverse("logistics:manifests") in page and parcel.service.carrier in page
    assert f"{notes}?view=all&amp;clerk=0" in page
    for query, there, away in (
        ("view=all&number_waiting=true", waiting, problem), ("view=all&clerk=0&work=blocked", problem, waiting),
    ):  # fmt: skip
        listed = client.get(f"{notes}?{query}").content.decode()
        assert there.number in listed and away.number not in listed
    assert client.get(f"{notes}?view=all&clerk={boss.pk}").status_code == 200
    assert client.get(f"{notes}?view=all&clock=pickup").status_code == 200
