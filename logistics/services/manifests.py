"""The hand-over lists: filled by the hand-over itself, signed for by the carrier's person, by name and time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, numbering
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from logistics.models import Manifest, ManifestLine, Parcel
from logistics.selectors import manifests as reads
from worklist import services as worklist

UNSIGNED_RULE = "logistics.list_unsigned"


def put(*, parcels: Sequence[Parcel], now: datetime) -> None:
    """Write parcels that just left onto the open list of their carrier and day; a new one where there is none. Part of the
    hand-over's transaction; its statements do not grow with the parcels."""
    keys = reads.keys_of(parcels)
    wanted = sorted(set(keys.values()))
    found = reads.open_lists(wanted)
    if len(found) < len(wanted):
        found |= _made([key for key in wanted if key not in found], now)
    ManifestLine.objects.bulk_create(
        [ManifestLine(manifest_id=found[key], parcel_id=pk) for pk, key in keys.items()], batch_size=1000
    )


def _made(missing: Sequence[reads.Key], now: datetime) -> dict[reads.Key, int]:
    numbers = numbering.take("manifest", len(missing))  # who makes lists waits here for the others, then looks again
    made = reads.open_lists(missing)
    rows = [
        Manifest(
            number=numbering.manifest_number(number), warehouse_id=key[0], carrier=key[1], day=key[2], opened_at=now
        )
        for key, number in zip(missing, numbers, strict=True)
        if key not in made
    ]
    Manifest.objects.bulk_create(rows)
    worklist.plan(rule_key=UNSIGNED_RULE, subject_ids=[row.pk for row in rows], now=now)
    return made | {(row.warehouse_id, row.carrier, row.day): row.pk for row in rows}


def _locked(manifest: Manifest, actor: Actor) -> Manifest:
    if not actor.has_perm("logistics.hand_over_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    return Manifest.objects.select_for_update(of=("self",)).select_related("warehouse").get(pk=manifest.pk)


@transaction.atomic
def sign(*, manifest: Manifest, taken_by: str, counted: int, actor: Actor, now: datetime, remark: str = "") -> Manifest:
    """Record that the carrier's person took the parcels of a list over: name, count, time. What leaves later that day comes
    onto another list. Refuses an empty name, another count without a word why, and a list that is signed already."""
    held = _locked(manifest, actor)
    if held.signed_at is not None:
        raise Conflict("signed_already", _("%(who)s has signed for this list."), who=held.taken_by)
    name = " ".join(taken_by.split())[:100]
    if not name:
        raise Invalid("name_missing", _("Who took the parcels?"), errors={"taken_by": [str(_("Enter the name."))]})
    numbers = reads.numbers_on(held)
    if counted != len(numbers) and not remark.strip():
        raise Invalid(
            "count_differs", _("The list has %(n)s parcels: say why the carrier counted another number."), n=len(numbers),
            errors={"remark": [str(_("Say why."))]},
        )  # fmt: skip
    held.taken_by, held.counted, held.remark, held.signed_at = name, counted, remark.strip()[:300], now
    held.content_hash = hashlib.sha256("\n".join(sorted(numbers)).encode()).hexdigest()
    held.signed_by_id, held.signed_label = actor.user_id, actor.label[:150]
    held.save()
    audit.record(
        held, "manifest.sign", actor=actor, now=now, text=gettext_noop("%(who)s took over %(n)s parcels"), who=name,
        n=counted, reason=held.remark,
    )  # fmt: skip
    worklist.close(rule_key=UNSIGNED_RULE, subject_ids=[held.pk], actor=actor, now=now, reason="signed")
    return held


@transaction.atomic
def unsign(*, manifest: Manifest, reason: str, actor: Actor, now: datetime) -> Manifest:
    """Take a signature back that was recorded by mistake; the list waits for one again. Needs a reason; refused once another
    list of that carrier and day was begun."""
    held = _locked(manifest, actor)
    if held.signed_at is None:
        return held
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), errors={"reason": [str(_("Say why."))]})
    newer = Manifest.objects.filter(
        warehouse=held.warehouse, carrier=held.carrier, day=held.day, signed_at__isnull=True
    ).first()
    if newer is not None:
        raise Conflict("newer_list", _("The next list of this day, %(number)s, was begun."), number=newer.number)
    was = held.taken_by
    held.taken_by, held.counted, held.remark, held.signed_at, held.content_hash = "", None, "", None, ""
    held.signed_by, held.signed_label = None, ""
    held.save()
    audit.record(
        held, "manifest.unsign", actor=actor, now=now, text=gettext_noop("Signature of %(who)s taken back"), who=was,
        reason=reason.strip()[:300],
    )  # fmt: skip
    worklist.plan(rule_key=UNSIGNED_RULE, subject_ids=[held.pk], now=now)
    return held
