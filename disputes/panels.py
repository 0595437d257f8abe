"""Cases and ratings on the page of their order, and in timelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import timeline
from core.audit import Actor
from core.clock import utcnow
from core.panels import Panel, register
from customers.registry import personal_data
from disputes import selectors
from disputes.choices import CaseKind, Outcome, RemedyKind, ReplyState
from disputes.listings.cases import OUTCOMES, STATES
from disputes.models import Case
from disputes.selectors import costs
from disputes.services import privacy
from logistics.registry import DisputeClock, dispute_clocks
from logistics.selectors import dispatch_record
from logistics.selectors.naming import service_name
from orders import registry
from orders.choices import OrderState
from orders.models import Order

personal_data("disputes", export=privacy.export_buyer, erase=privacy.erase_buyer)


def order_cases(order: Order, actor: Actor) -> Mapping[str, Any]:
    """The cases of an order with their clocks (RET-11)."""
    may = actor.has_perm("disputes.change_case") and order.state != OrderState.UNPAID
    url = reverse("core:act", args=["orders", order.pk, "open-case"]) if may else ""
    return {"rows": [_row(case) for case in selectors.cases_of(order.pk)], "open_url": url}


def _row(case: Case) -> dict[str, Any]:
    return {
        "url": reverse("disputes:case", args=[case.pk]), "number": case.number, "kind": case.get_kind_display(),
        "badge": f.badge_html(*(OUTCOMES[case.outcome] if case.outcome else STATES[case.state])),
        "due": f.due_html(case.respond_by, hard=True) if case.respond_by else "",
        "claimed": f.money(case.claimed, case.currency) if case.claimed is not None else "",
    }  # fmt: skip


register(
    "orders.detail",
    Panel("cases", _("Cases"), "disputes.view_case", "disputes/_order_cases.html", order_cases, order=15),
)


#: What the scale says, in words with their colour.
VERDICTS = {
    "full": (_("the scale says: complete"), "leaf"), "short": (_("the scale says: pieces were missing"), "rose"),
    "inconclusive": (_("the scale cannot tell"), "amber"), "none": (_("not weighed, or a weight is unknown"), "neutral"),
}  # fmt: skip
ONE_MISSING = {
    "full": (_("would have been noticed"), "leaf"), "short": (_("one is missing by weight"), "rose"),
    "inconclusive": (_("too light to tell"), "amber"), "none": (f.DASH, "neutral"),
}  # fmt: skip


def shown_records(records: Sequence[dispatch_record.Record]) -> list[dict[str, Any]]:
    """How parcels were packed, in words: the scale against what was expected, who packed, checks, photos, hand-over."""
    return [_record(record) for record in records]


def _record(record: dispatch_record.Record) -> dict[str, Any]:
    parcel = record.parcel
    words, tone = VERDICTS[record.verdict]
    expected = (
        f"{f.weight(parcel.expected_g)} ± {round(2 * float(parcel.spread_g or 0))} g" if parcel.expected_g else f.DASH
    )
    reckoned = (
        f"{f.weight(round(record.reckoned_g))} ± {round(record.margin_g or 0)} g"
        if record.reckoned_g is not None
        else f.DASH
    )
    scans = gettext("%(n)s, of them %(refused)s refused") % {"n": record.scans, "refused": record.refused}
    items = [
        (_("Weighed when packed"), f.weight(parcel.weight_g)), (_("Expected by experience"), expected),
        (_("Expected by catalogue"), reckoned),
        (_("Packed by"), parcel.packed_by.label if parcel.packed_by else f.DASH), (_("Packed"), f.time_html(parcel.packed_at)),
        (_("Articles scanned"), scans), (_("Checked"), gettext("%(n)s points") % {"n": len(parcel.checks)} if parcel.checks else f.DASH),
        (_("Handed over"), f.time_html(parcel.shipped_at)),
        (_("By"), parcel.handed_over_by.label if parcel.handed_over_by else f.DASH), (_("Taken over by"), record.taken_by or f.DASH),
    ]  # fmt: skip
    return {
        "number": parcel.tracking_number or parcel.number, "url": reverse("logistics:parcel", args=[parcel.pk]), "items": items,
        "verdict": f.badge_html(words, tone), "photos": [reverse("logistics:photo", args=[pk]) for pk in record.photos],
        "lines": [
            {
                "sku": x.sku, "name": x.name, "wanted": x.wanted, "scanned": x.scanned,
                "piece": f"{x.piece_g:g} g" if x.piece_g else f.DASH,
                "missing": f.badge_html(*ONE_MISSING[x.one_missing]), "tone": "" if x.scanned == x.wanted else "rose",
            }
            for x in record.lines
        ],
    }  # fmt: skip


def packing_record(case: Case, actor: Actor) -> Mapping[str, Any]:
    """How the order of a case was packed (RMD-03)."""
    return {"records": shown_records(dispatch_record.records_of_order(case.order_id))}


register(
    "cases.detail",
    Panel("packing", _("Packing record"), "disputes.view_case", "disputes/_packing_record.html", packing_record, order=10),
)  # fmt: skip


#: The ways out of a parcel that has not come, in words, with the answer to a case that is the same.
WAYS = {
    "wait": (_("Wait on"), RemedyKind.WAIT), "refund": (_("Refund"), RemedyKind.REFUND), "resend": (_("New parcel"), RemedyKind.RESEND),
}  # fmt: skip


def remedy_costs(obj: Any, actor: Actor) -> Mapping[str, Any]:
    """What waiting, a refund and a new parcel cost, with the lane's chance that it still comes (RMD-07). ``obj``: a parcel or a
    case."""
    now = utcnow()
    found = costs.compared(obj.order, now)
    if found is None:
        return {"ways": []}
    clock = clocks([obj.order_id]).get(obj.order_id)
    may = actor.has_perm("disputes.offer_remedy")
    answer = clock.answer_url if clock and may else ""
    opens = reverse("core:act", args=["orders", obj.order_id, "open-case"])
    return {
        "ways": [_way(name, found, answer) for name in WAYS if found.out or name != "wait"], "basis": _chance(found),
        "parts": _parts(found) if actor.has_perm("products.view_cost") else [], "left": f.money(found.left.amount, found.left.currency),
        "disputed": clock is not None, "open_url": opens if clock is None and actor.has_perm("disputes.change_case") else "",
        "mood": _("This buyer is impatient: offer both, the cheaper one first.") if _impatient(obj) else "",
    }  # fmt: skip


def _way(name: str, found: costs.Compared, answer: str) -> dict[str, Any]:
    label, kind = WAYS[name]
    amount, cheaper = getattr(found.costs, name), found.costs.least if found.out else found.costs.cheaper
    return {
        "label": label, "amount": f.money(amount, found.again.currency) if amount is not None else _("not known"),
        "least": name == cheaper, "second": not cheaper or (name == found.costs.cheaper and name != cheaper),
        "url": f"{answer}?kind={kind}" if answer else "",
    }  # fmt: skip


def _chance(found: costs.Compared) -> str:
    if not found.out:
        return ""
    share = f.percent(found.costs.chance)
    if found.told is None:
        return gettext("Reckoned with %(share)s that it still comes: a house figure, for too few parcels of its lane tell it.") % {
            "share": share,
        }  # fmt: skip
    said = (
        gettext(
            "Reckoned with %(share)s that it still comes: at least so much, by the %(n)s parcels that speak for its lane."
        )
        if found.at_least
        else gettext("Reckoned with %(share)s that it still comes, by the %(n)s parcels that speak for its lane.")
    )
    return said % {"share": share, "n": f.number(found.told)}


def _parts(found: costs.Compared) -> list[tuple[Any, str]]:
    """What a new parcel is made of."""
    money, service = found.again.currency, found.again.service
    named = _("Freight by %(service)s") % {"service": service_name(service)} if service else _("Freight")
    return [
        (_("Goods again"), f.money(found.sums.goods, money) if found.sums.goods is not None else _("not known")),
        (named, f.money(found.sums.freight, money) if found.sums.freight is not None else _("not known")),
        (_("Packing"), f.money(found.figures.packing, money)),
    ]  # fmt: skip


def _impatient(obj: Any) -> bool:
    rows = [obj] if hasattr(obj, "buyer_mood") else obj.order.parcels.all()
    return any(row.buyer_mood == "impatient" for row in rows)


for _place in ("parcels.detail", "cases.detail"):
    register(
        _place,
        Panel(
            "remedy",
            _("Wait, refund or new parcel"),
            "disputes.view_case",
            "disputes/_remedy_costs.html",
            remedy_costs,
            order=8,
        ),
    )


def case_clock(order: Order) -> dict[str, Any] | None:
    """Until when we answer the most urgent case of an order (RET-11)."""
    if order.intercept == "":
        return None
    owed = [case for case in selectors.cases_of(order.pk) if case.respond_by is not None]
    if not owed:
        return None
    first = min(owed, key=lambda case: case.respond_by or case.opened_at)
    text = gettext("case %(number)s: then the channel decides without us") % {"number": first.number}
    return {"at": first.respond_by, "text": text}


registry.clocks.append(case_clock)


@dispute_clocks
def clocks(order_ids: Iterable[int]) -> Mapping[int, DisputeClock]:
    """The open dispute of orders, for the pages and duties of their parcels (TRK-16)."""
    found: dict[int, DisputeClock] = {}
    for case in selectors.open_of_orders(order_ids):
        if case.order_id not in found:
            answer = reverse("disputes:answer", args=[case.pk]) if case.owed and not case.is_going else ""  # type: ignore[attr-defined]
            url = reverse("disputes:case", args=[case.pk])
            found[case.order_id] = DisputeClock(case.respond_by, case.number, url, answer)
    return found


def order_feedback(order: Order, actor: Actor) -> Mapping[str, Any]:
    """The ratings of an order."""
    return {
        "rows": [
            {
                "url": reverse("disputes:rating", args=[r.pk]), "stars": f.stars(r.stars), "text": r.text, "at": f.moment(r.given_at),
                "state": r.get_reply_state_display(), "tone": ReplyState(r.reply_state).tone,
            }
            for r in selectors.feedback_of(order)
        ]
    }  # fmt: skip


register(
    "orders.detail",
    Panel(
        "feedback", _("Feedback"), "disputes.view_feedback", "disputes/_order_feedback.html", order_feedback, order=60
    ),
)


def _ratings(order: Any, actor: Actor, before: datetime | None, limit: int) -> Iterable[timeline.Entry]:
    if not actor.has_perm("disputes.view_feedback"):
        return []
    rows = [r for r in selectors.feedback_of(order) if before is None or r.given_at < before]
    return [
        timeline.Entry(
            at=r.given_at,
            text=r.text or gettext("no words"),
            title=f.stars(r.stars),
            kind="event",
            icon="star",
            theirs=True,
        )
        for r in rows[:limit]
    ]


timeline.register_source("orders.order", _ratings)


def _claims(case: Any, actor: Actor, before: datetime | None, limit: int) -> Iterable[timeline.Entry]:
    """The buyer's words and our answers, in the timeline of the case."""
    if not actor.has_perm("disputes.view_case"):
        return []
    found = []
    if case.reason and actor.has_perm("orders.view_personal"):
        found.append(
            timeline.Entry(
                at=case.opened_at,
                text=case.reason,
                title=gettext("The buyer wrote"),
                icon="scale",
                tone="rose",
                theirs=True,
            )
        )
    for row in selectors.answers_of(case):
        if row.sent_at is not None:
            money = f" {f.money(row.amount, row.currency)}" if row.amount is not None else ""
            title = f"{row.get_kind_display()}{money}"
            found.append(
                timeline.Entry(
                    at=row.sent_at, text=row.text[:400], title=title, who=row.author_label, icon="send", kind="message"
                )
            )
    return [entry for entry in found if before is None or entry.at < before][:limit]


timeline.register_source("disputes.case", _claims)
for _verb in ("case.cause", "feedback.cause", "cause.add"):
    timeline.register_words(_verb, "cause", selectors.causes.NAMES)
timeline.register_words("case.opened", "kind", dict(CaseKind.choices))
for _verb in ("case.answered", "case.remedy"):
    timeline.register_words(_verb, "what", dict(RemedyKind.choices))
for _outcome in Outcome:
    timeline.register_reason(f"outcome:{_outcome.value}", _outcome.label)
timeline.register_related(
    "orders.order", lambda order: [("disputes.case", [c.pk for c in selectors.cases_of(order.pk)])]
)
