"""Spare pieces of one note, as a person wants them: another number than the rule of the article gives, with a name and a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from logistics.choices import NoteState
from logistics.models import DispatchNote, NoteLine, SpareChoice
from logistics.selectors import dispatch as selectors
from logistics.services.dispatch.editing import refresh_lines

#: More free pieces of one article than that are a mistake.
MOST = 100


@transaction.atomic
def choose_spares(
    *, note: DispatchNote, line_id: int, pieces: int, reason: str, actor: Actor, now: datetime
) -> SpareChoice:
    """Let ``pieces`` spare pieces of a paid line go along on this note (none: 0). The note changes like by any edit: signatures
    are void, the papers are printed anew.

    Refuses people without the right, packed and closed notes, a missing reason, lines of other notes and spare lines, and more
    pieces than are free.
    """
    if not actor.has_perm("logistics.change_note"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    held = selectors.lock_note(note.pk)
    if held.state in (NoteState.PACKED, NoteState.CLOSED, NoteState.WITHDRAWN):
        raise Conflict("note_closed", _("This note is packed or closed: open the parcel again before you change it."))
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), field="reason")
    if not 0 <= pieces <= MOST:
        raise Invalid("bad_pieces", _("From 0 to %(most)s pieces."), field="pieces", most=MOST)
    line = NoteLine.objects.filter(note=held, pk=line_id, spare=False, value__gt=0).select_related("sku").first()
    if line is None:
        raise Invalid("bad_line", _("Choose a paid line of this note."), field="line")
    row, _fresh = SpareChoice.objects.update_or_create(
        note=held, order_line_id=line.order_line_id, sku_id=line.sku_id,
        defaults={"pieces": pieces, "reason": reason.strip()[:300], "chosen_by_id": actor.user_id, "label": actor.label[:150], "at": now},
    )  # fmt: skip
    audit.record(
        held, "note.spares", actor=actor, now=now, reason=row.reason, text=gettext_noop("%(n)s spare pieces of %(sku)s"), n=pieces,
        sku=line.sku.code,
    )  # fmt: skip
    refresh_lines(order_ids=[held.order_id], actor=actor, now=now)
    spare = NoteLine.objects.filter(note=held, order_line=line.order_line_id, sku=line.sku_id, spare=True).first()
    if (spare.quantity if spare else 0) != pieces:
        raise Conflict(
            "spares_short", _("There are not so many free pieces of %(sku)s."), sku=line.sku.code, field="pieces"
        )
    note.refresh_from_db()
    return row
