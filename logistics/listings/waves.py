"""The list of waves, and the actions that make them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.audit import Actor
from core.listing import Action, Column, Listing, Outcome, View, register
from logistics.choices import NoteState, WaveKind
from logistics.filters.waves import WaveFilter
from logistics.models import DispatchNote, PrintBatch, Wave
from logistics.selectors import waves as selectors
from logistics.services import waves

KINDS = {kind.value: (kind.label, tone) for kind, tone in zip(WaveKind, ("sea", "indigo"), strict=True)}


class WaveRow(serializers.Serializer):
    """A wave as lists and programs see it."""

    id = serializers.CharField()
    number = serializers.CharField(label=pgettext_lazy("dispatch", "Wave"))
    kind = serializers.ChoiceField(WaveKind.choices, label=_("Kind"))
    warehouse = serializers.CharField(source="warehouse.code", label=_("Warehouse"))
    notes = serializers.IntegerField(label=_("Notes"))
    waiting = serializers.IntegerField(label=_("Still to be packed"))
    created_at = serializers.DateTimeField(label=_("Made"))
    closed_at = serializers.DateTimeField(label=_("Done"), allow_null=True)


class CloseWave(Action):
    """End a wave."""

    name, label, permission = "close", _("End the wave"), "logistics.pack_parcel"
    icon, order, done_text = "x", 40, _("Ended. Notes that were not packed are free again.")

    def apply(self, obj: Wave, actor: Actor, now: datetime, **data: Any) -> None:
        """End one."""
        waves.close(wave=obj, actor=actor, now=now)

    def shown_for(self, obj: Wave) -> bool:
        """While it is open."""
        return obj.closed_at is None


class PrintWave(Action):
    """Print what a wave needs."""

    name, label, permission = "print", _("Print"), "logistics.print_note"
    icon, order, key, bulk, done_text = "printer", 20, "p", False, _("In the print queue.")

    def apply(self, obj: Wave, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """Pick list, notes and labels of what waits."""
        batch = waves.print_wave(wave=obj, actor=actor, now=now)
        if batch is None:
            return {}
        return {"batch": batch.number, "batch_id": str(batch.pk), "url": reverse("logistics:batch", args=[batch.pk])}

    def shown_for(self, obj: Wave) -> bool:
        """While it is open."""
        return obj.closed_at is None


@register
class WaveListing(Listing):
    """Waves, those with work to do first."""

    name, title, permission = "waves", _("Waves"), "logistics.pack_parcel"
    model, row, filters = Wave, WaveRow, WaveFilter
    columns = [
        Column("number", link="logistics:wave", mono=True),
        Column("kind", badge=KINDS),
        Column("warehouse"),
        Column("notes"),
        Column("waiting"),
        Column("created_at", sortable=True),
        Column("closed_at"),
    ]
    actions = [PrintWave(), CloseWave()]
    views = [
        View("open", _("Still to be packed"), "open=true", default=True),
        View("all", pgettext_lazy("waves", "All")),
    ]
    url, detail_url, default_order = "logistics:waves", "logistics:wave", "-created_at"
    exact_by = ("number",)
    small = True
    empty = (
        _("No wave waits."), _("Choose released notes, or a print batch, and press “Make waves”."), _("To pack"), "logistics:notes",
    )  # fmt: skip

    def queryset(self, actor: Actor) -> QuerySet[Wave]:
        """Waves with notes of the actor's stores."""
        return selectors.waves_for(actor)


def said(made: waves.Made) -> dict[str, Any]:
    """The new waves as an action answers them."""
    names = [f"{wave.number} ({wave.get_kind_display()})" for wave in made.waves]
    first = made.waves[0] if made.waves else None
    return {
        "waves": [wave.number for wave in made.waves],
        "message": gettext("Made: %(waves)s") % {"waves": ", ".join(names)} if names else gettext("No wave was made."),
        **({"url": reverse("logistics:wave", args=[first.pk])} if first else {}),
    }


def wave_data(wave: Wave) -> dict[str, Any]:
    """The wave with the way to it: its sheet is printed there, its number scanned at the table."""
    return {"wave": wave.number, "url": reverse("logistics:wave", args=[wave.pk]),
            "url_label": gettext("Open the wave %(number)s") % {"number": wave.number}}  # fmt: skip


def in_wave(wave: Wave) -> str:
    """In which wave a note is packed."""
    return gettext("In wave %(wave)s (%(kind)s).") % {"wave": wave.number, "kind": wave.get_kind_display()}


class MakeWaves(Action):
    """Split released notes into waves."""

    name, label, permission = "wave", _("Make waves"), "logistics.pack_parcel"
    icon, order, done_text = "stack-2", 26, _("In a wave.")

    def apply(self, obj: DispatchNote, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """A wave of one note."""
        made = waves.make_waves(notes=[obj], actor=actor, now=now)
        if made.refused:
            raise made.refused[obj.pk]
        return said(made)

    def apply_many(self, objs: Sequence[DispatchNote], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """All of them in as few waves as there are."""
        made = waves.make_waves(notes=objs, actor=actor, now=now)
        return [
            *(Outcome(pk, True, message=in_wave(wave), data=wave_data(wave)) for pk, wave in made.wave_of.items()),
            *(Outcome.refused(pk, error) for pk, error in made.refused.items()),
        ]

    def shown_for(self, obj: DispatchNote) -> bool:
        """While the warehouse has it."""
        return obj.state == NoteState.RELEASED


class WavesOfBatch(Action):
    """Split the notes of a print batch into waves."""

    name, label, permission = "wave", _("Make waves"), "logistics.pack_parcel"
    icon, order, bulk, done_text = "stack-2", 26, False, _("Waves made.")

    def apply(self, obj: PrintBatch, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """Those of its notes that can be packed now."""
        notes = DispatchNote.objects.filter(prints__batch=obj, state=NoteState.RELEASED)
        return said(waves.make_waves(notes=list(notes), actor=actor, now=now))

    def shown_for(self, obj: PrintBatch) -> bool:
        """Unless it was torn up."""
        return obj.void_at is None
