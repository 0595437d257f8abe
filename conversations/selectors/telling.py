"""Reads about tellings: one matter told to many buyers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from conversations import rules
from conversations.choices import DeliveryState, Direction, MessageState, Verdict
from conversations.models import Delivery, Message, Telling, TellingRow, Template
from conversations.policies import TOLD_SAME_DAYS
from conversations.rules.cards import CARD
from core import policies
from core.audit import Actor
from customers.models import Buyer

#: Buyers of one page of a telling.
PAGE = 50


def tellings_for(actor: Actor) -> QuerySet[Telling]:
    """The tellings in which the actor sees a buyer, and the actor's own."""
    seen = Exists(TellingRow.objects.filter(telling=OuterRef("pk")))
    mine = Q(author_id=actor.user_id) if actor.user_id else Q()
    rows = Telling.objects.select_related("author", "job")
    return rows if actor.store_ids is None else rows.filter(mine | seen if mine else seen)


def rows_for(actor: Actor) -> QuerySet[TellingRow]:
    """The buyers of all tellings, those of the actor's stores."""
    return TellingRow.objects.select_related("telling", "store", "buyer")


def rows_of(telling: Telling) -> QuerySet[TellingRow]:
    """The buyers of one telling that the reader may see."""
    return TellingRow.objects.filter(telling=telling).select_related("store", "buyer", "message")


def page_of(telling: Telling, verdict: str, start: int) -> tuple[list[TellingRow], bool]:
    """Buyers with a verdict from ``start`` on, and whether there are more."""
    rows = rows_of(telling).filter(verdict=verdict).prefetch_related("message__deliveries").order_by("pk")
    found = list(rows[start : start + PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def counts(ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """How many buyers of each telling have which verdict, in one query."""
    found: dict[int, dict[str, int]] = {}
    rows = TellingRow.objects.filter(telling_id__in=list(ids)).values("telling_id", "verdict").annotate(n=Count("pk"))
    for row in rows.order_by():
        found.setdefault(row["telling_id"], {})[row["verdict"]] = row["n"]
    return found


def reasons(telling: Telling) -> list[tuple[str, int]]:
    """Why buyers were left out, the most frequent first."""
    rows = rows_of(telling).filter(verdict=Verdict.OUT).order_by().values_list("why").annotate(n=Count("pk"))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def languages(telling: Telling) -> list[tuple[str, int]]:
    """The languages of the buyers who will be told, the most frequent first."""
    rows = (
        rows_of(telling).filter(verdict=Verdict.READY).order_by().values_list("buyer__language").annotate(n=Count("pk"))
    )
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def hidden(telling: Telling) -> bool:
    """Whether the telling has buyers whom the reader may not see."""
    return TellingRow._base_manager.filter(telling=telling).count() != rows_of(telling).count()


def buyers_of(about_type: str, ids: Sequence[int]) -> list[tuple[int, int]]:
    """(object, buyer) of the objects the reader may see, in the order given; two queries at most."""
    model = apps.get_model(about_type)
    path = "buyer_id" if _has(model, "buyer") else "order__buyer_id"
    found = dict(model._default_manager.filter(pk__in=list(ids)).values_list("pk", path))
    return [(pk, found[pk]) for pk in ids if pk in found]


def abouts(about_type: str, ids: Iterable[int]) -> dict[int, models.Model]:
    """Objects with store, buyer and order, inside the scope."""
    model = apps.get_model(about_type)
    related = [name for name in ("store", "buyer", "order__buyer", "order__store", "service") if _has(model, name)]
    return {obj.pk: obj for obj in model._default_manager.select_related(*related).filter(pk__in=list(ids))}


def _has(model: type[models.Model], path: str) -> bool:
    return path.split("__")[0] in {field.name for field in model._meta.get_fields()}


def told_since(telling: Telling, buyer_ids: Iterable[int], since: datetime) -> set[int]:
    """Buyers who were told the same matter since then: by another telling of the same text from the same source."""
    rows = TellingRow._base_manager.filter(
        buyer_id__in=list(buyer_ids), verdict=Verdict.TOLD, told_at__gte=since, telling__text_key=telling.text_key,
        telling__source_type=telling.source_type, telling__source_id=telling.source_id,
    ).exclude(telling=telling)  # fmt: skip
    return set(rows.values_list("buyer_id", flat=True))


def texts_since(about_type: str, ids: Iterable[int], base_code: str, since: datetime) -> set[int]:
    """Objects about which this text went out since then, by whatever way, and did not fail."""
    if not base_code:
        return set()
    codes = {base_code, *(base_code + letters for letters in ("N", "U", "UN"))}
    alive = Delivery._base_manager.filter(message=OuterRef("pk")).exclude(
        state__in=[DeliveryState.FAILED, DeliveryState.DROPPED]
    )
    rows = Message._base_manager.filter(
        Exists(alive), about_type=about_type, about_id__in=list(ids), direction=Direction.OUT, state=MessageState.READY,
        template_code__in=codes, at__gte=since,
    )  # fmt: skip
    found = rows.values_list("about_id", "template_code")
    return {int(pk or 0) for pk, code in found if rules.base_code_of(code) == base_code}


def same_lately(about_type: str, ids: Iterable[int], base_code: str, store_id: int, now: datetime) -> set[int]:
    """Objects about which this text went out within the days in which the house does not tell the same twice."""
    days = int(policies.value(TOLD_SAME_DAYS, now, store_id))
    return texts_since(about_type, ids, base_code, now - timedelta(days=days))


def hold_buyers(ids: Iterable[int]) -> None:
    """Lock these buyers in primary-key order until the transaction ends; who only refers to them does not wait."""
    rows = Buyer._base_manager.filter(pk__in=list(ids)).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk", flat=True))


def told_of(source_type: str, source_id: int) -> QuerySet[TellingRow]:
    """Buyers told from a source (an incident, a lane), the reader's."""
    return TellingRow.objects.filter(
        telling__source_type=source_type, telling__source_id=source_id, verdict=Verdict.TOLD
    )


def tellings_of(source_type: str, source_id: int) -> QuerySet[Telling]:
    """Tellings started from a source, newest first."""
    return Telling.objects.filter(source_type=source_type, source_id=source_id).order_by("-pk")


def offered_texts() -> list[dict[str, Any]]:
    """The texts that can be told to many: one line per base code in use, about orders or parcels."""
    rows = Template.objects.filter(active=True, kind__in=["parcel", "order"]).exclude(base_code=CARD)
    found: dict[str, dict[str, Any]] = {}
    for row in rows.order_by("base_code", "code", "pk").values("base_code", "purpose", "kind", "store_id"):
        found.setdefault(row["base_code"], {**row})
    return list(found.values())
