"""The people of the pretend house: what each does when he comes to his desk, through the services that his pages call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Store
from conversations import services as messages
from conversations.models import Conversation, Message
from core.audit import Actor
from core.clock import local_day
from core.errors import DomainError
from demo.services import world
from disputes.choices import CaseKind, RemedyKind
from disputes.models import Answer as CaseAnswer
from disputes.models import Case, Feedback
from disputes.services import answers, cases, replies
from inventory.choices import MovementKind
from inventory.models import Balance
from inventory.selectors import default_warehouse
from inventory.services.receiving import receive
from logistics.choices import NoteState, NumberState, ParcelState, SignatureKind
from logistics.models import DispatchNote, Parcel, Service
from logistics.services.dispatch import release_notes, sign_notes
from logistics.services.dispatch.missing import ask_buyer
from logistics.services.numbers import add_to_pool, reserve_for
from logistics.services.packing import pack
from logistics.services.printing import print_notes
from logistics.services.shipping import hand_over
from logistics.services.tracking import extend, settle
from logistics.services.witness import confirm_labels
from orders.models import Order
from orders.services.holding import answer_cancel
from products.services.matching import match_same_codes
from stores.connectors.sandbox.numbers import waybill_number
from worklist import services as worklist
from worklist.choices import Doer, DutyState
from worklist.models import Duty

#: Services whose waybill numbers the house buys by the hundred, with the letters of their numbers.
POOLS = {"CP_ORD": "UA", "AE_STANDARD": "LV", "CP_EUB": "LX"}
POOL, POOL_LOW = 400, 120
#: Of a hundred duties of a kind, how many a person leaves for the next time (people are not machines).
LEAVES = 10
#: What stays for the reader of a demonstration on its last day.
LEFT_AT_THE_END = 80
#: What the pretend people write in cases and under ratings.
PATIENCE = (
    "The parcel is on its way and still within the promised time; we watch it and will not leave you alone with it."
)
REFUND = "The parcel seems to be lost. We pay back the whole amount. We are sorry."
PART = "We are sorry about the fault. We pay back a part and you keep the goods."
#: What lay at the root of bad ratings, as this pretend clerk sees it.
CAUSES = ("expectation", "speed", "communication", "quality", "packing")
SORRY = "We are sorry that this order did not please you. We wrote to you and will put it right."
#: Days after which nobody hopes for a parcel any more.
GIVES_UP_DAYS = 75


@dataclass
class Work:
    """What was done in one session."""

    packed: int = 0
    answers: int = 0
    handed_over: list[world.Sent] = field(default_factory=list)


@dataclass
class House:
    """The people of one store, what is on order, and how diligent they are."""

    store: Store
    people: dict[str, Actor]
    seed: int
    per_day: int
    arriving: list[tuple[datetime, str, int]] = field(default_factory=list)
    serial: dict[str, int] = field(default_factory=dict)

    def work(self, now: datetime, *, hour: int, leave: bool) -> Work:
        """One session: goods in, desk, and at the end of the day the warehouse. ``leave``: some things stay undone, so that
        a demonstration has work to show."""
        done = Work()
        self.goods(now)
        match_same_codes(store=self.store, actor=self.people["purchaser"], now=now)
        done.answers = self.duties(now, leave=leave)
        if hour != 9:
            self.desk(now, leave=leave)
        if hour == 17:
            self.warehouse(done, now, leave=leave)
        return done

    def goods(self, now: datetime) -> None:
        """Book in what arrived, order what runs low; numbers for waybills as well."""
        come = [row for row in self.arriving if row[0] <= now]
        self.arriving = [row for row in self.arriving if row[0] > now]
        balances = {b.sku.code: b for b in Balance.objects.select_related("sku").order_by("sku__code")}
        for at, code, pieces in come:
            if code in balances:
                receive(
                    warehouse=default_warehouse(), rows=[(balances[code].sku_id, pieces, None)],
                    reference=f"PO-{self.store.code}-{code}-{at:%m%d%H}", kind=MovementKind.RECEIPT,
                    actor=self.people["purchaser"], now=now,
                )  # fmt: skip
        ordered = {code for _, code, _ in self.arriving} | {code for _, code, _ in come}
        for code, balance in balances.items():
            if code not in ordered and balance.on_hand - balance.reserved < self.per_day:
                throw = world.dice(self.seed, "buy", code, now.isoformat())
                days = throw.choice((1, 2, 2, 3, 5))
                self.arriving.append((now + timedelta(days=days), code, 12 * max(self.per_day, 2)))
        for service in Service.objects.filter(code__in=POOLS).order_by("code"):
            if service.numbers.filter(state=NumberState.FREE).count() < POOL_LOW:
                first = self.serial.get(service.code, service.numbers.count())
                prefix, place = POOLS[service.code], list(POOLS).index(service.code)
                numbers = (waybill_number(prefix, 30_000_000 + place * 1_000_000 + first + i) for i in range(POOL))
                add_to_pool(service=service, text="\n".join(numbers), actor=self.people["supervisor"], now=now)
                self.serial[service.code] = first + POOL

    def duties(self, now: datetime, *, leave: bool) -> int:
        """Work the list of the day: each open duty this house knows how to do. Answers how many were done."""
        done = 0
        rows = Duty._base_manager.filter(
            store=self.store, doer=Doer.PERSON, rule__in=list(HANDLERS), state__in=[DutyState.OPEN, DutyState.CLAIMED]
        ).order_by("due_at", "rule", "created_at", "id")
        for place, duty in enumerate(rows):
            if leave:  # what is left today stays left until tomorrow
                left = (
                    world.dice(self.seed, "left", duty.rule, duty.due_at.isoformat()).randrange(100) < LEFT_AT_THE_END
                )
            else:
                left = world.dice(self.seed, "duty", duty.rule, place, now.isoformat()).randrange(100) < LEAVES
            if left:
                continue
            try:
                HANDLERS[duty.rule](self, duty, now)
                done += 1
            except DomainError:
                continue  # somebody must look closer: it stays on the list
        return done

    def desk(self, now: datetime, *, leave: bool) -> None:
        """Purchaser and supervisor sign what may be signed and release it; the warehouse asks for numbers and prints."""
        drafts = self._some(self._notes(NoteState.DRAFT), "sign", now, leave)
        sign_notes(notes=drafts, kind=SignatureKind.PRICE, actor=self.people["purchaser"], now=now)
        sign_notes(notes=drafts, kind=SignatureKind.NOTE, actor=self.people["supervisor"], now=now)
        release_notes(notes=self._notes(NoteState.SIGNED), actor=self.people["supervisor"], now=now)
        released = self._notes(NoteState.RELEASED).exclude(numbers__state__in=[NumberState.RESERVED, NumberState.USED])
        reserve_for(notes=self._some(released, "number", now, leave), actor=self.people["warehouse"], now=now)
        fresh = self._notes(NoteState.RELEASED).filter(numbers__state=NumberState.RESERVED, printed_at=None)
        printable = self._some(fresh, "print", now, leave)
        if printable:
            print_notes(notes=printable, actor=self.people["warehouse"], now=now)

    def warehouse(self, done: Work, now: datetime, *, leave: bool) -> None:
        """Pack what lies on the shelves and hand it over before the carrier comes."""
        packer = self.people["warehouse"]
        notes = self._notes(NoteState.RELEASED).filter(numbers__state=NumberState.RESERVED)
        for note in self._some(notes.prefetch_related("lines__sku", "numbers"), "pack", now, leave):
            done.packed += self._pack(note, packer, now)
        sealed = Parcel.objects.filter(store=self.store, state=ParcelState.PACKED).select_related(
            "service", "order__buyer"
        )
        parcels = self._some(sealed.order_by("order__external_id"), "hand", now, leave)
        left = {parcel.pk for parcel in hand_over(parcels=parcels, actor=packer, now=now).parcels}
        for parcel in parcels:
            if parcel.pk in left:
                address = getattr(parcel.order, "address", None)
                done.handed_over.append(world.Sent(
                    order_id=parcel.order.external_id, number=parcel.tracking_number, country=parcel.country,
                    kind=parcel.service.kind if parcel.service else "postal_untracked", buyer=parcel.order.buyer.key,
                    city=address.city if address else "",
                ))  # fmt: skip

    def _pack(self, note: DispatchNote, packer: Actor, now: datetime) -> int:
        """One note through the scans of the table; goods that are missing leave it where it is."""
        number = next(n.number for n in note.numbers.all() if n.state == NumberState.RESERVED)
        lines = list(note.lines.all())
        items: dict[str, int] = {}
        for line in lines:
            items[line.sku.code] = items.get(line.sku.code, 0) + line.quantity
        weight = world.scale(self.seed, note.order.external_id, [(line.sku.weight_g, line.quantity) for line in lines])
        checks = [
            "quality",
            "colour",
            "address",
            *(["fragile"] if any(line.fragile for line in lines) else []),
            *(["wish"] if any(line.wish for line in lines) else []),
            "weight",
        ]
        try:
            pack(
                note=note, items=items, checks=checks, label=number, key=f"sim:{note.number}:{now:%m%d}", actor=packer, now=now,
                weight_g=weight,
            )  # fmt: skip
        except DomainError:
            return 0
        return 1

    def _notes(self, state: str) -> Any:
        return (
            DispatchNote.objects.filter(store=self.store, state=state)
            .order_by("order__external_id")
            .select_related("order")
        )

    def _some(self, rows: Any, what: str, now: datetime, leave: bool) -> list[Any]:
        """All of them, or when some shall stay, about three of five (the same ones all day)."""
        found = list(rows)
        if not leave:
            return found
        return [row for row in found if world.dice(self.seed, what, row.order.external_id).random() < 0.6]


# --- what a person does about a duty ---------------------------------------------------------------------------------


def _answer(house: House, duty: Duty, now: datetime) -> None:
    """Write to the buyer in his language."""
    thread = Conversation.objects.select_related("buyer", "store").get(pk=duty.subject_id)
    throw = world.dice(house.seed, "reply", thread.buyer.key, now.isoformat())
    text = world.says(thread.buyer.language.split("-")[0] or "en", "reply", throw)
    key = f"sim-reply:{thread.store.code}:{thread.buyer.key}:{now.isoformat()}"
    messages.write(conversation=thread, body=text, actor=house.people["service"], now=now, key=key)


def _send_draft(house: House, duty: Duty, now: datetime) -> None:
    """A suggested text reads well: it goes."""
    messages.send_draft(message=Message.objects.get(pk=duty.subject_id), actor=house.people["service"], now=now)


def _drop_refused(house: House, duty: Duty, now: datetime) -> None:
    """A text whose facts are not there is not sent."""
    message = Message.objects.get(pk=duty.subject_id)
    messages.cancel(message=message, actor=house.people["service"], now=now, reason="fact not known")


def _cancel(house: House, duty: Duty, now: datetime) -> None:
    """What is not packed yet may be cancelled; the channel is told."""
    order = Order.objects.get(pk=duty.subject_id)
    answer_cancel(order=order, accept=order.shipped_at is None, actor=house.people["service"], now=now)


def _ask_for_time(house: House, duty: Duty, now: datetime) -> None:
    """Goods are missing: ask the buyer for some days more."""
    note = DispatchNote.objects.select_related("warehouse").get(pk=duty.subject_id)
    day = local_day(now + timedelta(days=5), note.warehouse.time_zone)
    ask_buyer(note=note, new_date=day, actor=house.people["service"], now=now)


def _extend(house: House, duty: Duty, now: datetime) -> None:
    """Lengthen the receiving time by hand."""
    extend(parcel=Parcel.objects.get(pk=duty.subject_id), days=15, actor=house.people["service"], now=now)


def _look_at_labels(house: House, duty: Duty, now: datetime) -> None:
    """Both parcels are opened; here nobody exchanges labels."""
    confirm_labels(parcel=Parcel.objects.get(pk=duty.subject_id), actor=house.people["warehouse"], now=now)


def _decide(house: House, duty: Duty, now: datetime) -> None:
    """A parcel nobody hopes for is written off; else the advice was followed."""
    parcel = Parcel.objects.get(pk=duty.subject_id)
    actor = house.people[duty.role if duty.role in house.people else "service"]
    if parcel.shipped_at and now - parcel.shipped_at > timedelta(days=GIVES_UP_DAYS):
        settle(
            parcel=parcel,
            outcome=ParcelState.LOST,
            actor=house.people["supervisor"],
            now=now,
            reason="no news for long",
        )
        return
    worklist.done(duty=duty, actor=actor, now=now, reason="Carrier asked; the buyer knows.")


def _answer_case(house: House, duty: Duty, now: datetime) -> None:
    """Patience while the parcel may still come, money when it will not or the goods were faulty."""
    case = Case.objects.select_related("order").get(pk=duty.subject_id)
    throw = world.dice(house.seed, "case-answer", case.external_id, case.turn)
    actor = house.people["supervisor"]
    if case.kind == CaseKind.NOT_RECEIVED and case.turn == 1 and throw.random() < 0.5:
        answers.answer(case=case, kind=RemedyKind.WAIT, text=PATIENCE, actor=actor, now=now)
    elif case.kind == CaseKind.NOT_RECEIVED:
        answers.answer(case=case, kind=RemedyKind.REFUND, text=REFUND, actor=actor, now=now, amount=case.order.total)
    else:
        share = (case.order.total * Decimal(throw.choice((20, 30, 50))) / 100).quantize(Decimal("0.01"))
        answers.answer(case=case, kind=RemedyKind.PART_REFUND, text=PART, actor=actor, now=now, amount=share)
    cause = "speed" if case.kind == CaseKind.NOT_RECEIVED else throw.choice(("quality", "packing"))
    cases.set_cause(case=case, cause=cause, actor=actor, now=now)


def _approve(house: House, duty: Duty, now: datetime) -> None:
    """The manager agrees to what was offered."""
    answers.approve(answer=CaseAnswer.objects.get(pk=duty.subject_id), actor=house.people["manager"], now=now)


def _reply(house: House, duty: Duty, now: datetime) -> None:
    """Thank for a good rating; answer a bad one in one's own words and say where it came from."""
    row = Feedback.objects.select_related("order").get(pk=duty.subject_id)
    actor = house.people["service"]
    if row.stars > 3:
        replies.thank(rows=[row], actor=actor, now=now)
        return
    replies.reply(feedback=row, text=SORRY, actor=actor, now=now)
    throw = world.dice(house.seed, "cause", row.external_id)
    replies.set_cause(feedback=row, cause=throw.choice(CAUSES), actor=actor, now=now)


def _name_cause(house: House, duty: Duty, now: datetime) -> None:
    """Say what lay at the root, for the statistics."""
    actor = house.people["supervisor"]
    cause = world.dice(house.seed, "named", duty.subject_id).choice(CAUSES)
    if duty.rule == "disputes.name_cause":
        cases.set_cause(case=Case.objects.get(pk=duty.subject_id), cause=cause, actor=actor, now=now)
    else:
        replies.set_cause(feedback=Feedback.objects.get(pk=duty.subject_id), cause=cause, actor=actor, now=now)


def _look_at_rating(house: House, duty: Duty, now: datetime) -> None:
    """Not revised yet."""
    replies.look_again(rows=[Feedback.objects.get(pk=duty.subject_id)], actor=house.people["service"], now=now)


def _seen(house: House, duty: Duty, now: datetime) -> None:
    """The manager looked at it."""
    worklist.done(duty=duty, actor=house.people["manager"], now=now, reason="Looked at it; nothing is owed.")


#: Rule of the duty -> what the person does. Duties of other rules end by the work itself (signing, packing, matching).
HANDLERS: dict[str, Callable[[House, Duty, datetime], None]] = {
    "conversations.answer": _answer,
    "conversations.check_draft": _send_draft,
    "conversations.refused_text": _drop_refused,
    "orders.cancel_request": _cancel,
    "logistics.goods_missing": _ask_for_time,
    "logistics.promise_ending": _extend,
    "logistics.parcel_step": _decide,
    "logistics.mirror": _look_at_labels,
    "stores.dead_letter": _seen,
    "disputes.answer": _answer_case,
    "disputes.approve": _approve,
    "disputes.follow_case": _seen,
    "disputes.answer_bad_feedback": _reply,
    "disputes.answer_feedback": _reply,
    "disputes.follow_bad_feedback": _look_at_rating,
    "disputes.name_cause": _name_cause,
    "disputes.name_rating_cause": _name_cause,
}
