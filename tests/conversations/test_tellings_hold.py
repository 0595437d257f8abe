"""What a telling must never do: tell two tellings of one matter, name what has arrived, speak a language nobody reads."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection, transaction
from django_scopes import scopes_disabled

from accounts.models import User
from conversations.choices import Verdict
from conversations.models import Message
from conversations.services import mirror, telling
from core.clock import utcnow
from customers.models import Buyer
from logistics.models import Parcel
from orders.models import Order
from stores.models import OutboundCall
from tests.conversations.test_tellings import OWN, begin, boxes, clerk, line, tell, texts, unscoped
from tests.factories.accounts import make_person

__all__ = ["clerk", "unscoped"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("TRK-17")
def test_two_tellings_of_one_matter_at_the_same_moment_tell_a_buyer_once() -> None:
    texts()
    sender, found = make_person("service"), boxes(2)
    first, second = begin(found, sender), begin(found, sender)
    ids = [list(made.rows.order_by("pk").values_list("pk", flat=True)) for made in (first, second)]
    told: list[tuple[int, int]] = []

    def other() -> None:
        try:
            with scopes_disabled():
                told.append(telling.send_piece(telling=second, row_ids=ids[1], actor=sender.actor, now=utcnow()))
        finally:
            connection.close()

    rival = threading.Thread(target=other)
    with transaction.atomic():
        told.append(telling.send_piece(telling=first, row_ids=ids[0], actor=sender.actor, now=utcnow()))
        rival.start()
        rival.join(1.5)  # it waits for the buyers
    rival.join(30)
    assert told == [(2, 0), (0, 2)]
    assert set(second.rows.values_list("why", flat=True)) == {"told_before"}
    assert Message.objects.filter(template_code="L01").count() == 2


def _of_one_buyer(clerk: User, words: dict[str, str]) -> tuple[list[Parcel], object]:
    two = boxes(2)
    Order.objects.filter(pk=two[1].order_id).update(buyer=two[0].order.buyer_id)
    Buyer.objects.filter(pk=two[0].order.buyer_id).update(language="en")
    return two, begin(two, clerk, **words)


@pytest.mark.django_db
@pytest.mark.covers("TRK-17")
@pytest.mark.parametrize("edited", [False, True])
def test_what_arrives_after_the_look_is_named_no_more(clerk: User, edited: bool) -> None:
    texts()
    two, made = _of_one_buyer(clerk, {"body": OWN, "language": "en"})
    row = line(made, two[0])
    assert row.body.endswith(f"{two[0].tracking_number}, {two[1].tracking_number}.")
    if edited:
        telling.change_row(telling_row=row, body="My own words of both your parcels.", actor=clerk.actor, now=utcnow())
    Parcel.objects.filter(pk=two[0].pk).update(state="delivered", delivered_at=utcnow())
    tell(made, clerk)
    row.refresh_from_db()
    if edited:
        assert (row.verdict, row.why, Message.objects.count()) == (Verdict.OUT, "stopped", 0)
        return
    message = Message.objects.get()
    assert (row.verdict, message.about_id) == (Verdict.TOLD, two[1].pk)
    assert two[1].tracking_number in message.body and two[0].tracking_number not in message.body


@pytest.mark.django_db
@pytest.mark.covers("MSG-20")
def test_own_words_that_a_buyer_does_not_read_are_told_to_nobody(clerk: User) -> None:
    found = boxes(3)
    made = begin(found, clerk, body="航班延误：{{all_tracking_nos}}。", language="zh")
    assert Counter(made.rows.values_list("verdict", "why")) == {("out", "no_text"): 3}
    row = line(made, found[0])
    telling.change_row(telling_row=row, body="Рейс задержан.", actor=clerk.actor, now=utcnow())
    telling.add_words(telling=made, language="en", body=OWN, actor=clerk.actor, now=utcnow())
    made.refresh_from_db()
    tell(made, clerk)
    assert Counter(made.rows.values_list("verdict", flat=True)) == {"told": 3}
    assert Message.objects.get(about_id=found[0].pk).body == "Рейс задержан."


@pytest.mark.django_db
@pytest.mark.covers("TRK-17")
def test_a_text_that_waits_in_the_outbox_does_not_leave_once_all_has_arrived(clerk: User) -> None:
    texts()
    two, made = _of_one_buyer(clerk, {"template": "L01"})
    tell(made, clerk)
    call = OutboundCall.objects.get(ability="send_email")
    found = [mirror.reason_against(call, now=utcnow())]
    for box in two:
        Parcel.objects.filter(pk=box.pk).update(state="delivered", delivered_at=utcnow())
        found.append(mirror.reason_against(call, now=utcnow()))
    assert [bool(reason) for reason in found] == [False, False, True]
