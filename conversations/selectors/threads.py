"""Reads about threads, messages and texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from conversations import rules
from conversations.choices import DeliveryState, Direction, MessageState
from conversations.models import Conversation, Delivery, Message, ReminderStep, Template
from conversations.policies import ANSWER_HOURS
from conversations.registry import SUBJECTS, About
from conversations.rules.cards import CARD
from conversations.rules.zones import zone_of
from core import audit, policies
from core.audit import Actor
from core.counts import CAP
from core.errors import Missing
from core.listing.searching import Words, clean
from core.reading import whole
from stores import selectors as doors


@dataclass(frozen=True)
class Party:
    """Who is written to about an object: store, buyer, and the order's id in the channel."""

    store: Any
    buyer: Any
    order_external_id: str


def party_of(about: models.Model) -> Party:
    """Store and buyer of an order, or of anything that belongs to one (``.order``)."""
    order: Any = about if hasattr(about, "buyer_id") else getattr(about, "order")  # noqa: B009 (any object with an order)
    return Party(order.store, order.buyer, getattr(order, "external_id", "") or "")


def about_object(about_type: str, about_id: int | None) -> models.Model | None:
    """The object a message is about, inside the scope; None when there is none."""
    if not about_type or about_id is None:
        return None
    model = apps.get_model(about_type)
    related = [name for name in ("store", "buyer", "order__buyer", "order__store") if _has(model, name)]
    return model._default_manager.select_related(*related).filter(pk=about_id).first()


def _has(model: type[models.Model], path: str) -> bool:
    return path.split("__")[0] in {field.name for field in model._meta.get_fields()}


def buyer_zone(country: str) -> str:
    """The zone most people of a country live in, for the clock on the buyer's wall; "" when it is not known."""
    return zone_of(country)


def conversations_for(actor: Actor) -> QuerySet[Conversation]:
    """The threads of the actor's stores."""
    return Conversation.objects.select_related("store", "buyer")


def conversation(pk: int) -> Conversation:
    """One thread inside the scope; raises ``Missing``."""
    found = Conversation.objects.select_related("store", "buyer").filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such conversation, or it is not yours to see."))
    return found


def waiting(actor: Actor) -> QuerySet[Conversation]:
    """Threads in which a buyer waits for us, longest first."""
    return conversations_for(actor).filter(waiting_since__isnull=False).order_by("waiting_since", "pk")


def thread_of(buyer_id: int) -> Conversation | None:
    """The thread with a buyer, if there is one."""
    return Conversation.objects.select_related("store", "buyer").filter(buyer_id=buyer_id).first()


def messages_for(actor: Actor) -> QuerySet[Message]:
    """The messages of the actor's stores."""
    return Message.objects.select_related("store", "conversation__buyer", "author")


def thread(found: Conversation, limit: int = 200) -> list[Message]:
    """The newest messages of a thread with their deliveries, oldest first."""
    rows = Message.objects.filter(conversation=found).select_related("author").prefetch_related("deliveries")
    return sorted(rows.order_by("-at", "-pk")[:limit], key=lambda message: (message.at, message.pk))


def drafts(actor: Actor) -> QuerySet[Message]:
    """Texts that wait for a person."""
    return messages_for(actor).filter(state=MessageState.DRAFT).order_by("at", "pk")


def by_hand(actor: Actor) -> QuerySet[Delivery]:
    """Texts to be copied into a channel's mailbox, oldest first."""
    return (
        Delivery.objects.filter(state=DeliveryState.BY_HAND)
        .select_related("store", "message__conversation__buyer")
        .order_by("created_at", "pk")
    )


def was_told(about: models.Model, base_code: str) -> bool:
    """Whether the buyer was told ``base_code`` about this object: handed to its routes and at least one not failed."""
    codes = [code for code in template_codes() if rules.base_code_of(code) == base_code] or [base_code]
    alive = Delivery._base_manager.filter(message=OuterRef("pk")).exclude(
        state__in=[DeliveryState.FAILED, DeliveryState.DROPPED]
    )
    return (
        Message._base_manager.filter(
            Exists(alive), about_type=audit.subject_type(about), about_id=about.pk, template_code__in=codes,
            direction=Direction.OUT, state=MessageState.READY,
        ).exists()
    )  # fmt: skip


def template_codes() -> list[str]:
    """Every code there is."""
    return sorted(set(Template.objects.values_list("code", flat=True)))


def templates_for(actor: Actor) -> QuerySet[Template]:
    """The texts of the house and of the actor's stores."""
    rows = Template.objects.select_related("store")
    if actor.store_ids is not None:
        rows = rows.filter(Q(store__isnull=True) | Q(store_id__in=actor.store_ids))
    return rows.order_by("base_code", "code", "language", "pk")


def base_choices() -> list[tuple[str, str]]:
    """Every text that rules may name: its code, and when it is sent in the reader's language."""
    found: dict[str, str] = {}
    for row in Template.objects.filter(active=True).order_by("base_code", "code", "pk"):
        found.setdefault(row.base_code, f"{row.base_code} · {row.when[:60]}".strip(" ·"))
    return list(found.items())


def live_templates(base_codes: Iterable[str]) -> dict[str, list[Template]]:
    """The active versions of these texts, by base code, in one query."""
    found: dict[str, list[Template]] = {}
    for row in Template.objects.filter(base_code__in=set(base_codes), active=True):
        found.setdefault(row.base_code, []).append(row)
    return found


def answers_of(codes: Iterable[str]) -> dict[tuple[str, int | None], str]:
    """Whether these texts end the wait of a buyer, by code and store (None: the text of the house); no codes, no query."""
    wanted = set(codes)
    rows = Template.objects.filter(code__in=wanted) if wanted else Template.objects.none()
    return {(code, store): answers for code, store, answers in rows.values_list("code", "store_id", "answers")}


def open_chasers(conversation_ids: Iterable[int], since: datetime) -> list[Message]:
    """Chasers of these threads since a time that were not cancelled."""
    return list(
        Message._base_manager.filter(conversation_id__in=list(conversation_ids), is_chaser=True, at__gte=since)
        .exclude(state=MessageState.CANCELLED)
        .only("conversation_id", "facts", "about_type", "about_id", "at", "key")
    )


def last_inbound(found: Conversation) -> Message | None:
    """The newest message of the buyer."""
    return Message._base_manager.filter(conversation=found, direction=Direction.IN).order_by("-at", "-pk").first()


#: The clocks by which a buyer is answered.
ANSWER_CLOCKS = ("AE_MESSAGE_REPLY", "INDEP_FIRST_REPLY")


def answer_warning(store: Any, due: datetime, now: datetime) -> datetime | None:
    """From when an answer that is due at ``due`` counts as near; None when no clock warns."""
    return doors.near_from(store, ANSWER_CLOCKS, due, now)


def answer_hours(store: Any, now: datetime) -> float:
    """Hours within which a buyer of the store is answered: the channel's clock, else the house's."""
    for code in ANSWER_CLOCKS:
        found = doors.deadline(store, code, now)
        if found is not None and found.unit == "hours":
            return float(found.value)
    return float(policies.value(ANSWER_HOURS, now, store.pk))


def reminder_steps(actor: Actor) -> QuerySet[ReminderStep]:
    """The ladder of the house and those of the actor's stores."""
    rows = ReminderStep.objects.select_related("store")
    return rows if actor.store_ids is None else rows.filter(Q(store__isnull=True) | Q(store_id__in=actor.store_ids))


def reminder_step(actor: Actor, pk: int) -> ReminderStep:
    """One step; raises ``Missing``."""
    found = reminder_steps(actor).filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


def ladders(store_ids: Iterable[int]) -> dict[int, list[rules.Step]]:
    """The steps by which unanswered questions of these stores are asked again, in one query."""
    wanted = set(store_ids)
    rows = ReminderStep.objects.filter(Q(store__isnull=True) | Q(store_id__in=wanted))
    held = [rules.Step(r.position, r.after_days, r.base_code, r.active, r.store_id) for r in rows]
    return {store: rules.ladder(held, store) for store in wanted}


def asking(ids: Iterable[int]) -> list[Conversation]:
    """Threads with store and buyer, each with the steps of its store (``ladder``)."""
    rows = Conversation._base_manager.filter(pk__in=list(ids)).select_related("store", "buyer").order_by("pk")
    found = list(rows)
    held = ladders({row.store_id for row in found})
    for row in found:
        row.ladder = held[row.store_id]  # type: ignore[attr-defined]
    return found


def last_question(found: Conversation) -> Message | None:
    """Our newest text about an order or parcel that left, or is on its way."""
    rows = Message._base_manager.filter(conversation=found, direction=Direction.OUT, state=MessageState.READY)
    return rows.exclude(about_type="").order_by("-at", "-pk").first()


# --- the three panes -------------------------------------------------------------------------------------------------

PAGE = 50


@dataclass(frozen=True)
class InboxRows:
    """A page of threads with the beginning of their newest text, and where the next page begins."""

    rows: list[Conversation]
    last: dict[int, str]
    next: str


def _moment(text: str) -> datetime | None:
    """The time of a page mark as we write it (with its zone); None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None and 1970 <= at.year <= 2200 else None


def inbox_page(actor: Actor, group: str, words: str, after: str) -> InboxRows:
    """Threads of a group: those who wait longest first, the others by their newest message."""
    rows = conversations_for(actor)
    for word in clean(words).split()[:6]:
        begins = Words("buyer__search__words").condition(word)
        rows = rows.filter(Q(buyer__key=word) if begins is None else begins | Q(buyer__key=word))
    if group in _GROUPS:
        rows = rows.filter(Exists(_GROUPS[group]().filter(conversation=OuterRef("pk"))))
    field, sign = ("waiting_since", "gt") if group == "waiting" else ("last_at", "lt")
    rows = rows.filter(**{f"{field}__isnull": False})
    moment, _bar, number = after.partition("|")
    last, at = whole(number), _moment(moment)
    if last is not None and at is not None:
        rows = rows.filter(Q(**{f"{field}__{sign}": at}) | Q(**{field: at, f"pk__{sign}": last}))
    order = (field, "pk") if group == "waiting" else (f"-{field}", "-pk")
    found = list(rows.order_by(*order)[: PAGE + 1])
    shown = found[:PAGE]
    mark = f"{getattr(shown[-1], field).isoformat()}|{shown[-1].pk}" if len(found) > PAGE else ""
    return InboxRows(shown, _newest_texts(shown, theirs=group == "waiting"), mark)


def _newest_texts(found: list[Conversation], *, theirs: bool) -> dict[int, str]:
    """The beginning of each thread's newest text; of the buyer's newest one where the buyer waits for an answer."""
    texts = Message.objects.filter(conversation=OuterRef("pk"))
    if theirs:
        texts = texts.filter(direction=Direction.IN)
    newest = texts.order_by("-at", "-pk").values("body")[:1]
    rows = Conversation.objects.filter(pk__in=[row.pk for row in found]).annotate(text=Subquery(newest))
    return {pk: (text or "")[:200] for pk, text in rows.values_list("pk", "text")}


def _with_drafts() -> QuerySet[Message]:
    return Message.objects.filter(state=MessageState.DRAFT)


def _by_hand_messages() -> QuerySet[Message]:
    return Message.objects.filter(deliveries__state=DeliveryState.BY_HAND)


def _failed_messages() -> QuerySet[Message]:
    return Message.objects.filter(deliveries__state=DeliveryState.FAILED)


_GROUPS = {"drafts": _with_drafts, "hand": _by_hand_messages, "failed": _failed_messages}


def inbox_counts(actor: Actor) -> dict[str, int]:
    """How much waits in each group (capped)."""
    cap = CAP + 1
    return {
        "waiting": waiting(actor).order_by()[:cap].count(),
        "drafts": _with_drafts()[:cap].count(),
        "hand": Delivery.objects.filter(state=DeliveryState.BY_HAND)[:cap].count(),
        "failed": Delivery.objects.filter(state=DeliveryState.FAILED)[:cap].count(),
    }


def waiting_count(actor: Actor) -> int:
    """Threads in which a buyer waits, capped: the figure beside the menu."""
    return waiting(actor).order_by()[: CAP + 1].count()


def subjects_of(buyer_id: int, actor: Actor, limit: int = 8) -> list[About]:
    """The orders and parcels a thread with this buyer may be about, newest first."""
    found: list[About] = []
    for offer in SUBJECTS.values():
        found += offer([buyer_id], limit).get(buyer_id, [])
    return sorted(found, key=lambda item: item.at, reverse=True)


def offered_templates(found: Conversation) -> list[Template]:
    """The texts that fit a thread: one version per code, the buyer's language and the store's own first."""
    mine = Template.objects.filter(Q(store__isnull=True) | Q(store_id=found.store_id), active=True)
    return _best(list(mine.exclude(base_code=CARD)), found)  # the card in the parcel is printed, never sent


def versions_of(code: str, found: Conversation) -> list[Template]:
    """The version of the text ``code`` that fits a thread, in a list of one; empty when there is none."""
    rows = list(Template.objects.filter(Q(store__isnull=True) | Q(store_id=found.store_id), code=code, active=True))
    return _best(rows, found)


def _best(rows: list[Template], found: Conversation) -> list[Template]:
    by_pk = {row.pk: row for row in rows}
    versions = [rules.Version(row.pk, row.code, row.language, row.store_id) for row in rows]
    language = found.buyer.language or rules.FALLBACK
    return [by_pk[v.pk] for v in rules.candidates(versions, store_id=found.store_id, language=language)]


def newest_of_kind(kind: str, limit: int = 10) -> list[tuple[str, str]]:
    """(value, label) of the newest objects of a kind inside the scope, to try a text on."""
    model = apps.get_model(kind)
    return [(f"{kind}:{row.pk}", str(row)) for row in model._default_manager.order_by("-pk")[:limit]]


def deliveries_of(message_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """How these messages travelled, by message."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = Delivery._base_manager.filter(message_id__in=list(message_ids)).order_by("pk")
    for row in rows.values("id", "message_id", "route", "state", "sent_at", "error"):
        shown = {name: value for name, value in row.items() if name != "message_id"}
        found.setdefault(row["message_id"], []).append({**shown, "id": str(row["id"])})
    return found


def about_messages(subject_type: str, subject_id: int, before: datetime | None, limit: int) -> list[Message]:
    """Messages about an object, newest first."""
    wanted = Q(about_type=subject_type, about_id=subject_id)
    rows = Message.objects.filter(wanted).exclude(state=MessageState.CANCELLED)
    if before is not None:
        rows = rows.filter(at__lt=before)
    return list(rows.select_related("author").prefetch_related("deliveries").order_by("-at", "-pk")[:limit])
