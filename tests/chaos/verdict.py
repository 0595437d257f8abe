"""What must hold after everything healed. The counting is plain, so the negative controls use the same functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from conversations.models import Message
from core.models import ActivityEntry
from disputes.models import Answer, Feedback
from inventory.models import Movement
from logistics.models import NoteSignature, Parcel, TrackingEvent
from orders.models import Order
from products.models import ChannelItem
from stores.connectors.mail.connector import message_id
from stores.models import InboundRecord, OutboundCall
from tests.chaos.mailsink import Mail
from tests.chaos.rest import Ack

#: The shop's word for a status -> states an order of ours may be in when everything is told.
STATES = {
    "awaiting_payment": {"unpaid"}, "risk_control": {"held"}, "to_ship": {"new", "ready", "held"}, "shipped": {"shipped"},
    "part_shipped": {"part_shipped"}, "cancelled": {"cancelled"},
}  # fmt: skip
#: Lines of the timeline of which an object has at most one.
ONCE = ("order.greet", "note.draft", "parcel.pack", "parcel.declared")
OPEN_CALLS = ("queued", "leased", "unknown")


@dataclass
class Verdict:
    """Broken promises by name, with the first examples, and the figures of the run."""

    broken: dict[str, list[str]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    def check(self, name: str, faults: Iterable[str]) -> None:
        """Keep what is wrong with one promise."""
        found = list(faults)
        self.figures[name] = len(found)
        if found:
            self.broken[name] = found[:20]


# --- counting, without the database --------------------------------------------------------------------------------


def twice(keys: Iterable[str]) -> list[str]:
    """Effects that happened more than once."""
    return [f"{key}: {count} times" for key, count in sorted(Counter(keys).items()) if count > 1]


def lost(expected: Iterable[str], found: Iterable[str]) -> list[str]:
    """Effects that should have happened and did not."""
    return sorted(set(expected) - set(found))


def unexpected(allowed: Iterable[str], found: Iterable[str]) -> list[str]:
    """Effects nobody asked for."""
    return sorted(set(found) - set(allowed))


def mails_lost(expected: Iterable[str], mails: Sequence[Mail]) -> list[str]:
    """Mails that never came."""
    return lost(expected, (mail.message_id for mail in mails))


def copies(mails: Sequence[Mail], forced: Mapping[str, int]) -> dict[str, int]:
    """Further copies of the same mail beyond those the mail server itself made unavoidable: Message-ID -> how many."""
    counts = Counter(mail.message_id for mail in mails)
    return {name: extra for name, count in counts.items() if (extra := count - 1 - forced.get(name, 0)) > 0}


def differing_order(told: Mapping[str, Any], order: Order) -> list[str]:
    """Where an order of ours differs from what the shop keeps."""
    faults = []
    if order.state not in STATES.get(told["status"], {told["status"]}):
        faults.append(f"state {order.state}, the shop says {told['status']}")
    lines = sorted(
        (row["sku"], int(row["quantity"]), Decimal(row["price"]), Decimal(row.get("discount") or 0))
        for row in told["lines"]
    )
    ours = sorted((row.item.channel_sku, row.quantity, row.unit_price, row.discount) for row in order.lines.all())
    if lines != ours:
        faults.append(f"lines {ours}, the shop says {lines}")
    goods = sum((quantity * price - less for _sku, quantity, price, less in lines), Decimal(0))
    total = goods + Decimal(told.get("shipping_fee") or 0) - Decimal(told.get("discount") or 0)
    if (order.goods_total, order.total) != (goods, total):
        faults.append(f"amounts {order.goods_total}/{order.total}, the shop says {goods}/{total}")
    return [f"{told['id']}: {fault}" for fault in faults]


# --- the installation ----------------------------------------------------------------------------------------------


def orders(verdict: Verdict, store_id: int, told: Sequence[Mapping[str, Any]]) -> None:
    """Every order of the shop is here once, with its lines and amounts (G3)."""
    rows = list(Order.objects.filter(store_id=store_id).prefetch_related("lines__item"))
    by_id = {row.external_id: row for row in rows}
    ids = [str(order["id"]) for order in told]
    verdict.check("orders missing", lost(ids, by_id))
    verdict.check("orders twice or never sold", [*twice(row.external_id for row in rows), *unexpected(ids, by_id)])
    pairs = [(order, by_id[order["id"]]) for order in told if order["id"] in by_id]
    verdict.check("orders that differ", [fault for order, row in pairs for fault in differing_order(order, row)])
    verdict.figures["orders"] = len(rows)
    verdict.figures["orders shipped"] = sum(row.state == "shipped" for row in rows)
    verdict.figures["orders cancelled"] = sum(row.state == "cancelled" for row in rows)


def effects(verdict: Verdict, store_id: int, journal: Sequence[Mapping[str, Any]]) -> None:
    """Each outgoing effect happened once at the shop: nothing lost, twice, or unasked (G1)."""
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for entry in journal:
        kind = "case_answer" if "case" in entry else entry["kind"]  # an answer's own kind hides that of its line
        by_kind.setdefault(kind, []).append(entry)
    texts = [_text(entry) for entry in by_kind.get("message", [])]
    verdict.check("shop: the same text twice", twice(texts))
    greeted, told = [], []
    for order in Order.objects.filter(store_id=store_id).exclude(state="unpaid"):
        name = order.external_id
        must = order.state != "cancelled" and not (order.state == "held" and order.hold_reason == "payment_risk")
        greeted += [name] if must else []
    parcels = list(Parcel.objects.filter(store_id=store_id, shipped_at__isnull=False).select_related("order"))
    told = [f"{parcel.order.external_id} {parcel.tracking_number}" for parcel in parcels]
    first = {str(e["order_id"]) for e in by_kind.get("message", []) if ":T01:" in e["ref"]}
    second = [str(e["order_id"]) for e in by_kind.get("message", []) if ":T02:" in e["ref"]]
    verdict.check("greetings lost", lost(greeted, first))
    verdict.check("“shipped” texts lost", lost([p.order.external_id for p in parcels], second))
    verdict.check("“shipped” texts without a parcel", unexpected([p.order.external_id for p in parcels], second))
    ships = [f"{e['order']} {e['number']}" for e in by_kind.get("ship", [])]
    verdict.check("declarations lost", lost(told, ships))
    verdict.check("declarations twice or unasked", [*twice(ships), *unexpected(told, ships)])
    verdict.check("numbers asked twice", twice(e["ref"] for e in by_kind.get("waybill", [])))
    verdict.check("cancel answers twice", twice(str(e["order"]) for e in by_kind.get("cancel_answer", [])))
    sent = OutboundCall.objects.filter(store_id=store_id, state="sent")
    answered = sent.filter(ability="answer_cancel").values_list("payload__order", flat=True)
    verdict.check(
        "cancel answers lost", lost(map(str, answered), (str(e["order"]) for e in by_kind.get("cancel_answer", [])))
    )
    told_back = [str(e["order"]) for e in by_kind.get("cancel_answer", [])]
    verdict.check("cancel answers without their reason", unexpected(map(str, answered), told_back))
    said = sent.filter(ability="send_message").values_list("key", flat=True)
    verdict.check(
        "texts marked as sent that the shop never got", lost(said, (e["ref"] for e in by_kind.get("message", [])))
    )
    verdict.figures["effects at the shop"] = {kind: len(found) for kind, found in sorted(by_kind.items())}


def _text(entry: Mapping[str, Any]) -> str:
    return f"{entry['ref']}" if entry["ref"] else f"{entry['order_id']} {entry['text']}"


def mail(verdict: Verdict, sender: str, mails: Sequence[Mail], forced: Mapping[str, int], excuses: int) -> None:
    """No mail is lost; copies only after an unclear outcome, and never more than there were faults to excuse them (G1m)."""
    sent = OutboundCall.objects.filter(ability="send_email").exclude(state="dropped")
    ids = {message_id(key, sender): key for key in sent.values_list("key", flat=True)}
    verdict.check("mails lost", (ids[name] for name in mails_lost(ids, mails)))
    verdict.check("mails nobody asked for", unexpected(ids, (m.message_id for m in mails)))
    more = copies(mails, forced)
    total = sum(more.values())
    verdict.check("mail copies beyond the faults", [f"{total} copies for {excuses} faults"] if total > excuses else [])
    verdict.figures["mails"] = len({m.message_id for m in mails})
    verdict.figures["mail copies forced by the server"] = sum(forced.values())
    verdict.figures["mail copies after kills"] = total


def inbound(verdict: Verdict, store_id: int, messages: Iterable[str]) -> None:
    """Every message of a buyer is there once (G5)."""
    found = list(Message.objects.filter(store_id=store_id, direction="in").values_list("key", flat=True))
    wanted = [f"in:{store_id}:{name}" for name in messages]
    verdict.check("buyers' messages missing", lost(wanted, found))
    verdict.check("buyers' messages twice or invented", [*twice(found), *unexpected(wanted, found)])
    verdict.figures["buyers' messages"] = len(found)


def rest_state(verdict: Verdict, excused: Callable[[OutboundCall], bool] = lambda call: False) -> None:
    """Nothing is stuck, nothing is left under way, nothing happened twice in the books. ``excused``: given up rightly."""
    left = OutboundCall.objects.filter(state__in=OPEN_CALLS)
    verdict.check("calls left open", (f"{c.key} {c.state} {c.error}" for c in left[:50]))
    failed = [call for call in OutboundCall.objects.filter(state="failed").order_by("pk") if not excused(call)]
    verdict.check("calls given up", (f"{c.key}: {c.error}" for c in failed))
    unread = InboundRecord.objects.exclude(state="done")
    verdict.check("records not read", (f"{r.kind} {r.remote_id} {r.state} {r.error}" for r in unread[:50]))
    lines = (
        ActivityEntry.objects.filter(verb__in=ONCE)
        .values("verb", "subject_type", "subject_id")
        .annotate(n=Count("id"))
        .filter(n__gt=1)
    )
    verdict.check(
        "timeline lines twice", (f"{r['verb']} of {r['subject_type']} {r['subject_id']}: {r['n']}" for r in lines[:50])
    )
    again = (
        ActivityEntry.objects.values("verb", "subject_type", "subject_id", "text", "at")
        .annotate(n=Count("id"))
        .filter(n__gt=1)
    )
    verdict.check("the same timeline line at the same moment", (str(r) for r in again[:50]))
    states = OutboundCall.objects.aggregate(
        **{s: Count("id", filter=Q(state=s)) for s in ("sent", "dropped", "failed")},
        repeated=Count("id", filter=Q(attempts__gt=1)),
    )
    verdict.figures["calls"] = states
    attempts = OutboundCall.objects.order_by("-attempts").values_list("attempts", flat=True).first() or 0
    verdict.figures["most attempts of one call"] = attempts
    verdict.check(
        "calls tried more than 12 times",
        (f"{c.key}: {c.attempts}" for c in OutboundCall.objects.filter(attempts__gt=12)),
    )


def acknowledged(verdict: Verdict, acks: Sequence[Ack]) -> None:
    """Every write that was acknowledged is there, and once (G17, G9)."""
    faults = []
    for ack in acks:
        count = _count(ack)
        if count != 1:
            faults.append(f"{ack.kind} {ack.facts}: {count} times")
    verdict.check("acknowledged writes missing or twice", faults)
    verdict.figures["acknowledged writes"] = dict(sorted(Counter(ack.kind for ack in acks).items()))


def _count(ack: Ack) -> int:
    facts = ack.facts
    match ack.kind:
        case "match":
            return ChannelItem.objects.filter(pk=facts["item"], matched=True).count()
        case "sign":
            signatures = NoteSignature.objects.filter(note_id=facts["note"], kind=facts["signature"])
            return min(1, signatures.count()) if signatures.exclude(void_at=None).exists() else signatures.count()
        case "cancel":
            key = f"cancel-answer:{facts['order']}:{int(facts['accept'] == 'yes')}:"
            return OutboundCall.objects.filter(key__startswith=key).count()
        case "reply":
            return Message.objects.filter(body=facts["words"], direction="out").count()
        case "case answer":
            return Answer.objects.filter(text=facts["words"]).count()
        case "approve":
            return Answer.objects.filter(pk=facts["answer"]).exclude(approved_label="").count()
        case "feedback reply":
            return Feedback.objects.filter(reply=facts["words"]).count()
        case "order":
            return Order.objects.filter(buyer_name=facts["buyer"]).count()
        case "pack":
            return Parcel.objects.filter(note_id=facts["note"]).count()
        case "hand over":
            return Parcel.objects.filter(pk=facts["parcel"], shipped_at__isnull=False).count()
        case "event":
            return TrackingEvent.objects.filter(parcel_id=facts["parcel"], description=facts["words"]).count()
        case "receive":
            rows = Movement.objects.filter(reference=facts["reference"], sku__code=facts["sku"])
            return sum(1 if row.quantity == facts["pieces"] else 2 for row in rows)
    raise AssertionError(f"nobody knows how to find a {ack.kind}")
