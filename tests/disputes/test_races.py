"""Several people and programs at once: a turn is answered once, a rating replied once, money given once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from core.errors import DomainError
from customers.models import Buyer
from disputes import services
from disputes.models import Answer, Case, Feedback, Remedy
from disputes.services import privacy
from stores.contracts import RemoteFeedback
from tests.factories import parcels as make
from tests.factories.disputes import make_case, picture
from worklist.models import Duty

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW


def at_once(work: Callable[[int], Any], times: int = 8) -> list[str]:
    """Do it in threads; answers the codes of the refusals."""
    refused: list[str] = []
    start = threading.Barrier(times)

    def run(number: int) -> None:
        try:
            with scopes_disabled():
                start.wait(10)
                work(number)
        except DomainError as error:
            refused.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(times)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    return refused


def test_a_turn_is_answered_once_however_many_press_the_button():
    with scopes_disabled():
        case = make_case()
        refused = at_once(lambda n: services.answer(case=case, kind="evidence", text=f"No {n}", actor=SYSTEM, now=NOW))
        assert (Answer.objects.count(), refused) == (1, ["answered"] * 7)


def test_a_case_is_opened_once_and_a_remedy_recorded_once():
    with scopes_disabled():
        order = make.order(make.store("spreadsheet"))
        assert at_once(lambda n: services.open_case(order=order, kind="damaged", actor=SYSTEM, now=NOW)) == []
        case = Case.objects.get()
        pay = {"kind": "part_refund", "amount": Decimal(20), "actor": SYSTEM, "now": NOW, "route": "paypal"}
        assert at_once(lambda n: services.record_remedy(case=case, reference="PP-7", **pay)) == []
        assert Remedy.objects.get().amount == 20
        other = at_once(lambda n: services.record_remedy(case=case, reference=f"PP-{n + 20}", **pay))
        assert (Remedy.objects.count(), other) == (1, ["amount_too_much"] * 8)


def test_the_same_pictures_at_once_make_one_case():
    with scopes_disabled():
        order = make.order()
        pictures = [picture(order, version=n + 1, reason=f"r{n}") for n in range(4)]
        for _round in range(2):
            at_once(
                lambda n: services.record_cases(store=order.store, remotes=[pictures[n % 4]], actor=SYSTEM, now=NOW)
            )
        services.record_cases(store=order.store, remotes=pictures, actor=SYSTEM, now=NOW)
        assert Case.objects.get().reason == "r3"
        assert Duty.objects.filter(rule="disputes.answer", closed_at__isnull=True).count() == 1


def test_a_rating_is_replied_once():
    with scopes_disabled():
        order = make.order(make.store("spreadsheet"), state="completed")
        told = RemoteFeedback("r1", order.external_id, 1, "bad", NOW)
        services.record_feedback(store=order.store, remotes=[told], actor=SYSTEM, now=NOW)
        row = Feedback.objects.get()
        services.reply(feedback=row, text="Sorry", actor=SYSTEM, now=NOW)
        assert at_once(lambda n: services.confirm_reply(feedback=row, actor=SYSTEM, now=NOW)) == []
        assert at_once(lambda n: services.reply(feedback=row, text=f"{n}", actor=SYSTEM, now=NOW)) == ["answered"] * 8
        assert Feedback.objects.get().reply == "Sorry"


def test_words_of_a_forgotten_buyer_are_gone_and_do_not_come_back():
    with scopes_disabled():
        order = make.order()
        told = [RemoteFeedback("r1", order.external_id, 1, "secret", NOW, version=1)]
        services.record_feedback(store=order.store, remotes=told, actor=SYSTEM, now=NOW)
        services.record_cases(store=order.store, remotes=[picture(order, reason="secret")], actor=SYSTEM, now=NOW)
        services.answer(case=Case.objects.get(), kind="wait", text="secret", actor=SYSTEM, now=NOW)
        assert "secret" in str(privacy.export_buyer(order.buyer))
        Buyer.objects.filter(pk=order.buyer_id).update(erased_at=NOW)
        assert privacy.erase_buyer(order.buyer, NOW) > 0 and privacy.erase_buyer(order.buyer, NOW) == 0
        later = NOW + timedelta(days=1)
        again = [RemoteFeedback("r1", order.external_id, 2, "secret", later, version=2)]
        services.record_feedback(store=order.store, remotes=again, actor=SYSTEM, now=later)
        newer = picture(order, reason="secret", version=2, updated_at=later)
        services.record_cases(store=order.store, remotes=[newer], actor=SYSTEM, now=later)
        assert "secret" not in str(privacy.export_buyer(order.buyer)) and Feedback.objects.get().stars == 2
