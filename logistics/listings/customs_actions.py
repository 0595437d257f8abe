"""What one can do about customs to notes and to the articles on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.listing import Action, Outcome
from core.models import Job
from logistics.choices import DifferenceState, NoteState
from logistics.forms.customs import (
    CompleteForm,
    DataFileForm,
    PapersForm,
    RecipientForm,
    ReviewForm,
    SparesForm,
    ValueForm,
)
from logistics.models import DispatchNote, NoteLine, PrintBatch, ValueDifference
from logistics.selectors.customs import advance as advance_reads
from logistics.services import dispatch
from logistics.services.customs import advance, completing, filling, reviews, tables

DESK = (NoteState.DRAFT, NoteState.SIGNED)
BEFORE_SEAL = (*DESK, NoteState.RELEASED, NoteState.BLOCKED)


class ApproveCustoms(Action):
    """Approve what the customs rules ask to look at."""

    name, label, permission = "approve-customs", _("Approve customs"), "logistics.review_customs"
    form, icon, order, done_text = ReviewForm, "eye", 18, _("Approved.")
    explain = _("Every remark to look at is approved with this reason; what must be mended stays.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> None:
        """One note."""
        _done, refused = reviews.approve(notes=[obj], actor=actor, now=now, **data)
        if refused:
            raise refused[obj.pk]

    def apply_many(self, objs: Sequence[DispatchNote], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many notes as a set."""
        _done, refused = reviews.approve(notes=objs, actor=actor, now=now, **data)
        return [Outcome.refused(pk, error) for pk, error in refused.items()]

    def shown_for(self, obj: DispatchNote) -> bool:
        """On the desk."""
        return obj.state in DESK


class DeclareValue(Action):
    """Declare a line at another value than what was paid."""

    name, label, permission = "declare-value", _("Other declared value"), "logistics.review_customs"
    form, icon, order, bulk = ValueForm, "receipt", 80, False
    explain = _(
        "The price paid counts. Another value needs an accepted reason; a lower one a paper and a second person."
    )

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> str:
        """One line of one note."""
        made = dispatch.declare_difference(
            note=obj, line_id=data["line"], value=data["value"], reason=data["reason"], text=data["text"],
            document=data["document"], actor=actor, now=now,
        )  # fmt: skip
        if made.state == DifferenceState.WAITING:
            return gettext("A second person must agree.")
        return gettext("Declared. Both signatures must be given again.")

    def shown_for(self, obj: DispatchNote) -> bool:
        """Until it is sealed."""
        return obj.state in BEFORE_SEAL


class ChooseSpares(Action):
    """Other spare pieces than the rule gives."""

    name, label, permission = "spares", _("Spare pieces"), "logistics.change_note"
    form, icon, order, bulk = SparesForm, "package", 46, False
    explain = _(
        "The rule of the article gives them by itself. Another number is signed anew, booked, declared and printed."
    )

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> str:
        """One line of one note."""
        made = dispatch.choose_spares(
            note=obj, line_id=data["line"], pieces=data["pieces"], reason=data["reason"], actor=actor, now=now
        )
        return gettext("%(n)s spare pieces go along.") % {"n": made.pieces}

    def shown_for(self, obj: DispatchNote) -> bool:
        """Until it is sealed."""
        return obj.state in BEFORE_SEAL


class CustomsPapers(Action):
    """Terms, papers, instructions."""

    name, label, permission = "customs-papers", _("Customs papers"), "logistics.change_note"
    form, icon, order, bulk, done_text = PapersForm, "file-text", 82, False, _("Saved.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> None:
        """One note."""
        filling.change(note=obj, actor=actor, now=now, **data)

    def shown_for(self, obj: DispatchNote) -> bool:
        """Until it has left."""
        return obj.state not in (NoteState.CLOSED, NoteState.WITHDRAWN)


class RecipientNumber(Action):
    """Keep the identity number of the recipient."""

    name, label, permission = "recipient-id", _("Recipient's ID"), "logistics.change_note"
    form, icon, order, bulk, done_text = RecipientForm, "user", 84, False, _("Kept for this buyer.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> None:
        """The buyer of one note."""
        tables.keep_recipient_id(order=obj.order, actor=actor, now=now, **data)

    def shown_for(self, obj: DispatchNote) -> bool:
        """Until it has left."""
        return obj.state not in (NoteState.CLOSED, NoteState.WITHDRAWN)


class DataSent(Action):
    """The carrier has the electronic data."""

    name, label, permission = "customs-data-sent", _("Customs data sent"), "logistics.number_parcel"
    icon, order, done_text = "upload", 86, _("The parcel may be handed over.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> None:
        """One note."""
        _done, refused = filling.mark_sent(notes=[obj], actor=actor, now=now)
        if refused:
            raise refused[obj.pk]

    def apply_many(self, objs: Sequence[DispatchNote], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many as a set."""
        _done, refused = filling.mark_sent(notes=objs, actor=actor, now=now)
        return [Outcome.refused(pk, error) for pk, error in refused.items()]

    def shown_for(self, obj: DispatchNote) -> bool:
        """With the warehouse."""
        return obj.state in (NoteState.RELEASED, NoteState.BLOCKED, NoteState.PACKED)


def file_begun(job: Job) -> dict[str, Any]:
    """The long work with the way to its page."""
    return {
        "job_id": str(job.pk), "message": gettext("The file is being written."), "url": reverse("core:job", args=[job.pk]),
        "url_label": gettext("Open the file"),
    }  # fmt: skip


class DataFile(Action):
    """The electronic customs data of these parcels as a file for their carrier."""

    name, label, permission = "customs-data-file", _("Customs data file"), advance.PERMISSION
    form, icon, order, done_text = DataFileForm, "file-export", 85, _("The file is being written.")
    explain = _("Parcels with a fault are left out and named with line, column and reason.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One note."""
        return file_begun(self._start([obj], actor, now, data))

    def apply_many(self, objs: Sequence[DispatchNote], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """All of them in one file."""
        told = file_begun(self._start(objs, actor, now, data))
        return [Outcome(obj.pk, True, message=told["message"], data=told) for obj in objs]

    @staticmethod
    def _start(objs: Sequence[DispatchNote], actor: Actor, now: datetime, data: dict[str, Any]) -> Job:
        ids, fmt = [obj.pk for obj in objs], data.get("format") or "csv"
        return advance.start(note_ids=ids, actor=actor, now=now, fmt=fmt, mark=bool(data.get("mark")))

    def shown_for(self, obj: DispatchNote) -> bool:
        """With the warehouse."""
        return obj.state in (NoteState.RELEASED, NoteState.BLOCKED, NoteState.PACKED)


class DataOfBatch(Action):
    """The same for a print batch."""

    name, label, permission = "customs-data-file", _("Customs data file"), advance.PERMISSION
    form, icon, order, bulk, done_text = DataFileForm, "file-export", 40, False, _("The file is being written.")
    explain = DataFile.explain

    def apply(self, obj: PrintBatch, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """All notes of the batch."""
        ids, fmt = advance_reads.notes_of_batch(obj.pk), data.get("format") or "csv"
        return file_begun(advance.start(note_ids=ids, actor=actor, now=now, fmt=fmt, mark=bool(data.get("mark"))))

    def shown_for(self, obj: PrintBatch) -> bool:
        """Unless it is void."""
        return obj.void_at is None


class Agree(Action):
    """The second person says yes."""

    name, label, permission = "agree", _("Agree"), "logistics.review_customs"
    icon, order, done_text, agree = "check", 10, _("Declared. Both signatures must be given again."), True

    def apply(self, obj: ValueDifference, actor: Actor, now: datetime, **data: Any) -> None:
        """One value."""
        dispatch.agree_difference(difference=obj, agree=self.agree, actor=actor, now=now)

    def shown_for(self, obj: ValueDifference) -> bool:
        """While it waits."""
        return obj.state == DifferenceState.WAITING


class Refuse(Agree):
    """The second person says no."""

    name, label, icon, order, done_text, agree = "refuse", _("Refuse"), "x", 20, _("The price paid stays."), False


class CompleteArticles(Action):
    """Complete the customs data of the articles of these lines."""

    name, label, permission = "complete", _("Complete the article"), "products.change_sku"
    form, icon, order, tone, done_text = CompleteForm, "edit", 10, "primary", _("Completed.")
    explain = _("Written to each article once; what stays empty is left as it is. All notes with it follow.")

    def apply(self, obj: NoteLine, actor: Actor, now: datetime, **data: Any) -> None:
        """One article."""
        completing.complete(skus=[obj.sku], actor=actor, now=now, **data)

    def apply_many(self, objs: Sequence[NoteLine], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Each article once."""
        completing.complete(skus=[line.sku for line in objs], actor=actor, now=now, **data)
        return []
