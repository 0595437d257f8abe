"""Every row of the tables of late, held and waiting parcels, and of the promises, with dates computed by hand.

Each case is a parcel with its events as they would lie in the database on Wednesday 10 June 2026, 16:00 in Shanghai. What
is expected (rule, advice, text, longer receiving time, day of the next check) was worked out from the reference tables on
paper, not taken from the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from django_scopes import scopes_disabled

from conversations.models import Conversation, Message
from core.audit import SYSTEM
from core.clock import local_day
from logistics.models import DecisionRule, Declaration, DispatchNote, Extension, Parcel, PromiseRule, TrackingEvent
from logistics.selectors import judging
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from stores.contracts import RemoteEvent
from stores.models import Deadline
from tests.factories import parcels as make
from tests.factories.inventory import make_warehouse

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)
CLOCKS = (("AE_PROTECT_MAX_DEFAULT", "60"), ("AE_EXTEND_DAYS", "15"), ("FOLLOW_STALLED", "15"), ("POST_HOLD", "14"))


@dataclass(frozen=True)
class Case:
    """One row: ``age`` days since the hand-over, events as (stage, days ago), what else is known, and what must follow.
    ``check``: the day of the next check in June 2026; ``longer``: a longer receiving time is asked for."""

    rule: str
    age: int
    advice: str
    text: str
    check: int
    events: tuple[tuple[str, float], ...] = ()
    service: str = "CP_REG"
    country: str = "DE"
    told: tuple[str, ...] = ()
    known: dict[str, str] = field(default_factory=dict)
    dispute: bool = False
    terms: str = ""
    role: str = ""
    longer: bool = False


MOVING = (("in_transit", 2.0),)
LATE = ("T03",)
ASKED = ("T03", "X02")
NO_SCAN = {"service": "CP_ORD"}
EMS = {"service": "EMS", "country": "US"}  # DP-030: promised 15, checks 7 and 15, lost 30 days
NOT_RECEIVED = [
    # comes back: a supervisor opens the table of returned parcels; no days named, so the house's 3
    Case("NR-01", 25, "escalate", "", 13, (("returning", 5),), role="supervisor"),
    Case("NR-02", 25, "customs_documents", "X01", 17, (("held", 3),), dispute=True, role="service"),
    Case("NR-03", 25, "advise_pickup", "T05", 14, (("ready_for_collection", 1),), dispute=True),
    # under way too long: handed over 6 May, second check on day 40 = 15 June comes before 7 days are over
    Case("NR-12", 35, "carrier_inquiry", "T03", 15, (("in_transit", 16),), told=LATE, role="service"),
    # promised until 10 July (day 60); the receiving time as long, 39 days left
    Case("NR-06", 30, "wait_extend", "X06", 15, MOVING, told=LATE, dispute=True),
    # handed over 10 April, 61 days: everything has passed, 3 days
    Case("NR-07", 61, "refund_full", "X07", 13, MOVING, told=LATE, role="supervisor"),
    Case("NR-21", 20, "refund_full", "X06", 11, told=LATE, dispute=True, role="supervisor", **EMS),
    Case("NR-22", 20, "refund_full", "X06", 11, MOVING, told=LATE, dispute=True, role="supervisor", **EMS),
    Case("NR-23", 20, "decline_with_evidence", "X06", 11, dispute=True, role="service", **NO_SCAN),
    Case("NR-08", 5, "wait", "X03", 12),
    Case("NR-09", 12, "carrier_inquiry", "X03", 13, role="service"),
    Case("NR-10", 20, "wait", "X03", 17, MOVING),
    # EMS to the USA after 20 of 15 days, lost only after 30 (20 June); 40 days of the receiving time are left
    Case("NR-11", 20, "wait_extend", "T03", 17, (("in_transit", 1),), told=LATE, **EMS),
    Case("NR-13", 20, "wait", "X03", 17, **NO_SCAN),
    # handed over 9 May: 10 days would be 20 June, but the second check (day 40) is on 18 June
    Case("NR-14", 32, "wait_extend", "T03", 18, told=LATE, **NO_SCAN),
    # handed over 30 April: receiving time until 29 June, 19 days left: worth lengthening
    Case("NR-15", 41, "ask_post_office", "X02", 15, told=LATE, role="service", longer=True, **NO_SCAN),
    # handed over 24 April: 7 days = 17 June, a day before the receiving time is 5 days from its end (18 June)
    Case("NR-16", 47, "wait_extend", "T03", 17, told=ASKED, known={"buyer_mood": "calm"}, longer=True, **NO_SCAN),
    Case("NR-17", 47, "resend_full", "X07", 13, told=ASKED, known={"buyer_mood": "neutral"}, role="supervisor", longer=True, **NO_SCAN),
    Case("NR-18", 47, "refund_full", "X07", 12, told=ASKED, known={"buyer_mood": "impatient"}, role="supervisor", longer=True, **NO_SCAN),
    Case("NR-19", 47, "escalate", "", 13, told=ASKED, role="supervisor", **NO_SCAN),
]  # fmt: skip
#: The day the last of these were handed over is 16 May (age 25): first check (day 30) not reached.
CUSTOMS = [
    Case("CH-01", 25, "refund_full", "X19", 11, (("held", 3),), known={"hold_reason": "counterfeit"}, role="supervisor"),
    Case("CH-02", 25, "refund_full", "X19", 17, (("held", 3),), known={"hold_reason": "restricted"}, role="supervisor"),
    # handed over 26 April: the receiving time ends 25 June, 15 days left
    Case("CH-03", 45, "refund_full", "X07", 13, (("held", 30),), told=LATE, role="supervisor", longer=True),
    Case("CH-04", 25, "customs_documents", "X01", 15, (("held", 3),), known={"hold_reason": "documents"}, role="service"),
    Case("CH-04", 25, "customs_documents", "X01", 15, (("held", 3),), known={"hold_reason": "valuation"}, role="service"),
    Case("CH-05", 25, "pay_duty", "X01", 13, (("held", 3),), known={"hold_reason": "duty_unpaid"}, terms="DDP", role="supervisor"),
    Case("CH-06", 25, "customs_documents", "X01", 15, (("held", 3),), known={"hold_reason": "duty_unpaid"}, terms="DAP", role="service"),
    Case("CH-07", 25, "customs_documents", "X01", 13, (("held", 3),), known={"hold_reason": "recipient_id"}, role="service"),
    Case("CH-08", 25, "restock_refund_goods", "X20", 17, (("held", 3),), known={"hold_reason": "recipient_refuses"}, role="supervisor"),
    Case("CH-09", 25, "carrier_inquiry", "X01", 17, (("held", 14),), role="service"),
    Case("CH-10", 25, "customs_documents", "T04", 17, (("held", 3),), role="service"),
]  # fmt: skip
POST_OFFICE = [
    Case("PO-01", 25, "escalate", "", 13, (("ready_for_collection", 14),), told=("T05", "T05"), role="supervisor"),
    Case("PO-02", 25, "advise_pickup", "T05", 12, (("ready_for_collection", 11),), told=("T05", "T05")),
    Case("PO-03", 25, "advise_pickup", "T05", 14, (("ready_for_collection", 1),)),
    Case("PO-04", 25, "advise_pickup", "T05", 14, (("ready_for_collection", 6),), told=("T05",)),
    Case("PO-05", 25, "wait", "", 13, (("ready_for_collection", 3),), told=("T05",)),
    # nobody was at home: the same table (its text goes out as T05A, for no office is on record)
    Case("PO-03", 25, "advise_pickup", "T05", 14, (("attempted", 1),)),
]  # fmt: skip
#: What a delivered parcel says in a case: it is not followed any more, so no check is planned.
DELIVERED = [
    Case("NR-04", 25, "refund_full", "X05", 3, (("delivered", 2),), known={"place_ok": "no"}, dispute=True, role="supervisor"),
    Case("NR-20", 25, "decline_with_evidence", "X06", 1, (("delivered", 2),), dispute=True, role="service"),
    Case("NR-05", 25, "ask_post_office", "X04", 5, (("delivered", 2),), role="service"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def house() -> Iterator[None]:
    with scopes_disabled():
        load_tracking(now=NOW)
        for code, value in CLOCKS:
            Deadline.objects.create(
                rule_code=code, channel="all", topic="parcel", anchor_event="x", actor="x", value=value, unit="days",
                valid_from=date(2010, 1, 1),
            )  # fmt: skip
        yield


def made(case: Case, shop) -> Parcel:
    box = make.parcel(shop, case.service, country=case.country, shipped=NOW - case.age * DAY)
    if case.terms:
        box.note = DispatchNote.objects.create(
            number=f"DN-{box.pk}", store=shop, order=box.order, warehouse=make_warehouse(), state="closed", country=box.country,
            declared_value=20, declared_currency="USD", drafted_at=NOW,
        )  # fmt: skip
        Declaration.objects.create(note=box.note, incoterm=case.terms)
        box.save(update_fields=["note"])
    if case.dispute:
        box.order.hold_reason = "dispute"
        box.order.save(update_fields=["hold_reason"])
    talk = Conversation.objects.create(store=shop, buyer=box.order.buyer, created_at=NOW)
    for place, code in enumerate(case.told):
        Message.objects.create(
            conversation=talk, store=shop, direction="out", state="ready", key=f"{box.pk}:{place}", template_code=code, body="x",
            about_type="logistics.parcel", about_id=box.pk, at=NOW - 5 * DAY,
        )  # fmt: skip
    Parcel.objects.filter(pk=box.pk).update(**case.known)
    TrackingEvent.objects.bulk_create(
        TrackingEvent(
            parcel=box, occurred_at=NOW - ago * DAY, stage=stage, description=stage, source="hand", digest=f"{box.pk}{stage}", received_at=NOW,
        )
        for stage, ago in case.events
    )  # fmt: skip
    return box


@pytest.mark.covers("TRK-01", "TRK-04", "TRK-06", "TRK-08", "TRK-09", "RMD-07")
def test_every_row_of_the_decision_tables_leads_to_what_was_worked_out_by_hand():
    cases = [*NOT_RECEIVED, *CUSTOMS, *POST_OFFICE]
    shop = make.store()
    boxes = [made(case, shop) for case in cases]
    checks = {check.parcel.pk: check for check in tracking.check_many(parcels=boxes, actor=SYSTEM, now=NOW)}
    longer = set(Extension.objects.values_list("parcel_id", flat=True))
    found, wanted = [], []
    for case, box in zip(cases, boxes, strict=True):
        parcel, step = checks[box.pk].parcel, checks[box.pk].step
        when = local_day(parcel.next_check_at, ZONE)
        found.append((parcel.advice_rule, parcel.advice, step.template, step.role, when, box.pk in longer))
        wanted.append((case.rule, case.advice, case.text, case.role, date(2026, 6, case.check), case.longer))
        assert parcel.next_check_why == case.rule
    assert found == wanted


@pytest.mark.covers("TRK-16", "RMD-07")
def test_a_delivered_parcel_of_a_case_is_judged_too():
    shop = make.store()
    for case in DELIVERED:
        box = made(case, shop)
        event = RemoteEvent("", NOW - 2 * DAY, "delivered", "delivered", "")
        tracking.record_events(parcel_events={box.pk: [event]}, source="hand", now=NOW)
        box = Parcel.objects.select_related("store", "service", "order").get(pk=box.pk)
        assert box.state == "delivered"
        said = judging.judged([box], NOW)[box.pk]
        assert (said.step.rule_id, said.step.advice, said.step.template, said.step.role, said.step.check_days) == (
            case.rule, case.advice, case.text, case.role, case.check,
        )  # fmt: skip


def test_no_row_of_the_tables_is_without_a_case():
    rows = set(DecisionRule.objects.filter(table_code__in=["NR", "CH", "PO"]).values_list("rule_id", flat=True))
    assert rows == {case.rule for case in (*NOT_RECEIVED, *CUSTOMS, *POST_OFFICE, *DELIVERED)}
    assert set(PromiseRule.objects.values_list("rule_id", flat=True)) == {row[0] for row in PROMISES}


#: Handed over on 10 March 2026 at 16:00 in Shanghai: rule, service, its kind, country; the days the buyer was promised until,
#: of the first and second look, from which it counts as lost, and from which (60 days of protection less 5) it is lengthened.
PROMISES = [
    ("DP-010", "CP_ORD", "postal_untracked", "IT", "05-09", "04-09", "04-19", "05-09"),
    ("DP-020", "SF_INTL", "express", "HK", "03-15", "03-15", "03-17", "03-25"),
    ("DP-030", "EMS", "ems", "US", "03-25", "03-17", "03-25", "04-09"),
    ("DP-040", "EMS", "ems", "RU", "05-09", "03-17", "04-09", "05-09"),
    ("DP-041", "EMS", "ems", "BR", "05-09", "03-17", "04-09", "05-09"),
    ("DP-050", "CP_ETK", "ems", "FR", "04-09", "03-17", "03-25", "04-24"),
    ("DP-060", "DHL", "express", "DE", "03-25", "03-17", "03-20", "04-04"),
    ("DP-070", "AE_PREMIUM", "marketplace_line", "ES", "03-25", "03-17", "03-22", "04-09"),
    ("DP-080", "AE_STANDARD", "marketplace_line", "BR", "06-08", "04-09", "04-24", "06-08"),
    ("DP-081", "AE_STANDARD", "marketplace_line", "ES", "04-24", "03-30", "04-14", "05-09"),
    ("DP-082", "AE_SAVER", "marketplace_line", "PL", "05-09", "04-09", "04-24", "05-24"),
    ("DP-090", "OZ_EXP", "dedicated_line", "RU", "03-25", "03-17", "03-22", "04-09"),
    ("DP-091", "OZ_STD", "dedicated_line", "RU", "03-30", "03-20", "03-28", "04-14"),
    ("DP-092", "OZ_ECO", "dedicated_line", "RU", "04-14", "03-30", "04-09", "04-24"),
    ("DP-100", "YW_REG", "dedicated_line", "GB", "04-09", "03-22", "03-30", "04-19"),
    ("DP-110", "OVERSEAS_WH", "local", "US", "03-20", "03-15", "03-18", "03-25"),
    ("DP-999", "AE_FREE", "marketplace_line", "GB", "05-09", "04-09", "04-19", "05-09"),
]  # fmt: skip


@pytest.mark.covers("PRM-01", "PRM-02", "PRM-03", "PRM-04")
def test_every_row_of_the_promises_gives_the_days_worked_out_by_hand(monkeypatch):
    more = {code: (kind, "full") for _rule, code, kind, *_rest in PROMISES}
    monkeypatch.setattr(make, "KINDS", {**make.KINDS, **more})
    handed, shop = datetime(2026, 3, 10, 8, 0, tzinfo=UTC), make.store()
    boxes = [make.parcel(shop, row[1], country=row[3], shipped=handed, follow=False) for row in PROMISES]
    tracking.start_following(parcels=boxes, now=handed)
    for row, box in zip(PROMISES, boxes, strict=True):
        rule, _code, _kind, country, promised, first, second, lost = row
        known = judging.lookups.tables(handed).promise(box)
        assert known is not None and known.rule_id == rule
        days = (box.promised_by, box.next_check_at)
        assert [f"{local_day(day, ZONE):%m-%d}" for day in days] == [promised, first], rule
        shipped = local_day(handed, ZONE)
        later = (known.second_check_days, known.lost_after_days)
        assert [f"{shipped + timedelta(days=n):%m-%d}" for n in later] == [second, lost], rule
        assert f"{local_day(box.receive_by, ZONE):%m-%d}" == "05-09", country
