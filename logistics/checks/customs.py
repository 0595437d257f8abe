"""Promises of customs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from core.invariants import invariant
from logistics.choices import NoteState
from logistics.models import Declaration, DispatchNote

#: So many are named; the count of a broken promise matters less than that there are any.
SHOWN = 100


@invariant("G17", "what is declared of a parcel is what its signed note says, to the cent")
def declarations_of_their_own(now: datetime) -> Iterable[str]:
    """Declarations with other figures than the note: a second set of values."""
    rows = Declaration.objects.filter(revision=F("note__revision"), revision__gt=0)
    riders = DispatchNote.objects.filter(together=OuterRef("note_id")).order_by().values("together")
    along = riders.annotate(n=Sum("declared_value")).values("n")
    rows = rows.annotate(signed=F("note__declared_value") + Coalesce(Subquery(along), Value(Decimal(0))))
    wrong = rows.filter(~Q(goods_total=F("signed")) | ~Q(currency=F("note__declared_currency")))
    for row in wrong.select_related("note")[:SHOWN]:
        yield f"{row.note.number} declares {row.goods_total} {row.currency}, its notes {row.signed}"
    sums = rows.annotate(total=Sum("lines__value")).exclude(total=F("goods_total"))
    for row in sums.select_related("note")[:SHOWN]:
        yield f"{row.note.number} declares {row.goods_total}, its lines {row.total}"


@invariant("G17", "no note that left the desk bears content false for a sale")
def false_content(now: datetime) -> Iterable[str]:
    """Gifts that were paid for."""
    left = [NoteState.SIGNED, NoteState.RELEASED, NoteState.PACKED, NoteState.CLOSED]
    rows = DispatchNote.objects.filter(state__in=left).exclude(content_type="sale_of_goods")
    yield from rows.values_list("number", flat=True)[:SHOWN]


@invariant("G18", "every declared value in the history of the tables was written by somebody with a name")
def nameless_values(now: datetime) -> Iterable[str]:
    """Lines of notes whose value was entered or changed by nobody, told by the database's own history."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT h.pgh_obj_id, h.value FROM logistics_notelinehistory h
               WHERE h.pgh_label IN ('insert', 'update') AND COALESCE(h.pgh_context ->> 'actor', '') = ''
                 AND h.value IS DISTINCT FROM (
                   SELECT p.value FROM logistics_notelinehistory p
                   WHERE p.pgh_obj_id = h.pgh_obj_id AND p.pgh_id < h.pgh_id ORDER BY p.pgh_id DESC LIMIT 1)
               ORDER BY h.pgh_id LIMIT %s""",
            [SHOWN],
        )
        for line, value in cursor.fetchall():
            yield f"line {line} was given the value {value} by nobody"
