"""Reads of cases: whose turn, until when, what may still be given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Case as When
from django.db.models import CharField, Exists, OuterRef, QuerySet, Sum, Value
from django.db.models import When as If
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core import policies as house
from core.audit import Actor
from core.errors import Missing
from disputes import policies
from disputes.choices import OPEN_CASES, REFUNDS, AnswerState, CaseState
from disputes.models import Answer, Case, Remedy
from disputes.rules import cases as rules
from orders.models import Order
from stores import selectors as doors

#: Answers that promise money which is not paid back yet.
_PROMISING = [AnswerState.PROPOSED, AnswerState.QUEUED, AnswerState.BY_HAND, AnswerState.SENT]


def cases_for(actor: Actor) -> QuerySet[Case]:
    """The cases of the actor's stores, each with where its newest answer stands if it is on its way (``going``)."""
    going = Answer._base_manager.filter(case_id=OuterRef("pk"), turn=OuterRef("turn"))
    return Case.objects.select_related("store", "order").annotate(
        going=When(
            If(Exists(going.filter(state=AnswerState.PROPOSED)), then=Value("proposed")),
            If(Exists(going.filter(state=AnswerState.QUEUED)), then=Value("queued")),
            If(Exists(going.filter(state=AnswerState.BY_HAND)), then=Value("by_hand")),
            If(Exists(going.filter(state=AnswerState.FAILED)), then=Value("failed")),
            default=Value(""), output_field=CharField(),
        )
    )  # fmt: skip


def case(actor: Actor, pk: int) -> Case:
    """One case with store and order; raises ``Missing``."""
    found = cases_for(actor).filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


def cases_of(order_id: int) -> list[Case]:
    """The cases of an order, the newest first."""
    return list(Case.objects.filter(order_id=order_id).order_by("-opened_at", "-pk"))


def answers_of(held: Case) -> list[Answer]:
    """The answers of a case, the newest first."""
    return list(Answer._base_manager.filter(case=held).select_related("call").order_by("-turn", "-attempt"))


def remedies_for(actor: Actor) -> QuerySet[Remedy]:
    """The remedies of the actor's stores."""
    return Remedy.objects.select_related("store", "case", "order")


def remedies_of(held: Case) -> list[Remedy]:
    """What was given in a case, the newest first."""
    return list(Remedy._base_manager.filter(case=held).order_by("-given_at", "-pk"))


def lock_case(pk: int) -> Case:
    """The row of a case, locked, with store and order. Cases are locked before their order."""
    return Case._base_manager.select_for_update(of=("self",)).select_related("store", "order__buyer").get(pk=pk)


def lock_order(pk: int) -> Order:
    """The row of an order, locked: whoever gives money of it waits here."""
    return Order._base_manager.select_for_update(of=("self",)).get(pk=pk)


def lock_answer(pk: int) -> Answer:
    """The row of an answer, locked."""
    return Answer._base_manager.select_for_update(of=("self",)).get(pk=pk)


def given(order: Order, *, but: Iterable[int] = ()) -> rules.Given:
    """What the buyer paid for an order, got back, and was promised (answers ``but`` left out), over all its cases."""
    back = Remedy._base_manager.filter(order=order).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    open_answers = Answer._base_manager.filter(case__order=order, state__in=_PROMISING, kind__in=REFUNDS)
    promised = open_answers.exclude(pk__in=list(but)).exclude(case__state=CaseState.CLOSED).aggregate(sum=Sum("amount"))
    paid = order.total if order.paid_at is not None else Decimal(0)
    return rules.Given(paid, back, promised["sum"] or Decimal(0))


def clock_of(store: Store, kind: str, since: datetime, *, platform: bool = False) -> tuple[datetime, str]:
    """Until when a case is answered that came to us at ``since``, and which clock says so (where the channel names no time)."""
    code = rules.clock_code(store.kind, kind, platform=platform)
    row = doors.deadline(store, code, since) if code else None
    if row is not None:
        try:
            return rules.span_after(since, row.value, row.unit, store.time_zone), code
        except ValueError:
            pass  # somebody gave the clock a unit that is no span: the house's own days count
    days = house.value(policies.RESPOND_DAYS, since, store.pk)
    return rules.span_after(since, str(days), "days", store.time_zone), str(policies.RESPOND_DAYS.key)


#: The cases of an order in short, read with its row: a JSON list, the newest first.
CASES_OF_ORDER = RawSQL(
    """
  (SELECT json_agg(json_build_object('id', c.id::text, 'number', c.number, 'kind', c.kind, 'state', c.state,
     'result', c.outcome, 'respond_by', c.respond_by) ORDER BY c.opened_at DESC, c.id DESC)
   FROM disputes_case c WHERE c.order_id = orders_order.id)""",
    (),
)


def owed_count(actor: Actor) -> int:
    """Cases in which we owe an answer (for the menu; capped)."""
    return int(Case.objects.filter(respond_by__isnull=False).order_by()[:10_001].count())


def answers_in_short(case_ids: Iterable[int]) -> dict[int, list[dict[str, object]]]:
    """The answers of many cases as programs read them, the newest first."""
    found: dict[int, list[dict[str, object]]] = {}
    rows = Answer._base_manager.filter(case_id__in=list(case_ids)).order_by("-turn", "-attempt")
    names = (
        "case_id",
        "id",
        "turn",
        "kind",
        "amount",
        "currency",
        "text",
        "state",
        "author_label",
        "created_at",
        "sent_at",
    )
    for row in rows.values(*names):
        row["id"], row["author"] = str(row["id"]), row.pop("author_label")
        found.setdefault(row.pop("case_id"), []).append(row)
    return found


@dataclass(frozen=True)
class TextFacts:
    """What texts may say of an order's cases."""

    number: str
    respond_by: datetime | None
    refunded: Decimal
    zone: str


def facts_for_texts(order_ids: Iterable[int]) -> dict[int, TextFacts]:
    """The newest open case of each order that has one, and what was paid back: two queries for any number of orders."""
    ids = list(order_ids)
    back = dict(
        Remedy._base_manager.filter(order_id__in=ids).order_by().values_list("order_id").annotate(Sum("amount"))
    )
    rows = Case._base_manager.filter(order_id__in=ids, state__in=OPEN_CASES).order_by("opened_at", "pk")
    found = {
        row["order_id"]: TextFacts(row["number"], row["respond_by"], Decimal(0), row["store__time_zone"])
        for row in rows.values("order_id", "number", "respond_by", "store__time_zone")
    }
    for order_id, amount in back.items():
        held = found.get(order_id, TextFacts("", None, Decimal(0), "UTC"))
        found[order_id] = replace(held, refunded=amount or Decimal(0))
    return found


def orders_in_dispute(order_ids: Iterable[int], since: datetime | None = None) -> set[int]:
    """Orders among these with an open case, or with one opened since then; one query."""
    rows = Case._base_manager.filter(order_id__in=list(order_ids))
    rows = rows.filter(state__in=OPEN_CASES) if since is None else rows.filter(opened_at__gte=since)
    return set(rows.values_list("order_id", flat=True))


def has_open_case(order_id: int, *, but: int = 0) -> bool:
    """Whether an order has an open case (other than ``but``)."""
    return Case._base_manager.filter(order_id=order_id, state__in=OPEN_CASES).exclude(pk=but).exists()
