"""The settings of a source, and what people decide about single numbers."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, crypto
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.jobs import later
from logistics.choices import FollowState, SourceKind
from logistics.models import FollowedNumber, TrackingSource
from logistics.selectors import sources as selectors
from logistics.services.sources import asking, registering
from logistics.services.sources.registering import PICK_RULE
from logistics.services.sources.wire import STOPPED_RULE, line
from logistics.services.sources.wire import stop as stop_source
from worklist import services as worklist

#: What a person may change on a source.
FIELDS = ("name", "base_url", "active", "whole_house")


def _need(actor: Actor, permission: str) -> None:
    if not actor.has_perm(permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


@transaction.atomic
def create_source(
    *, code: str, name: str, key: str, actor: Actor, now: datetime, base_url: str = "", whole_house: bool = False,
) -> TrackingSource:  # fmt: skip
    """Connect a new source; parcels under way are given to it within a minute. Refuses a code that is taken."""
    _need(actor, "stores.change_connection")
    short = slugify(code)[:20]
    if not short or TrackingSource.objects.filter(code=short).exists():
        raise Invalid("code_taken", _("Choose another short name."), errors={"code": [str(_("Taken, or empty."))]})
    row = TrackingSource.objects.create(
        code=short, name=name.strip() or short, kind=SourceKind.SEVENTEEN, base_url=_address(base_url), secrets=_hidden(key),
        whole_house=whole_house, created_at=now,
    )  # fmt: skip
    audit.record(row, "source.connect", actor=actor, now=now, text=gettext_noop("Tracking source connected"))
    _changed(row)
    return row


@transaction.atomic
def change_source(
    *, source: TrackingSource, actor: Actor, now: datetime, key: str = "", **changes: Any
) -> TrackingSource:
    """Change a source: name, address, whether it is used, whom it follows; a new key replaces the old one and lets a
    stopped source work again."""
    _need(actor, "stores.change_connection")
    row = TrackingSource.objects.select_for_update(of=("self",)).get(pk=source.pk)
    given = {name: value for name, value in changes.items() if name in FIELDS}
    if "base_url" in given:
        given["base_url"] = _address(given["base_url"])
    changed = sorted(name for name, value in given.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, given[name])
    if key.strip():
        row.secrets, row.quota_left, row.quota_at = _hidden(key), None, None
        changed.append("key")
    if changed:
        row.save(update_fields=[name for name in changed if name != "key"] + ["secrets", "quota_left", "quota_at"])
        audit.record(
            row, "source.change", actor=actor, now=now, text=gettext_noop("Tracking source changed: %(fields)s"),
            fields=", ".join(changed),
        )  # fmt: skip
        _let_work(row, actor, now)
    _changed(row)
    return row


def _address(text: str) -> str:
    return str(text).strip().rstrip("/")


def _hidden(key: str) -> str:
    if not key.strip():
        raise Invalid("no_key", _("Give the key of the account."), errors={"key": [str(_("Needed."))]})
    return crypto.encrypt(json.dumps({"key": key.strip()}))


def _changed(source: TrackingSource) -> None:
    selectors.forget()
    transaction.on_commit(selectors.forget)
    registering.forget_whole(source)
    later("logistics.test_source", source_id=source.pk)
    later("logistics.follow_numbers")


def pause_source(*, source: TrackingSource, reason: str, actor: Actor, now: datetime) -> None:
    """Ask the source nothing for a while; pushes are still kept."""
    _need(actor, "stores.change_connection")
    with transaction.atomic():
        stop_source(source, reason, now, actor)


def resume_source(*, source: TrackingSource, actor: Actor, now: datetime) -> None:
    """Let a stopped or waiting source work again at once."""
    _need(actor, "stores.change_connection")
    with transaction.atomic():
        _let_work(source, actor, now)
        _changed(source)


def _let_work(source: TrackingSource, actor: Actor, now: datetime) -> None:
    rows = TrackingSource.objects.filter(pk=source.pk)
    stopped = rows.exclude(paused_reason="", failures=0, hold_until=None).update(
        paused_reason="", failures=0, hold_until=None
    )
    worklist.close(rule_key=STOPPED_RULE, subject_ids=[source.pk], actor=actor, now=now)
    if stopped:
        audit.record(source, "source.resumed", actor=actor, now=now, text=gettext_noop("Works again"))


def test_source(*, source: TrackingSource, now: datetime) -> bool:
    """Ask the source for its quota (a job, never a page): whether it answered. What went wrong stands on its row."""
    answered = False
    with line(source, uuid.uuid4().hex[:12], now) as opened:
        if opened is not None:
            asking.ask_quota(line=opened, now=now, always=True)
            answered = True
    return answered


def ask_test(*, source: TrackingSource, actor: Actor, now: datetime) -> None:
    """Have the source tested soon; a wait is forgotten first."""
    _need(actor, "stores.change_connection")
    TrackingSource.objects.filter(pk=source.pk).update(hold_until=None)
    later("logistics.test_source", source_id=source.pk)


# --- single numbers ------------------------------------------------------------------------------------------------------


@transaction.atomic
def pick_carrier(*, followed: FollowedNumber, carrier: int, actor: Actor, now: datetime) -> FollowedNumber:
    """A person says whose a number is; it is registered within a minute. Where the source follows it with another carrier, it is
    told of the right one. Refuses numbers that are not followed any more, and the carrier that it has."""
    _need(actor, "logistics.track_parcel")
    row = FollowedNumber._base_manager.select_for_update(of=("self",)).get(pk=followed.pk)
    if row.state == FollowState.STOPPED:
        raise Conflict("followed_already", _("This number is followed already, or its parcel has ended."))
    if not 0 < carrier < 2**31:
        raise Invalid("bad_carrier", _("Choose a carrier."), errors={"carrier": [str(_("Choose one."))]})
    if row.state == FollowState.REGISTERED:
        return _change(row, carrier, actor, now)
    row.carrier, row.chosen = carrier, True
    return _want_again(row, actor, now, gettext_noop("Carrier picked: %(carrier)s"), carrier=carrier)


def _change(row: FollowedNumber, carrier: int, actor: Actor, now: datetime) -> FollowedNumber:
    if carrier == (row.wish or row.carrier) and not row.guessed:
        raise Conflict("same_carrier", _("It is followed with this carrier."))
    same = carrier == row.carrier
    row.wish, row.chosen, row.guessed, row.next_try_at = None if same else carrier, True, row.guessed and not same, None
    row.save(update_fields=["wish", "chosen", "guessed", "next_try_at"])
    audit.record(row, "followed.carrier", actor=actor, now=now, text=gettext_noop("Carrier picked: %(carrier)s"), carrier=carrier)
    later("logistics.follow_numbers")
    return row


@transaction.atomic
def try_again(*, followed: FollowedNumber, actor: Actor, now: datetime) -> FollowedNumber:
    """Offer a number once more that the source refused or that was stopped by hand. Refuses numbers that are followed."""
    _need(actor, "logistics.track_parcel")
    row = FollowedNumber._base_manager.select_for_update(of=("self",)).select_related("parcel").get(pk=followed.pk)
    if row.state in (FollowState.REGISTERED, FollowState.WANTED) or row.parcel.state != "shipped":
        raise Conflict("followed_already", _("This number is followed already, or its parcel has ended."))
    return _want_again(row, actor, now, gettext_noop("Offered to the source again"))


def _want_again(row: FollowedNumber, actor: Actor, now: datetime, text: str, **facts: Any) -> FollowedNumber:
    row.state, row.reason, row.attempts, row.next_try_at = FollowState.WANTED, "", 0, now
    row.stopped_at = row.lease_until = None
    row.save()
    worklist.close(rule_key=PICK_RULE, subject_ids=[row.pk], actor=actor, now=now)
    audit.record(row, "followed.again", actor=actor, now=now, text=text, **facts)
    later("logistics.follow_numbers")
    return row


@transaction.atomic
def give_up(*, followed: FollowedNumber, actor: Actor, now: datetime) -> FollowedNumber:
    """Do not follow a number that no source takes. Refuses one that is followed."""
    _need(actor, "logistics.track_parcel")
    row = FollowedNumber._base_manager.select_for_update(of=("self",)).get(pk=followed.pk)
    if row.state not in (FollowState.CHOOSE, FollowState.REFUSED):
        raise Conflict("not_waiting", _("Nobody has to decide about this number."))
    row.state, row.stopped_at, row.next_try_at = FollowState.STOPPED, now, None
    row.save(update_fields=["state", "stopped_at", "next_try_at"])
    worklist.close(rule_key=PICK_RULE, subject_ids=[row.pk], actor=actor, now=now)
    audit.record(row, "followed.given_up", actor=actor, now=now, text=gettext_noop("Not followed: no source takes it"))
    return row
