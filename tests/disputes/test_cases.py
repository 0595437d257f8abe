"""Cases: opened once, answered once per turn, approved above limits, followed to their end; order and money kept in step."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.audit import SYSTEM, Actor
from core.clock import utcnow
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from core.invariants import INVARIANTS
from core.listing import LISTINGS
from core.models import ExchangeRate
from disputes import services
from disputes.models import Answer, Case, Remedy, RootCause
from disputes.rules import cases as rules
from disputes.services.causes import load_causes
from orders.models import Order
from stores.contracts import RemoteCase
from stores.models import Deadline
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.factories.disputes import make_case, picture
from tests.factories.doors import browser
from worklist import registry
from worklist import services as worklist
from worklist.models import Duty

pytestmark = pytest.mark.django_db
NOW, DAY, HOUR = make.NOW, timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(registry, "drain", [])
    with scopes_disabled():
        Deadline.objects.get_or_create(
            rule_code="AE_DISPUTE_RESPOND", valid_from=datetime(2000, 1, 1).date(),
            defaults={"channel": "aliexpress", "topic": "dispute", "anchor_event": "x", "actor": "seller", "value": "5", "unit": "days"},
        )  # fmt: skip
        ExchangeRate.objects.bulk_create(
            ExchangeRate(day=day, base="EUR", currency=code, rate=Decimal(rate), source="test")
            for code, rate in (("USD", "1.10"), ("CNY", "7.70"))
            for day in (NOW.date(), utcnow().date())
        )
        yield


def duties(rule: str, state: str = "open") -> int:
    return Duty.objects.filter(rule=f"disputes.{rule}", state=state).count()


def kept(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def broken() -> list[str]:
    """The promises of this app that this database breaks."""
    mine = [i for i in INVARIANTS if i.search.__module__ == "disputes.checks"]
    assert len(mine) >= 8
    return [i.title for i in mine if list(i.search(NOW + DAY))]


def offer(
    case: Case, kind: str = "part_refund", amount: str | None = "5", actor: Any = None, text: str = "Sorry."
) -> Answer:
    money = Decimal(amount) if amount else None
    return services.answer(
        case=case, kind=kind, amount=money, text=text, actor=actor or make_person("service").actor, now=NOW
    )


# --- pure rules ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "amount", "left", "fault"), [
    ("part_refund", "5", "20", ""), ("part_refund", "20", "20", "not_part"), ("part_refund", "21", "20", "too_much"),
    ("part_refund", None, "20", "needed"), ("part_refund", "0", "20", "not_positive"), ("part_refund", "-1", "20", "not_positive"),
    ("refund", "20", "20", ""), ("refund", "19.99", "20", "not_full"), ("refund", "0.01", "0", "too_much"),
    ("resend", None, "20", ""), ("resend", "1", "20", "not_wanted"), ("evidence", None, "0", ""), ("return_refund", "7", "20", ""),
])  # fmt: skip
def test_what_may_be_offered(kind, amount, left, fault):
    held = rules.Given(Decimal(left))
    money = Decimal(amount) if amount is not None else None
    assert rules.amount_fault(kind, money, held, refunds=("refund", "part_refund", "return_refund")) == fault


@pytest.mark.parametrize(
    ("amount", "who"),
    [("1", ""), ("150", ""), ("150.01", "supervisor"), ("1500", "supervisor"), ("1501", "manager"), (None, "manager")],
)
def test_who_stands_for_it(amount, who):
    money = Decimal(amount) if amount else None
    assert rules.approval(money, clerk=Decimal(150), supervisor=Decimal(1500)) == who


@pytest.mark.parametrize(("hours", "due"), [(120, 84), (72, 36), (40, 20), (10, 5)])
def test_the_duty_is_due_before_the_channel_decides(hours, due):
    assert rules.duty_due(NOW + hours * HOUR, NOW, 36) == NOW + due * HOUR


@pytest.mark.parametrize(("told", "held", "newer"), [
    ((3, None), (2, None), True), ((2, None), (2, None), False), ((1, None), (2, None), False),
    ((0, NOW + DAY), (0, NOW), True), ((0, NOW), (0, NOW), False), ((0, None), (0, NOW), True),
])  # fmt: skip
def test_which_picture_is_newer(told, held, newer):
    assert rules.is_newer(version=told[0], updated_at=told[1], held_version=held[0], held_at=held[1]) is newer


# --- opening ---------------------------------------------------------------------------------------------------------


@pytest.mark.covers("RET-11")
def test_a_case_opens_once_with_its_clock_its_duty_and_its_mark():
    order = make.order(state="ready", stage="to_approve")
    case, made = services.open_case(order=order, kind="not_received", actor=SYSTEM, now=NOW)
    again, more = services.open_case(order=order, kind="not_received", actor=SYSTEM, now=NOW + HOUR)
    assert (made, more, again.pk) == (True, False, case.pk)
    assert (case.respond_by, case.clock_source, case.state) == (NOW + 5 * DAY, "AE_DISPUTE_RESPOND", "opened")
    duty = Duty.objects.get(rule="disputes.answer")
    assert (duty.band, duty.state, duty.due_at, duty.stake) == (0, "open", NOW + 84 * HOUR, order.total)
    order.refresh_from_db()
    assert order.intercept == "dispute" and broken() == []


@pytest.mark.parametrize("changes", [
    {"kind": "nonsense"}, {"claimed": Decimal("24.51")}, {"claimed": Decimal(0)}, {"opened_at": NOW + DAY}, {"respond_by": NOW - DAY},
])  # fmt: skip
def test_what_cannot_be_opened(changes):
    with pytest.raises(Invalid):
        services.open_case(**{"order": make.order(), "kind": "damaged", "actor": SYSTEM, "now": NOW, **changes})
    assert not Case.objects.exists()


def test_the_channels_case_adopts_the_one_opened_by_hand():
    order = make.order()
    mine = make_case(order)
    services.record_cases(store=order.store, remotes=[picture(order)], actor=SYSTEM, now=NOW)
    assert (Case.objects.count(), kept(mine).external_id) == (1, "D1")


# --- answering -------------------------------------------------------------------------------------------------------


def test_a_shop_without_a_door_is_answered_by_hand_and_confirmed():
    case, clerk = make_case(), make_person("service").actor
    row = offer(case, actor=clerk)
    assert (row.state, duties("answer"), duties("answer_by_hand"), broken()) == ("by_hand", 0, 1, [])
    services.confirm(answer=row, actor=clerk, now=NOW + HOUR)
    assert (kept(case).state, kept(case).respond_by, duties("answer_by_hand")) == ("for_buyer", None, 0)
    services.agree(case=kept(case), actor=clerk, now=NOW + DAY)
    given_back = Remedy.objects.get()
    assert (given_back.kind, given_back.amount, given_back.currency, given_back.route) == (
        "part_refund",
        5,
        "USD",
        "channel",
    )
    assert kept(case).state == "agreed" and kept(case).next_check_at > NOW + DAY and broken() == []
    services.close(case=kept(case), outcome="withdrawn", actor=clerk, now=NOW + 2 * DAY)
    case.order.refresh_from_db()
    assert (kept(case).state, case.order.intercept, broken()) == ("closed", "", [])


def test_a_turn_is_answered_once():
    case = make_case()
    offer(case)
    with pytest.raises(Conflict) as refusal:
        offer(kept(case), kind="evidence", amount=None)
    assert refusal.value.code == "answered"


def test_the_ball_comes_back_with_a_new_clock_and_a_new_duty():
    case, clerk = make_case(), make_person("service").actor
    services.confirm(answer=offer(case, actor=clerk), actor=clerk, now=NOW)
    services.come_back(case=kept(case), actor=clerk, now=NOW + 2 * DAY)
    back = kept(case)
    assert (back.state, back.turn, back.respond_by, duties("answer")) == ("for_us", 2, NOW + 7 * DAY, 1)
    assert Answer.objects.get().state == "declined"
    offer(back, kind="resend", amount=None)
    assert Answer.objects.filter(state="by_hand").count() == 1 and broken() == []


def test_nobody_is_paid_back_more_than_he_paid_over_all_cases_of_an_order():
    order, clerk = make.order(make.store("spreadsheet")), make_person("manager").actor
    first, second = make_case(order), make_case(order, kind="damaged")
    offer(first, amount="20", actor=clerk)
    with pytest.raises(Invalid) as refusal:
        offer(second, amount="5", actor=clerk)
    assert refusal.value.code == "amount_too_much"
    assert offer(second, kind="refund", amount=None, actor=clerk).amount == Decimal("4.50")


def test_coins_that_do_not_exist_are_refused():
    with pytest.raises(Invalid):
        offer(make_case(), amount="1.005")


@pytest.mark.covers("RET-12")
def test_offers_above_the_limit_wait_for_somebody_who_may():
    order = make.order(make.store("spreadsheet"), total=Decimal(900))
    case, clerk, chief, boss = make_case(order), *(make_person(r).actor for r in ("service", "supervisor", "manager"))
    row = offer(case, amount="100", actor=clerk)  # 700 CNY
    assert (row.state, row.needs, duties("approve"), duties("answer")) == ("proposed", "disputes.approve_remedy", 1, 0)
    with pytest.raises(NotAllowed):
        services.approve(answer=row, actor=clerk, now=NOW)
    services.reject(answer=row, reason="too much", actor=chief, now=NOW)
    assert (duties("approve"), duties("answer")) == (0, 1)
    dear = offer(kept(case), amount="400", actor=clerk)  # 2,800 CNY
    assert dear.needs == "disputes.approve_any_remedy"
    with pytest.raises(NotAllowed):
        services.approve(answer=dear, actor=chief, now=NOW)
    services.approve(answer=dear, actor=boss, now=NOW)
    dear.refresh_from_db()
    assert (dear.state, dear.approved_label, broken()) == ("by_hand", boss.label, [])


def test_without_a_rate_of_the_day_a_manager_decides():
    ExchangeRate.objects.all().delete()
    assert offer(make_case(), amount="1").needs == "disputes.approve_any_remedy"


def test_nobody_approves_his_own_offer():
    case = make_case(make.order(make.store("spreadsheet"), total=Decimal(900)))
    chief = make_person("supervisor")
    row = offer(case, amount="300", actor=chief.actor)
    chief.role = "manager"
    chief.save()
    with pytest.raises(NotAllowed) as refusal:
        services.approve(answer=row, actor=type(chief).objects.get(pk=chief.pk).actor, now=NOW)
    assert refusal.value.code == "own_answer"


def test_a_program_does_not_approve_its_own_offer_either():
    case = make_case(make.order(make.store("spreadsheet"), total=Decimal(900)))
    held = frozenset({"disputes.offer_remedy", "disputes.approve_remedy", "disputes.change_case"})
    writer, other = (
        Actor("token", name, 7, held if name == "b" else held - {"disputes.approve_remedy"}, None) for name in "ab"
    )
    row = offer(case, amount="100", actor=writer)
    with pytest.raises(NotAllowed):
        services.approve(answer=row, actor=Actor("token", "a", 7, held, None), now=NOW)
    assert services.approve(answer=row, actor=other, now=NOW).state == "by_hand"


# --- ending ----------------------------------------------------------------------------------------------------------


def test_a_case_that_ends_takes_everything_back():
    order = make.order(make.store("spreadsheet"), total=Decimal(900), state="ready", stage="to_approve")
    case = make_case(order)
    offer(case, amount="300")
    services.close(case=kept(case), outcome="withdrawn", actor=make_person("service").actor, now=NOW)
    order.refresh_from_db()
    assert (Answer.objects.get().state, order.intercept, duties("approve"), duties("answer")) == ("void", "", 0, 0)
    assert broken() == []


def test_another_open_case_keeps_the_order_stopped():
    order = make.order(make.store("spreadsheet"), state="ready", stage="to_approve")
    first, _second = make_case(order), make_case(order, kind="damaged")
    services.close(case=first, outcome="withdrawn", actor=SYSTEM, now=NOW)
    order.refresh_from_db()
    assert order.intercept == "dispute"


def test_a_refund_is_recorded_before_a_case_ends_as_refunded():
    case, clerk = make_case(), make_person("service").actor
    with pytest.raises(Conflict):
        services.close(case=case, outcome="refunded", actor=clerk, now=NOW)
    services.record_remedy(
        case=case, kind="part_refund", amount=Decimal(3), route="paypal", reference="PP-1", actor=clerk, now=NOW
    )
    again = services.record_remedy(
        case=case, kind="part_refund", amount=Decimal(3), route="paypal", reference="PP-1", actor=clerk, now=NOW
    )
    assert Remedy.objects.get().pk == again.pk
    services.close(case=case, outcome="part_refunded", actor=clerk, now=NOW)
    assert kept(case).outcome == "part_refunded"


@pytest.mark.covers("RMD-13")
def test_an_agreed_case_is_followed_until_it_is_closed():
    case, clerk = make_case(), make_person("service").actor
    services.confirm(answer=offer(case, actor=clerk), actor=clerk, now=NOW)
    services.agree(case=kept(case), actor=clerk, now=NOW)
    worklist.sweep(now=NOW + 2 * DAY)
    assert duties("follow_case") == 0
    worklist.sweep(now=NOW + 3 * DAY)
    assert duties("follow_case") == 1
    services.look_again(cases=[kept(case)], actor=clerk, now=NOW + 3 * DAY)
    assert duties("follow_case") == 0
    worklist.sweep(now=NOW + 6 * DAY)
    assert duties("follow_case") == 1
    services.close(case=kept(case), outcome="withdrawn", actor=clerk, now=NOW + 7 * DAY)
    assert duties("follow_case") == 0


@pytest.mark.covers("RMD-08")
def test_the_root_cause_is_one_of_the_houses_list():
    load_causes()
    case, clerk, boss = make_case(), make_person("service").actor, make_person("manager").actor
    services.set_cause(case=case, cause="packing", note="no bubble wrap", actor=clerk, now=NOW)
    with pytest.raises(Invalid):
        services.set_cause(case=case, cause="weather", actor=clerk, now=NOW)
    assert kept(case).cause == "packing"
    with pytest.raises(NotAllowed):
        services.add_cause(code="weather", name="Weather", name_zh="天气", actor=clerk, now=NOW)
    weather = services.add_cause(code="weather", name="Weather", name_zh="天气", actor=boss, now=NOW)
    services.set_cause(case=case, cause="weather", actor=clerk, now=NOW)
    services.change_cause(obj=weather, valid_until=NOW.date(), actor=boss, now=NOW)
    with pytest.raises(Invalid):
        services.set_cause(case=make_case(), cause="weather", actor=clerk, now=NOW + DAY)
    services.set_cause(case=case, cause="weather", note="storm", actor=clerk, now=NOW + DAY)  # it keeps what it has
    for bad in (
        {"code": "Bad code"},
        {"code": "packing"},
        {"code": "x1", "name_zh": " "},
        {"code": "x2", "valid_until": date(2000, 1, 1)},
    ):
        with pytest.raises(DomainError):
            services.add_cause(**{"code": "x", "name": "X", "name_zh": "某", "actor": boss, "now": NOW, **bad})


@pytest.mark.covers("RMD-08")
def test_an_ended_case_asks_for_its_root_cause_until_it_is_named():
    load_causes()
    case, clerk = make_case(), make_person("service").actor
    services.close(case=case, outcome="withdrawn", actor=clerk, now=NOW)
    worklist.sweep(now=NOW)
    assert duties("name_cause") == 1
    services.set_cause(case=kept(case), cause="speed", actor=clerk, now=NOW)
    assert duties("name_cause") == 0
    worklist.sweep(now=NOW + HOUR)
    assert duties("name_cause") == 0


@pytest.mark.covers("RMD-08")
def test_the_list_of_root_causes_is_kept_on_its_page_and_by_rest():
    load_causes()
    client = Client()
    client.force_login(make_person("manager"))
    assert "期望不符" in client.get("/cases/causes/").content.decode()
    good = {
        "code": "tone",
        "name": "Tone",
        "name_zh": "色差",
        "position": 55,
        "valid_from": "2026-01-01",
        "valid_until": "",
    }
    assert client.post("/cases/causes/new/", {**good, "name_zh": ""}).status_code == 422
    assert client.post("/cases/causes/new/", good).status_code == 302
    row = RootCause.objects.get(code="tone")
    shown = client.get(f"/cases/causes/{row.pk}/")
    held = dict(shown.context["hidden"])["_version"]
    changed = {
        "name": "Shade",
        "name_zh": "色差",
        "position": 55,
        "valid_from": "2026-01-01",
        "valid_until": "",
        "_version": held,
    }
    assert client.post(f"/cases/causes/{row.pk}/", changed).status_code == 302
    assert client.post(f"/cases/causes/{row.pk}/", {**changed, "name": "Mine"}).status_code in (
        409,
        412,
        422,
    )  # somebody was faster
    row.refresh_from_db()
    assert (row.code, row.name) == ("tone", "Shade")
    told = client.post(f"/api/v1/settings/root-causes/{row.pk}/retire/", {}, content_type="application/json")
    assert told.status_code == 200 and told.json()["valid_until"]
    page = client.get("/settings/").content.decode()
    assert "/cases/causes/" in page
    clerk = Client()
    clerk.force_login(make_person("service"))
    assert clerk.get("/cases/causes/").status_code == 403 and clerk.post("/cases/causes/new/", good).status_code == 403


def test_a_lost_event_is_found_by_the_sweep():
    case = make_case()
    Duty.objects.all().delete()
    worklist.sweep(now=NOW + HOUR)
    assert duties("answer") == 1 and kept(case).owed


# --- the channel's pictures, in any order, again and again -------------------------------------------------------------


def story(order: Order) -> list[RemoteCase]:
    """One case as the channel showed it over time."""
    times = [NOW + n * HOUR for n in range(7)]
    told = [
        {"status": "seller", "turn": 1, "respond_by": NOW + 5 * DAY}, {"status": "buyer", "turn": 1, "respond_by": None},
        {"status": "seller", "turn": 2, "respond_by": NOW + 6 * DAY, "decision": "declined"},
        {"status": "platform", "turn": 2, "respond_by": NOW + 4 * DAY}, {"status": "buyer", "turn": 2, "respond_by": None},
        {"status": "agreed", "turn": 2, "respond_by": None, "decision": "accepted", "refunded": Decimal(8)},
        {"status": "closed", "turn": 2, "respond_by": None, "refunded": Decimal(8), "outcome": "withdrawn", "closed_at": times[6]},
    ]  # fmt: skip
    return [picture(order, version=n + 1, updated_at=times[n], **facts) for n, facts in enumerate(told)]


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pictures_in_any_order_end_the_same(data):
    order = make.order()
    pictures = story(order)
    last = data.draw(st.integers(1, len(pictures)), label="told so far")
    heard = data.draw(st.lists(st.sampled_from(range(last)), max_size=14), label="order")
    for index in [*heard, *data.draw(st.permutations(range(last)))]:
        services.record_cases(store=order.store, remotes=[pictures[index]], actor=SYSTEM, now=NOW + DAY)
    case, newest = Case.objects.get(order=order), pictures[last - 1]
    states = {
        "seller": {"opened", "for_us"},
        "buyer": {"for_buyer"},
        "platform": {"escalated"},
        "agreed": {"agreed"},
        "closed": {"closed"},
    }
    assert case.state in states[newest.status]
    assert (case.respond_by, case.turn, case.outcome, case.channel_version) == (
        newest.respond_by,
        newest.turn,
        newest.outcome,
        last,
    )
    assert sum((r.amount for r in Remedy.objects.filter(order=order)), Decimal(0)) == newest.refunded
    alive = Duty.objects.filter(rule="disputes.answer", subject_id=case.pk, state="open").count()
    assert alive == (1 if case.owed else 0)
    order.refresh_from_db()
    assert order.intercept == ("" if newest.status == "closed" else "dispute")
    assert broken() == []


def test_an_old_picture_does_not_take_an_answer_back():
    order = make.order()
    services.record_cases(store=order.store, remotes=[picture(order, version=1)], actor=SYSTEM, now=NOW)
    case, clerk = Case.objects.get(), make_person("service").actor
    services.confirm(answer=offer(case, actor=clerk), actor=clerk, now=NOW + HOUR)
    services.record_cases(
        store=order.store, remotes=[picture(order, version=2, reason="still")], actor=SYSTEM, now=NOW + 2 * HOUR
    )
    assert (kept(case).state, kept(case).reason, kept(case).respond_by) == ("for_buyer", "still", None)


def test_what_the_channel_tells_is_not_decided_here(monkeypatch):
    order = make.order()
    services.record_cases(store=order.store, remotes=[picture(order)], actor=SYSTEM, now=NOW)
    monkeypatch.setattr("stores.selectors.abilities", lambda store: frozenset({"cases"}))
    with pytest.raises(Conflict) as refusal:
        services.close(case=Case.objects.get(), outcome="withdrawn", actor=SYSTEM, now=NOW)
    assert refusal.value.code == "channel_tells"


def test_a_case_of_an_unknown_order_is_refused_not_lost():
    order = make.order()
    told = services.record_cases(
        store=order.store, remotes=[picture(order, order_external_id="nope")], actor=SYSTEM, now=NOW
    )
    assert [(r.order, told.created) for r in told.rejected] == [("D1", 0)]


# --- doors -----------------------------------------------------------------------------------------------------------


def test_rest_opens_answers_and_closes():
    order, client = make.order(make.store("spreadsheet")), browser("service")
    body = {"order": str(order.pk), "kind": "damaged", "claimed": "5.00", "reason": "broken", "external_id": "X-1"}
    made = client.post("/api/v1/cases/", body, content_type="application/json")
    again = client.post("/api/v1/cases/", body, content_type="application/json")
    assert (made.status_code, again.status_code, again.json()["id"]) == (201, 200, made.json()["id"])
    at = f"/api/v1/cases/{made.json()['id']}"
    told = client.post(
        f"{at}/answer/", {"kind": "part_refund", "amount": "5.00", "text": "Sorry"}, content_type="application/json"
    )
    assert (told.status_code, told.json()["answers"][0]["state"], told.json()["going"]) == (200, "by_hand", "by_hand")
    assert client.post(f"{at}/confirm-answer/", {}, content_type="application/json").json()["state"] == "for_buyer"
    assert client.post(f"{at}/agree/", {}, content_type="application/json").json()["state"] == "agreed"
    assert (
        client.post(f"{at}/close/", {"outcome": "part_refunded"}, content_type="application/json").json()["result"]
        == "part_refunded"
    )
    assert client.get(f"/api/v1/remedies/?order={order.pk}").json()["results"][0]["amount"] == "5.00"
    late = client.post(f"{at}/answer/", {"kind": "evidence", "text": "x"}, content_type="application/json")
    assert (late.status_code, late.json()["code"]) == (409, "not_our_turn")


def test_people_of_other_stores_and_roles_see_nothing():
    case = make_case()
    mine, other = make.store(), browser("service", stores=[make.store()])
    assert mine and other.get(f"/cases/{case.pk}/").status_code == 404
    assert other.post(f"/cases/{case.pk}/answer/", {"kind": "wait", "text": "x", "step": "send"}).status_code == 404
    assert other.get(f"/api/v1/cases/{case.pk}/").status_code == 404
    for role in ("warehouse", "purchaser", "administrator"):
        client = browser(role)
        assert client.get("/cases/").status_code == 403 and client.get(f"/cases/{case.pk}/answer/").status_code == 403
        assert client.get(f"/cases/{case.pk}/pane/").status_code == 403


def test_the_pane_and_the_page_of_a_case_name_who_else_is_here():
    case = make_case()
    here = f"/lists/cases/{case.pk}/here/"
    browser("service", display_name="Lin").get(here, {"writing": "1"})
    client = browser("service")
    for page in (f"/cases/{case.pk}/pane/", f"/cases/{case.pk}/"):
        assert f'hx-get="{here}"' in client.get(page).content.decode()
    assert client.get(here).context["writing"] == ["Lin"]
    assert browser("service", stores=[make.store()]).get(here).status_code == 404


def test_the_page_shows_what_will_happen_before_it_happens():
    case, client = make_case(claimed=Decimal(5)), browser("service")
    at = f"/cases/{case.pk}/answer/"
    assert b"CS-" in client.get(at).content
    body = {"kind": "part_refund", "amount": "5", "text": "We are sorry"}
    shown = client.post(at, body)
    assert shown.status_code == 200 and shown.context["plan"] and not Answer.objects.exists()
    assert client.post(at, {**body, "amount": "500"}).status_code == 422
    assert client.post(at, {**body, "step": "edit"}).context["plan"] is None
    assert client.post(at, {**body, "step": "send"}).status_code == 302
    assert Answer.objects.get().text == "We are sorry"
    page = client.get(f"/cases/{case.pk}/")
    assert page.context["steps"][0]["name"] == "confirm-answer"


def test_an_order_shows_its_cases_and_opens_one():
    order, client = make.order(make.store("spreadsheet")), browser("service")
    opened = client.post(f"/lists/orders/{order.pk}/do/open-case/", {"kind": "damaged"}, follow=True)
    assert opened.status_code == 200
    case = Case.objects.get()
    panel = client.get(f"/lists/orders/{order.pk}/panels/cases/")
    assert case.number.encode() in panel.content
    rest = client.get(f"/api/v1/orders/{order.pk}/").json()
    assert [c["number"] for c in rest["cases"]] == [case.number]


def test_every_refusal_is_a_sentence():
    case = make_case()
    for kind, amount in (("refund", "1"), ("nonsense", None), ("wait", "2")):
        with pytest.raises(DomainError) as refusal:
            offer(case, kind=kind, amount=amount)
        assert refusal.value.message


def test_who_may_not_see_cases_does_not_read_them_in_the_order():
    order = make.order(make.store("spreadsheet"))
    browser("service").post(f"/lists/orders/{order.pk}/do/open-case/", {"kind": "damaged"})
    listing = LISTINGS["orders"]
    for may in (True, False):
        with scopes_disabled():
            rows = listing.rows_of([order.pk], SYSTEM)
        actor = SimpleNamespace(has_perm=lambda name, may=may: may)
        next(part for part in listing.all_parts if part.name == "cases").fill(rows, actor)
        assert len(rows[0]["cases"]) == may
