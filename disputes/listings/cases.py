"""The lists of cases and remedies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import counts
from core import format as f
from core.audit import Actor
from core.listing import Column, Exact, Listing, RowPart, View, register
from core.timeline import PARTS
from disputes import selectors
from disputes.choices import AnswerState, CaseKind, CaseState, Outcome, RemedyKind, Route
from disputes.filters import CaseFilter, RemedyFilter
from disputes.listings.actions import ACTIONS
from disputes.listings.causes import cause_cell
from disputes.models import Case, Remedy

STATES = {s.value: (s.label, s.tone) for s in CaseState}
OUTCOMES = {o.value: (o.label, o.tone) for o in Outcome}
KINDS = {k.value: (k.label, "neutral") for k in CaseKind}
REMEDIES = {k.value: (k.label, "neutral") for k in RemedyKind}


class AnswerRow(serializers.Serializer):
    """An answer inside its case."""

    id = serializers.CharField()
    turn = serializers.IntegerField()
    kind = serializers.ChoiceField(RemedyKind.choices)
    amount = serializers.DecimalField(18, 4, allow_null=True)
    currency = serializers.CharField()
    text = serializers.CharField()
    state = serializers.ChoiceField(AnswerState.choices)
    author = serializers.CharField()
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class CaseRow(serializers.Serializer):
    """A case as lists and programs see it."""

    id = serializers.CharField()
    number = serializers.CharField(label=_("Case"))
    external_id = serializers.CharField(label=_("Number in the shop"))
    store = serializers.CharField(source="store.code", label=_("Store"))
    order_id = serializers.CharField()
    order_number = serializers.CharField(source="order.number", label=_("Order"))
    buyer = serializers.CharField(source="order.buyer_name", label=_("Buyer"))
    country = serializers.CharField(source="order.country", label=_("Country"))
    kind = serializers.ChoiceField(CaseKind.choices, label=_("Kind"))
    state = serializers.ChoiceField(CaseState.choices, label=_("State"))
    result = serializers.ChoiceField(Outcome.choices, source="outcome", allow_blank=True, label=_("How it ended"))
    reason = serializers.CharField(label=_("The buyer's words"))
    claimed = serializers.DecimalField(18, 4, allow_null=True, label=_("Claimed"))
    paid = serializers.DecimalField(18, 4, source="order.total", label=_("Paid by the buyer"))
    currency = serializers.CharField()
    turn = serializers.IntegerField(label=_("Turn"))
    opened_at = serializers.DateTimeField(label=_("Opened"))
    respond_by = serializers.DateTimeField(label=_("Answer by"), allow_null=True)
    next_check_at = serializers.DateTimeField(label=_("Next look"), allow_null=True)
    answered_at = serializers.DateTimeField(label=_("Answered"), allow_null=True)
    closed_at = serializers.DateTimeField(label=_("Closed"), allow_null=True)
    cause = serializers.CharField(allow_blank=True, label=_("Root cause"))
    going = serializers.ChoiceField(AnswerState.choices, allow_blank=True, label=_("Answer"))
    answers = AnswerRow(many=True)


def state_cell(row: Mapping[str, Any]) -> Any:
    """The state; an ended case says how, one with an answer on its way says so."""
    if row["state"] == CaseState.CLOSED and row["result"]:
        return f.badge_html(*OUTCOMES[row["result"]])
    shown = f.badge_html(*STATES[row["state"]])
    if not row["going"]:
        return shown
    going = AnswerState(row["going"])
    return f.joined_html([shown, f.badge_html(going.label, going.tone)], " ")


def _answers(ids: Sequence[int], actor: Actor) -> dict[int, dict[str, Any]]:
    return {pk: {"answers": rows} for pk, rows in selectors.answers_in_short(ids).items()}


@register
class CaseListing(Listing):
    """Disputes, returns, exchanges and chargebacks: those whose clock ends first come first."""

    name, title, permission = "cases", _("Cases"), "disputes.view_case"
    model, row, filters = Case, CaseRow, CaseFilter
    columns = [
        Column("number", link="disputes:case", mono=True),
        Column("order_number", link="orders:detail", link_field="order_id", mono=True),
        Column("state", html=state_cell, needs=("result", "going")),
        Column("respond_by", sortable=True, time="deadline"),
        Column("kind", badge=KINDS),
        Column("claimed", money=True),
        Column("paid", money=True),
        Column("buyer", buyer=True),
        Column("country", country=True),
        Column("opened_at", sortable=True, time="day"),
        Column("reason", buyer=True, width="wide", default=False),
        Column("cause", html=cause_cell, text=cause_cell, default=False),
        Column("result", badge=OUTCOMES, default=False),
        Column("next_check_at", sortable=True, time="due", default=False),
        Column("answered_at", default=False),
        Column("closed_at", default=False),
        Column("turn", default=False),
        Column("external_id", mono=True, default=False),
        Column("store", mono=True, default=False),
    ]
    actions = ACTIONS
    parts = [RowPart("answers", fields={"answers": AnswerRow(many=True)}, part=_answers)]
    views = [
        View("ours", _("Waits for us"), "owed=true&ordering=respond_by", default=True),
        View("buyer", _("Waits for the buyer"), "state=for_buyer"),
        View("platform", _("With the platform"), "state=escalated"),
        View("agreed", _("Agreed, not closed yet"), "state=agreed"),
        View("ended", _("Ended"), "state=closed&ordering=-opened_at", counted=False),
        View("no-cause", _("Ended, no cause named"), "state=closed&cause=none&ordering=-opened_at"),
        View("all", _("All"), "ordering=-opened_at", counted=False),
    ]
    url, detail_url, default_order, label_field = "disputes:cases", "disputes:case", "-opened_at", "number"
    search_by = [Exact("number"), Exact("external_id", upper=False), Exact("order__number", upper=False)]
    exact_by = ("number",)
    scan_ok = {
        "cause": "asks the indexed cause",
        "kind": "asked within a state (index case_state)", "result": "asked of ended cases (index case_state)",
        "owed": "asks the indexed respond_by", "open": "asks the indexed state", "order_number": "asks the indexed order",
        "next_check_at": "the index of open cases serves it",
    }  # fmt: skip
    personal, personal_permission = frozenset({"buyer", "reason"}), "orders.view_personal"
    empty = (
        _("No case waits here."),
        _("Shops tell of disputes by themselves; open others on the page of their order."),
        "",
        "",
    )
    icon = "scale"

    def queryset(self, actor: Actor) -> QuerySet[Case]:
        """The cases of the actor's stores."""
        return selectors.cases_for(actor)


class RemedyRow(serializers.Serializer):
    """What a buyer was given."""

    id = serializers.CharField()
    case_id = serializers.CharField()
    case_number = serializers.CharField(source="case.number", label=_("Case"))
    store = serializers.CharField(source="store.code", label=_("Store"))
    order_id = serializers.CharField()
    order_number = serializers.CharField(source="order.number", label=_("Order"))
    kind = serializers.ChoiceField(RemedyKind.choices, label=_("Remedy"))
    amount = serializers.DecimalField(18, 4, allow_null=True, label=_("Amount"))
    currency = serializers.CharField()
    route = serializers.ChoiceField(Route.choices, label=_("Route"))
    reference = serializers.CharField(label=_("Reference"))
    note = serializers.CharField(label=_("Note"))
    actor = serializers.CharField(source="actor_label", label=_("By"))
    given_at = serializers.DateTimeField(label=_("Time"))


def by_whom(row: Mapping[str, Any]) -> str:
    """Who gave it; the parts of the house in the reader's language."""
    return str(PARTS.get(row["actor"], row["actor"]))


@register
class RemedyListing(Listing):
    """Everything buyers were given, the newest first."""

    name, title, permission = "remedies", _("Remedies"), "disputes.view_case"
    model, row, filters = Remedy, RemedyRow, RemedyFilter
    columns = [
        Column("case_number", link="disputes:case", link_field="case_id", mono=True),
        Column("order_number", link="orders:detail", link_field="order_id", mono=True),
        Column("kind", badge=REMEDIES),
        Column("amount", money=True),
        Column("route", badge=Route),
        Column("reference", mono=True),
        Column("actor", html=by_whom, text=by_whom),
        Column("given_at", sortable=True),
        Column("note", width="wide", default=False),
        Column("store", mono=True, default=False),
    ]
    views = [
        View("all", _("All"), default=True, counted=False),
        View("refunds", _("Refunds"), "kind=refund&kind=part_refund&kind=return_refund", counted=False),
        View("resends", _("Sent again"), "kind=resend&kind=spare_part", counted=False),
    ]
    url, default_order, label_field = "disputes:remedies", "-given_at", "case_number"
    search_by = [Exact("case__number"), Exact("order__number", upper=False), Exact("reference", upper=False)]
    scan_ok = {"route": "asked within a kind or a time", "case": "asked beside its order"}
    empty = (
        _("Nothing was given yet."),
        _("Accepted offers and refunds made another way are written down here."),
        "",
        "",
    )
    icon = "receipt"

    def queryset(self, actor: Actor) -> QuerySet[Remedy]:
        """The remedies of the actor's stores."""
        return selectors.remedies_for(actor)


counts.register("cases", selectors.owed_count, permission="disputes.view_case", hot=True)
