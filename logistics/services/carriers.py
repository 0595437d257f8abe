"""Carriers with an API of their own: their accounts, asking for numbers, their labels, cancelling. Every change at a carrier
leaves through the outbox; labels are read by a job."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext

from core import apart, audit, crypto, longwork, policies
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.jobs import later
from core.reach import need_reach
from logistics.choices import LabelState, NumberSource, NumberState
from logistics.connectors import Asked
from logistics.connectors.account import AccountCarrier
from logistics.models import CarrierAccount, CarrierLabel, DispatchNote, WaybillNumber
from logistics.policies.dispatch import LABEL_DAYS
from logistics.selectors import carriers as reads
from stores.choices import Ability, CallState
from stores.models import CarrierLane, OutboundCall
from stores.services import carriers as doors
from stores.services import outbox

SPEAKER = AccountCarrier()
#: So often a label is asked for, with growing pauses (about a day), before a person is told.
MOST_TRIES = 12
#: While one worker fetches a label, no other does.
HELD = timedelta(minutes=2)
FETCHER = audit.system("carriers")


def _may(actor: Actor, now: datetime) -> None:
    if not actor.has_perm("logistics.change_service"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [None], now)


@transaction.atomic
def save_account(
    *, account: CarrierAccount, changes: Mapping[str, Any], token: str = "", actor: Actor, now: datetime
) -> CarrierAccount:
    """Make or change the account with a carrier; a new key replaces the old one, none keeps it, and carriers that were stopped
    for a wrong key go on, as does an account that was ended. Refuses kinds without a connector, a new or ended account without a
    key, and people without the right."""
    _may(actor, now)
    fresh = account.pk is None
    held = account if fresh else CarrierAccount.objects.select_for_update().get(pk=account.pk)
    values = {k: v for k, v in changes.items() if k in ("code", "name", "kind", "base_url", "own_label", "active")}
    if values.get("kind", held.kind) not in doors.kinds():
        raise Invalid("no_connector", _("There is no program for this carrier."), field="kind")
    if (fresh or held.ended_at) and not token.strip():
        raise Invalid("no_secrets", _("Give the key of the account."), field="token")
    if not fresh and values.get("code", held.code) != held.code:
        raise Invalid("code_stays", _("The short name stays: services name it."), field="code")
    if fresh and CarrierAccount.objects.filter(code=values.get("code", "")).exists():
        raise Invalid("account_exists", _("There is already an account of this name."), field="code")
    for name, value in values.items():
        setattr(held, name, value.strip().rstrip("/") if name == "base_url" else value)
    if fresh:
        held.created_at = now
    if token.strip():
        held.ended_at, held.end_reason = None, ""
        held.secrets = crypto.encrypt(json.dumps({"token": token.strip()}))
    held.save()
    for lane in CarrierLane._base_manager.exclude(paused_reason="").select_related("store"):
        outbox.resume(store=lane.store, lane=outbox.CARRIER, actor=actor, now=now)
    text = gettext_noop("Carrier account added") if fresh else gettext_noop("Carrier account changed")
    audit.record(held, "carrier.save", actor=actor, now=now, text=text)
    return held


@transaction.atomic
def end_account(*, account: CarrierAccount, reason: str, actor: Actor, now: datetime) -> CarrierAccount:
    """End the account with a carrier: its key is wiped and nothing is asked there any more; what it gave stays in the records.
    Refuses without a reason, while services name it, and while numbers of it are in use or calls to it are not through."""
    _may(actor, now)
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), field="reason")
    held = CarrierAccount.objects.select_for_update().get(pk=account.pk)
    if held.ended_at:
        return held
    use = reads.use_of(held)
    if use.services:
        raise Conflict(
            "services_name_it", _("%(services)s still get their numbers there. Give them another carrier program first.")
            % {"services": ", ".join(use.services)},
        )  # fmt: skip
    if use.numbers:
        text = ngettext(
            "%(n)s number of this account is reserved for a parcel that did not leave yet (%(first)s). Hand it over or void it.",
            "%(n)s numbers of this account are reserved for parcels that did not leave yet (%(first)s, …). Hand them over or void them.",
            use.numbers,
        )  # fmt: skip
        raise Conflict("numbers_in_use", text % {"n": use.numbers, "first": use.first})
    if use.calls:
        raise Conflict("calls_open", _("The carrier has not answered everything it was asked. Try again when it has."))
    held.secrets, held.active, held.ended_at, held.end_reason = "", False, now, reason.strip()[:300]
    held.save(update_fields=["secrets", "active", "ended_at", "end_reason"])
    CarrierLabel.objects.filter(account=held, state=LabelState.WAITING).update(state=LabelState.VOID, next_try_at=None)
    audit.record(
        held,
        "carrier.end",
        actor=actor,
        now=now,
        reason=held.end_reason,
        text=gettext_noop("Carrier account ended, its key wiped"),
    )
    return held


@transaction.atomic
def forget_labels(*, now: datetime, limit: int = 20_000) -> int:
    """Delete labels of carriers that are older than the policy says and stick on no parcel of the house; that they were there
    stays. Answers how many."""
    before = now - timedelta(days=int(policies.value(LABEL_DAYS, now)))
    old = CarrierLabel.objects.filter(got_at__lt=before).exclude(file="").exclude(number__state=NumberState.RESERVED)
    rows = list(old.order_by("got_at").values_list("pk", "file")[:limit])
    longwork.forget_kept(name for _pk, name in rows)
    CarrierLabel.objects.filter(pk__in=[pk for pk, _name in rows]).update(
        file="", state=LabelState.VOID, next_try_at=None
    )
    return len(rows)


def ask(*, account: CarrierAccount, notes: Sequence[DispatchNote], now: datetime) -> None:
    """Put a request for a number into the outbox for each note. Asked again for the same parcel it is the same request; a
    parcel that changed since (another address, another value), or whose number was torn up, asks under a reference of its
    own, so that no carrier answers with what it was told before."""
    earlier, calls = reads.calls_about(notes, account), []
    for note, asked in reads.asked(notes):
        mark, turn = mark_of(asked), 1
        while _used_up(earlier.get(note.pk, {}).get(_reference(note, turn)), mark):
            turn += 1
        asked = replace(asked, reference=_reference(note, turn))
        calls.append(
            outbox.CallSpec(
                store=note.store, ability=Ability.CARRIER_WAYBILL, key=f"carrier:{account.pk}:{asked.reference}:{mark}",
                subject_type=audit.subject_type(note), subject_id=note.pk, payload={**SPEAKER.payload(asked), "account": account.code},
            )
        )  # fmt: skip
    outbox.enqueue_many(calls=calls, now=now)


def _reference(note: DispatchNote, turn: int) -> str:
    return note.number if turn == 1 else f"{note.number}-{turn}"


def _used_up(call: tuple[str, str] | None, mark: str) -> bool:
    return call is not None and (call[0] != mark or call[1] in (CallState.SENT, CallState.DROPPED))


def mark_of(asked: Asked) -> str:
    """A short digest of what a carrier is told of a parcel, whatever it is called."""
    told = {name: value for name, value in SPEAKER.payload(asked).items() if name != "reference"}
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]


def asks_as_now(*, call: OutboundCall, note: DispatchNote) -> bool:
    """Whether a request tells of the parcel what would be told now."""
    return call.key.rpartition(":")[2] == mark_of(next(asked for _note, asked in reads.asked([note])))


def outdated(note: DispatchNote) -> bool:
    """Whether the living number of a note was given by a carrier that was told something else of the parcel."""
    account = reads.account_of_number(note)
    if account is None:
        return False
    told = [
        mark for mark, state in reads.calls_about([note], account).get(note.pk, {}).values() if state == CallState.SENT
    ]
    return bool(told) and told[-1] != mark_of(next(asked for _note, asked in reads.asked([note])))


def keep_label(*, number: WaybillNumber, call: OutboundCall, now: datetime) -> None:
    """The carrier issues a label of its own for this number: it is fetched by a job."""
    account = reads.account_of_call(call)
    remote_id = SPEAKER.label_id(call.receipt)
    if account is None or not account.own_label or not remote_id:
        return
    _row, fresh = CarrierLabel.objects.get_or_create(
        number=number, defaults={"account": account, "remote_id": remote_id[:80], "next_try_at": now}
    )
    if fresh:
        later("logistics.fetch_labels")


def cancel(*, numbers: Iterable[WaybillNumber], now: datetime) -> None:
    """Cancel at the carrier what it gave out and nobody needs; their labels are void here. Numbers of pools are left alone."""
    ids = [number.pk for number in numbers if number.source == NumberSource.API]
    if not ids:
        return
    accounts = {account.code: account for account in CarrierAccount.objects.all()}
    rows = WaybillNumber.objects.filter(pk__in=ids).select_related("note__store", "service", "carrier_label__account")
    calls = []
    for row in rows:
        label = getattr(row, "carrier_label", None)
        account = label.account if label else accounts.get(row.service.connector)
        if account is not None and row.note is not None:
            calls.append(_cancelling(account, row.note, row.number))
    CarrierLabel.objects.filter(number__in=ids).update(state=LabelState.VOID, next_try_at=None)
    outbox.enqueue_many(calls=calls, now=now)


def cancel_unused(*, call: OutboundCall, note: DispatchNote, number: str, now: datetime) -> None:
    """A number came that the note does not need any more: cancel it at the carrier."""
    account = reads.account_of_call(call)
    if account is not None:
        outbox.enqueue_many(calls=[_cancelling(account, note, number)], now=now)


def _cancelling(account: CarrierAccount, note: DispatchNote, number: str) -> outbox.CallSpec:
    return outbox.CallSpec(
        store=note.store, ability=Ability.CARRIER_VOID, key=f"carrier-void:{account.pk}:{number}",
        subject_type=audit.subject_type(note), subject_id=note.pk, payload={"number": number, "account": account.code},
    )  # fmt: skip


def fetch_labels(*, now: datetime, limit: int = 50) -> dict[str, int]:
    """Fetch the labels that are due, each by one worker; answers how many are here, later, not to be had. Called from a job: it
    talks to carriers, outside of any transaction."""
    counts = {"ready": 0, "later": 0, "failed": 0}
    for pk in _due(now, limit):
        label = CarrierLabel.objects.select_related("account", "number", "number__note").get(pk=pk)
        access = reads.access(label.account)
        if access is None:
            _again(label, str(_("The account with the carrier has no key.")), now, counts)
            continue
        got = doors.fetch_label(access=access, remote_id=label.remote_id, now=now)
        if got.error:
            _again(label, got.error, now, counts, final=got.final)
        else:
            _keep(label, got.pdf, now, counts)
    return counts


@transaction.atomic
def _due(now: datetime, limit: int) -> list[int]:
    rows = CarrierLabel.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=LabelState.WAITING, next_try_at__lte=now
    )
    found = list(rows.order_by("next_try_at", "pk").values_list("pk", flat=True)[:limit])
    CarrierLabel.objects.filter(pk__in=found).update(next_try_at=now + HELD)
    return found


def _keep(label: CarrierLabel, pdf: bytes, now: datetime, counts: dict[str, int]) -> None:
    """Look at a label in a process apart and keep it; one that cannot be printed is not to be had."""
    pages = _pages(pdf)
    if not pages:
        _again(label, str(_("The carrier's label cannot be printed.")), now, counts, final=True)
        return
    name = longwork.private_storage().save(f"labels/{label.number_id}.pdf", ContentFile(pdf))
    done = CarrierLabel.objects.filter(pk=label.pk, state=LabelState.WAITING).update(
        state=LabelState.READY, file=name, digest=hashlib.sha256(pdf).hexdigest(), pages=pages, got_at=now, next_try_at=None, error="",
    )  # fmt: skip
    if not done:  # void meanwhile
        longwork.private_storage().delete(name)
    counts["ready"] += done


def _pages(pdf: bytes) -> int:
    try:
        with apart.child("core.foreign_pdf", pdf, wait=30) as answers:
            return sum(int(answer["count"]) for answer in answers if answer["t"] == "pages")
    except apart.Broken:
        return 0


def _again(label: CarrierLabel, error: str, now: datetime, counts: dict[str, int], *, final: bool = False) -> None:
    tries = label.tries + 1
    gone = final or tries >= MOST_TRIES
    change: dict[str, Any] = {
        "tries": tries,
        "error": error[:300],
        "next_try_at": now + timedelta(seconds=30 * 2 ** min(tries, 9)),
    }
    if gone:
        change |= {"state": LabelState.FAILED, "next_try_at": None}
    with transaction.atomic():
        if (
            CarrierLabel.objects.filter(pk=label.pk, state=LabelState.WAITING).update(**change)
            and gone
            and label.number.note
        ):
            audit.record(
                label.number.note, "note.no_label", actor=FETCHER, now=now, reason=error[:300],
                text=gettext_noop("The carrier's label is not to be had: ours is printed"),
            )  # fmt: skip
    counts["failed" if gone else "later"] += 1
