"""The warehouse's day by scanner alone: from Today to the signed list, with every mistake a hand makes."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scopes_disabled

from core.clock import utcnow
from logistics.models import DispatchNote, Parcel
from orders.services import holding
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from tests.journeys.hands import Scanner
from worklist.models import Duty

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def table(page: Any, live_server: Any) -> Any:
    """A packer at the window, five notes on the pile, their labels printed; answers to mistakes are no fault of the browser."""
    with scopes_disabled():
        make.no_rule_signs()
        red = make.article("NK-RED", bin="A-01-1", name_en="Red chain", weight_g=20)
        make.article("NK-208", bin="B-03-2", name_en="Silver chain")
        notes = [make.released(make.ready_order(lines=[(red, 2)])) for _n in range(5)]
        labels = [make.number_of(note) for note in notes]
        client = Client()
        client.force_login(make_person("warehouse", username="packer"))
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page.goto("/")
        page.wait_for_load_state("networkidle")
        yield Scanner(page), notes, labels
        page.wait_for_load_state("networkidle")
    page.faults[:] = [fault for fault in page.faults if "409" not in fault]


def packed(scanner: Scanner, label: str, pieces: str = "2*NK-RED") -> None:
    """Articles, checks, scale, label."""
    for code in (pieces, "OK", "OK", "OK", "45 g"):
        assert scanner.scan(code) == "ok", scanner.says()
    assert scanner.scan(label) == "done", scanner.says()


@pytest.mark.covers("DSP-09", "DSP-10", "DSP-13", "ORD-24")
def test_a_day_by_scanner_events_only(table: Any, live_server: Any) -> None:
    scanner, (first, second, third, fourth, fifth), labels = table
    # on Today, the page a day begins with, the first sheet of the pile is scanned: it lies on the packing table
    scanner.anywhere(first.number, "**/dispatch/station/")
    assert scanner.reads("#scan-ref") == first.number
    for wrong, words in (
        ("NK-208", "B-03-2"),  # from the next bin
        ("NO-SUCH-9", "Nobody knows"),
        (labels[1], "label of"),  # the label beside it
        (labels[0], "still missing"),  # too early
        ("BLOCK:NONSENSE", "cannot be reported"),
    ):
        assert scanner.scan(wrong) == "refused" and words in scanner.says(), (wrong, scanner.says())
    assert scanner.scan("NK-RED") == "ok"
    assert scanner.scan("NK-RED") == "ok"
    assert scanner.scan("NK-RED") == "refused" and "all 2 are there" in scanner.says()  # a piece scanned twice
    assert scanner.scan("UNDO") == "ok"
    packed(scanner, labels[0], "NK-RED")
    assert scanner.scan(labels[0]) == "refused" and "sealed already" in scanner.says()  # the same parcel again
    # a label leads to its note as well
    assert scanner.scan(second.number) == "ok"
    packed(scanner, labels[1])
    # the order is cancelled between two scans; its label is refused from then on
    assert scanner.scan(third.number) == "ok"
    assert scanner.scan("2*NK-RED") == "ok"
    holding.cancel(order=third.order, reason="buyer", actor=make_person("supervisor").actor, now=utcnow())
    assert scanner.scan("OK") == "refused" and "cancelled" in scanner.says()
    scanner.shot("scanner-cancelled")
    assert scanner.scan(labels[2]) == "refused"
    assert DispatchNote.objects.get(pk=third.pk).state != "packed"
    # a piece is broken: reported by its command, and the table is free
    assert scanner.scan(fourth.number) == "ok"
    assert scanner.scan("BLOCK:QUALITY") == "ok" and "problem basket" in scanner.says()
    blocked = DispatchNote.objects.get(pk=fourth.pk)
    assert (blocked.state, blocked.block_reason) == ("blocked", "quality")
    assert Duty.objects.filter(rule="logistics.blocked_note", subject_id=fourth.pk, closed_at__isnull=True).exists()
    # to the counter, back for a sheet that was overlooked, and to the counter again
    scanner.turn("HAND-OVER", "**/dispatch/hand-over/")
    assert scanner.scan(labels[0]) == "ok"
    assert scanner.scan(labels[0]) == "refused"  # twice on the counter
    assert scanner.scan(labels[3]) == "refused"  # never packed
    scanner.turn(fifth.number, "**/dispatch/station/")
    assert scanner.reads("#scan-ref") == fifth.number
    packed(scanner, labels[4])
    scanner.turn("HAND-OVER", "**/dispatch/hand-over/")
    assert scanner.scan("ALL:CP_REG") == "ok"
    scanner.shot("scanner-counter")
    assert scanner.scan("HAND-OVER") == "done" and "3 parcels" in scanner.says()
    shipped = Parcel.objects.filter(state="shipped")
    assert set(shipped.values_list("tracking_number", flat=True)) == {labels[0], labels[1], labels[4]}
    assert Parcel.objects.count() == 3


@pytest.mark.django_db
def test_the_sheet_of_commands_holds_what_the_tables_understand(client: Client) -> None:
    make.make_service("CP_REG")
    client.force_login(make_person("warehouse"))
    sheet = client.get("/dispatch/codes/").content.decode()
    for code in ("PACK", "OK", "UNDO", "LEAVE", "HAND-OVER", "BLOCK:MISSING", "BLOCK:QUALITY", "ALL:CP_REG"):
        assert f'<span class="mono">{code}</span>' in sheet, code
    assert "BLOCK:INTERCEPTED" not in sheet  # said by the house, not by the packer
    assert sheet.count("<svg") >= sheet.count('<li class="box">') >= 8
    client.force_login(make_person("service"))
    assert client.get("/dispatch/codes/").status_code == 403
