"""What the lists of customs show."""

from __future__ import annotations

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.functions import Left, Length

from core.audit import Actor
from logistics.choices import NoteState
from logistics.models import (
    Brand,
    CountryRule,
    DispatchNote,
    GoodsClassRule,
    NationalCode,
    NoteLine,
    RulePack,
    StopWordRule,
    TaxNumber,
    ValueDifference,
)

#: Notes whose label is still to come: what is missing is missing in time.
BEFORE_LABEL = [NoteState.DRAFT, NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED]


def country_rules_for(actor: Actor) -> QuerySet[CountryRule]:
    """All versions of all countries."""
    return CountryRule.objects.all()


def goods_classes_for(actor: Actor) -> QuerySet[GoodsClassRule]:
    """All versions."""
    return GoodsClassRule.objects.all()


def stop_words_for(actor: Actor) -> QuerySet[StopWordRule]:
    """All versions."""
    return StopWordRule.objects.all()


def national_codes_for(actor: Actor) -> QuerySet[NationalCode]:
    """All versions."""
    return NationalCode.objects.all()


def tax_numbers_for(actor: Actor) -> QuerySet[TaxNumber]:
    """Numbers of the actor's stores and of all stores."""
    rows = TaxNumber.objects.select_related("store")
    return rows if actor.store_ids is None else rows.filter(Q(store__isnull=True) | Q(store_id__in=actor.store_ids))


def brands_for(actor: Actor) -> QuerySet[Brand]:
    """All brands."""
    return Brand.objects.all()


def packs_for(actor: Actor) -> QuerySet[RulePack]:
    """All packs."""
    return RulePack.objects.all()


def differences_for(actor: Actor) -> QuerySet[ValueDifference]:
    """Differences of declared values in the actor's stores."""
    return ValueDifference.objects.select_related("note", "sku")


def notes_with_gaps() -> QuerySet[DispatchNote]:
    """Notes before their label of which a line lacks customs data."""
    return DispatchNote.objects.filter(pk__in=lines_with_gaps().values("note_id"))


def gaps_for(actor: Actor) -> QuerySet[NoteLine]:
    """The gaps in the actor's stores."""
    return lines_with_gaps().select_related("note", "note__order", "sku")


def lines_with_gaps() -> QuerySet[NoteLine]:
    """Lines of notes before their label whose article lacks something of the customs data: text, tariff code as long as the
    country wants it, origin, weight."""
    longer = CountryRule.objects.filter(
        country=OuterRef("note__country"), hs_digits__gt=Length(OuterRef("sku__hs_code"))
    )
    national = NationalCode.objects.filter(country=OuterRef("note__country"), hs6=Left(OuterRef("sku__hs_code"), 6))
    short = Q(digits__lt=6) | (Exists(longer) & ~Exists(national))
    rows = NoteLine.objects.filter(note__state__in=BEFORE_LABEL).alias(digits=Length("sku__hs_code"))
    rows = rows.annotate(short_code=Case(When(short, then=True), default=False, output_field=BooleanField()))
    return rows.filter(
        Q(sku__customs_text="") | Q(sku__origin="") | Q(sku__weight_g__isnull=True) | Q(short_code=True)
    )  # fmt: skip
