"""Accounts with carriers, and what they want to know of a parcel."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from core import crypto
from core.audit import Actor
from logistics.choices import LabelState, NumberSource, NumberState
from logistics.connectors import Asked
from logistics.models import CarrierAccount, CarrierLabel, DispatchNote, NoteLine, Service, WaybillNumber
from logistics.selectors import dispatch
from logistics.selectors.signing import lines_of
from stores.choices import Ability, CallState
from stores.contracts import CarrierAccess
from stores.models import OutboundCall


def accounts_for(actor: Actor) -> QuerySet[CarrierAccount]:
    """The accounts of the house."""
    return CarrierAccount.objects.all()


@dataclass(frozen=True)
class Use:
    """What an account is needed for: services that name it, reserved numbers (with the first of them), calls under way."""

    services: tuple[str, ...]
    numbers: int
    first: str
    calls: int


def use_of(account: CarrierAccount) -> Use:
    """What keeps an account from being ended. Four queries."""
    services = (
        Service.objects.filter(connector=account.code, active=True).order_by("code").values_list("code", flat=True)
    )
    given = WaybillNumber.objects.filter(source=NumberSource.API, state=NumberState.RESERVED).filter(
        Q(carrier_label__account=account) | Q(carrier_label__isnull=True, service__connector=account.code)
    )
    mine = Q(key__startswith=f"carrier:{account.pk}:") | Q(key__startswith=f"carrier-void:{account.pk}:")
    calls = OutboundCall._base_manager.filter(
        mine, ability__in=(Ability.CARRIER_WAYBILL, Ability.CARRIER_VOID),
        state__in=(CallState.QUEUED, CallState.LEASED, CallState.UNKNOWN),
    )  # fmt: skip
    first = given.order_by("pk").values_list("number", flat=True).first()
    return Use(tuple(services), given.count(), first or "", calls.count())


def account_of(service: Service | None) -> CarrierAccount | None:
    """The account in use that gives numbers for a service, or None."""
    if service is None or not service.connector:
        return None
    return CarrierAccount.objects.filter(code=service.connector, active=True).exclude(secrets="").first()


def account_of_call(call: OutboundCall) -> CarrierAccount | None:
    """The account a call of the carriers' lane goes to, or None when it is gone."""
    return CarrierAccount.objects.filter(code=str(call.payload.get("account", ""))).first()


def access(account: CarrierAccount | None) -> CarrierAccess | None:
    """How a carrier is reached, keys in clear; None without keys or when no key of this installation opens them."""
    if account is None or not account.secrets:
        return None
    try:
        secrets = json.loads(crypto.decrypt(account.secrets))
    except ValueError:
        return None
    return CarrierAccess(account.code, account.kind, account.base_url, secrets)


def calls_about(notes: Sequence[DispatchNote], account: CarrierAccount) -> dict[int, dict[str, tuple[str, str]]]:
    """What an account was asked about each note so far, oldest first: reference -> (mark of what was asked, state of the call).
    One query."""
    made: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    head = f"carrier:{account.pk}:"
    rows = OutboundCall._base_manager.filter(
        ability=Ability.CARRIER_WAYBILL, subject_id__in=[note.pk for note in notes], key__startswith=head
    ).order_by("pk")
    for note_id, key, state in rows.values_list("subject_id", "key", "state"):
        reference, _colon, mark = key.removeprefix(head).partition(":")
        made[note_id or 0][reference] = (mark, state)
    return made


def asked_of_stores(notes: Sequence[DispatchNote]) -> dict[str, str]:
    """What was asked about these notes through their stores: key of the call -> service it asked for. One query."""
    rows = OutboundCall._base_manager.filter(
        ability=Ability.WAYBILL, subject_id__in=[note.pk for note in notes], key__startswith="waybill:"
    )
    return {key: str(payload.get("service", "")) for key, payload in rows.values_list("key", "payload")}


def account_of_number(note: DispatchNote) -> CarrierAccount | None:
    """The account that gave the living number of a note, or None when none did."""
    rows = WaybillNumber.objects.filter(note=note, state__in=dispatch.LIVE_NUMBERS, source=NumberSource.API)
    number = rows.select_related("service").first()
    return account_of(number.service) if number else None


def asked(notes: Sequence[DispatchNote]) -> Iterator[tuple[DispatchNote, Asked]]:
    """What a carrier hears of each note (with order, service). Two queries."""
    places = dispatch.addresses(note.order_id for note in notes)
    lines = lines_of([note.pk for note in notes])
    for note in notes:
        place = dispatch.address_parts(places.get(note.order_id), note.country)
        mine = lines.get(note.pk, [])
        weights = [line.sku.weight_g for line in mine]
        net = (
            None
            if any(w is None for w in weights)
            else int(sum((w or 0) * line.quantity for w, line in zip(weights, mine, strict=True)))
        )
        yield note, Asked(
            reference=note.number, service=note.service.code if note.service else "",
            country=note.country, postcode=place["postcode"], weight_g=net, value=f"{note.declared_value:.4f}",
            currency=note.declared_currency, order_id=note.order.external_id, recipient=place,
            lines=tuple(_line(line) for line in mine),
        )  # fmt: skip


def _line(line: NoteLine) -> dict[str, str]:
    sku = line.sku
    return {
        "text": sku.customs_text,
        "quantity": str(line.quantity),
        "value": f"{line.value:.4f}",
        "hs": sku.hs_code,
        "origin": sku.origin,
    }


def label_files(keys: Iterable[str]) -> dict[str, str]:
    """Where the labels with these keys (ids of their numbers) lie."""
    rows = CarrierLabel.objects.filter(number_id__in=[int(key) for key in keys], state=LabelState.READY)
    return {str(row.number_id): row.file for row in rows}


def labels_of(numbers: Sequence[str], services: Sequence[int]) -> dict[tuple[int, str], CarrierLabel]:
    """The carriers' own labels by (service, number): those that are wanted or here. One query."""
    rows = CarrierLabel.objects.filter(
        number__number__in=list(numbers),
        number__service_id__in=list(services),
        state__in=[LabelState.WAITING, LabelState.READY],
    ).select_related("number")
    return {(row.number.service_id, row.number.number): row for row in rows}
