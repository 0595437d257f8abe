"""What one can do to dispatch notes, from their list, their page and by REST."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.audit import Actor
from core.errors import Conflict
from core.listing import Action, Outcome
from logistics.choices import NoteState
from logistics.forms.dispatch import BlockForm, NumberForm, PackForm, PrintForm, ReasonForm, SignForm
from logistics.models import DispatchNote, PrintBatch
from logistics.selectors import dispatch as selectors
from logistics.selectors import signing
from logistics.services import dispatch, numbers, packing, printing


class SignNotes(Action):
    """Give a signature."""

    name, label, permission = "sign", _("Sign"), "logistics.sign_dispatch"
    form, icon, order, key, done_text = SignForm, "signature", 10, "s", _("Signed.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> None:
        """Sign one."""
        kind = data["kind"] or self._only(actor)
        seen, at = data.get("revision"), data.get("seen_at")
        dispatch.sign(note=obj, kind=kind, revision=seen, seen_at=at, actor=actor, now=now)

    def apply_many(self, objs: Sequence[DispatchNote], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Sign many as a set."""
        kind = data["kind"] or self._only(actor)
        seen = {objs[0].pk: data["revision"]} if len(objs) == 1 and data.get("revision") else {}
        at = data.get("seen_at")
        _signed, refused = dispatch.sign_notes(notes=objs, kind=kind, seen=seen, seen_at=at, actor=actor, now=now)
        return [Outcome.refused(pk, error) for pk, error in refused.items()]

    def _only(self, actor: Actor) -> str:
        kinds = dispatch.kinds_for(actor)
        if len(kinds) != 1:
            raise Conflict("which_signature", _("Say which signature you give."))
        return kinds[0]

    def explain_for(self, obj: DispatchNote, actor: Actor, now: datetime) -> str:
        """What goes where, and what customs ask to look at: the second signature keeps that somebody did."""
        case = signing.cases([obj], now)[obj.pk]
        text = gettext("%(n)s pieces to %(country)s, declared %(value)s.") % {
            "n": sum(line.quantity for line in case.lines), "country": f.country_name(obj.country),
            "value": f.money(obj.declared_value, obj.declared_currency),
        }  # fmt: skip
        if case.open_reviews and "note" in dispatch.kinds_for(actor):
            text += " " + ngettext(
                "Customs ask to look at %(n)s point; the note's signature says that you did.",
                "Customs ask to look at %(n)s points; the note's signature says that you did.", len(case.open_reviews),
            ) % {"n": len(case.open_reviews)}  # fmt: skip
        return text

    def shown_for(self, obj: DispatchNote) -> bool:
        """While it is a draft."""
        return obj.state == NoteState.DRAFT


class ReleaseNotes(Action):
    """Release to the warehouse."""

    name, label, permission = "release", _("Release to the warehouse"), "logistics.release_note"
    icon, order, key, done_text = "send", 15, "l", _("Released.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> None:
        """Release one."""
        dispatch.release(note=obj, actor=actor, now=now)

    def apply_many(self, objs: Sequence[DispatchNote], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Release many as a set."""
        _released, refused = dispatch.release_notes(notes=objs, actor=actor, now=now)
        return [Outcome.refused(pk, error) for pk, error in refused.items()]

    def shown_for(self, obj: DispatchNote) -> bool:
        """Before it is with the warehouse."""
        return obj.state in (NoteState.DRAFT, NoteState.SIGNED)

    def check(self, obj: DispatchNote, actor: Actor, now: datetime) -> None:
        """Both signatures first."""
        if obj.state == NoteState.DRAFT:
            raise Conflict("not_signed", _("Both signatures are needed before a note is released."))


class GetNumbers(Action):
    """Get a waybill number."""

    name, label, permission = "number", _("Get waybill number"), "logistics.number_parcel"
    form, icon, order, key, done_text = NumberForm, "barcode", 20, "b", _("Reserved.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> str:
        """One note: typed, from the pool, or from the carrier."""
        if data.get("number"):
            return numbers.set_by_hand(note=obj, number=data["number"], actor=actor, now=now).number
        made = numbers.reserve_for(notes=[obj], actor=actor, now=now)
        if obj.pk in made.refused:
            raise made.refused[obj.pk]
        return gettext("The carrier was asked for a number.") if made.asked else gettext("Reserved.")

    def apply_many(
        self, objs: Sequence[DispatchNote], actor: Actor, now: datetime, **data: Any
    ) -> list[Outcome] | None:
        """Many notes from the pool or the carrier."""
        if data.get("number"):
            return None
        made = numbers.reserve_for(notes=objs, actor=actor, now=now)
        asked = [Outcome(note.pk, True, message=gettext("The carrier was asked for a number.")) for note in made.asked]
        return [*asked, *(Outcome.refused(pk, error) for pk, error in made.refused.items())]

    def shown_for(self, obj: DispatchNote) -> bool:
        """Between signature and seal."""
        return obj.state in numbers.MAY_HAVE


class PrintNotes(Action):
    """Print in one batch."""

    name, label, permission = "print", _("Print"), "logistics.print_note"
    form, icon, order, key, done_text = PrintForm, "printer", 25, "p", _("In the print queue.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One note."""
        batch, refused = printing.print_notes(
            notes=[obj],
            actor=actor,
            now=now,
            documents=data.get("documents") or printing.USUAL,
            language=data.get("language", ""),
            label_size=data.get("label_size", ""),
        )
        if obj.pk in refused or batch is None:
            raise refused[obj.pk]
        return {**batch_data(batch), "message": batch_text(batch.number)}

    def apply_many(self, objs: Sequence[DispatchNote], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """All of them in one batch in shelf order."""
        batch, refused = printing.print_notes(
            notes=objs,
            actor=actor,
            now=now,
            documents=data.get("documents") or printing.USUAL,
            language=data.get("language", ""),
            label_size=data.get("label_size", ""),
        )
        done = [o for o in objs if o.pk not in refused]
        text = batch_text(batch.number) if batch else ""
        ids = batch_data(batch) if batch else {}
        return [
            *(Outcome(o.pk, True, message=text, data=ids) for o in done),
            *(Outcome.refused(pk, e) for pk, e in refused.items()),
        ]

    def shown_for(self, obj: DispatchNote) -> bool:
        """While it is with the warehouse."""
        return obj.state in printing.PRINTABLE


def batch_data(batch: PrintBatch) -> dict[str, Any]:
    """The batch with the way to its papers."""
    return {"batch": batch.number, "batch_id": str(batch.pk), "url": reverse("logistics:batch", args=[batch.pk]),
            "url_label": gettext("Open the batch %(number)s") % {"number": batch.number}}  # fmt: skip


def batch_text(number: str) -> str:
    """In which batch it is printed."""
    return gettext("In print batch %(number)s.") % {"number": number}


class PackNotes(Action):
    """Pack in one call (programs with a machine of their own)."""

    name, label, permission = "pack", _("Pack"), "logistics.pack_parcel"
    form, icon, order, bulk, done_text = PackForm, "package", 30, False, _("Packed and sealed.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """The same scans as at the table, all or none."""
        parcel = packing.pack(
            note=obj, items=data["items"], checks=data["checks"], label=data["label"], weight_g=data["weight_g"],
            key=f"{obj.pk}:{obj.revision}:{now.timestamp()}", actor=actor, now=now,
        )  # fmt: skip
        return {"parcel": parcel.number, "parcel_id": str(parcel.pk), "message": parcel.number}

    def shown_for(self, obj: DispatchNote) -> bool:
        """People use the packing table."""
        return False


class BlockNotes(Action):
    """Report a problem upward."""

    name, label, permission = "block", _("Report a problem"), "logistics.block_note"
    form, icon, order, undo, done_text = BlockForm, "alert-triangle", 40, "unblock", _("Reported to the supervisor.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> None:
        """Block one."""
        dispatch.block(note=obj, reason=data["reason"], text=data.get("text", ""), actor=actor, now=now)

    def shown_for(self, obj: DispatchNote) -> bool:
        """While the warehouse works on it."""
        return obj.state == NoteState.RELEASED


class UnblockNotes(Action):
    """Let the warehouse go on."""

    name, label, permission = "unblock", _("Problem solved"), "logistics.change_note"
    icon, order, done_text = "circle-check", 12, _("The warehouse may go on.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> None:
        """Unblock one."""
        dispatch.unblock(note=obj, actor=actor, now=now)

    def shown_for(self, obj: DispatchNote) -> bool:
        """While it is blocked."""
        return obj.state == NoteState.BLOCKED


class WithdrawNotes(Action):
    """Take a note back."""

    name, label, permission = "withdraw", _("Withdraw"), "logistics.change_note"
    form, icon, order, tone, done_text = ReasonForm, "trash", 60, "danger", _("Withdrawn.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> None:
        """Withdraw one."""
        dispatch.withdraw(note=obj, reason=data["reason"], actor=actor, now=now)

    def apply_many(self, objs: Sequence[DispatchNote], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Withdraw many as a set."""
        _gone, refused = dispatch.withdraw_notes(notes=objs, reason=data["reason"], actor=actor, now=now)
        return [Outcome.refused(pk, error) for pk, error in refused.items()]

    def shown_for(self, obj: DispatchNote) -> bool:
        """Until it left the house."""
        return obj.state in selectors.OPEN_NOTES
