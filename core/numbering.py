"""Numbers people read out: dispatch notes, parcels, batches. Without gaps inside a series, safe under many writers."""

from __future__ import annotations

from django.db import connection


def take(series: str, count: int = 1) -> range:
    """Take the next ``count`` numbers of ``series``; the row stays locked until the transaction ends.

    Take them late in a transaction: everybody who numbers in the same series waits for the lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_sequence (name, last) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET last = core_sequence.last + EXCLUDED.last RETURNING last",
            [series, count],
        )
        last: int = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


def note_number(value: int) -> str:
    """The number printed on a dispatch note, e.g. DN-2041."""
    return f"DN-{value}"


def parcel_number(value: int) -> str:
    """The number of a parcel, e.g. PC-10023."""
    return f"PC-{value}"


def batch_number(value: int) -> str:
    """The number of a print batch, e.g. B-118."""
    return f"B-{value}"


def manifest_number(value: int) -> str:
    """The number of a carrier's hand-over list, e.g. HL-31."""
    return f"HL-{value}"


def order_number(value: int) -> str:
    """The number of an order that our own people entered, e.g. SO-1009."""
    return f"SO-{value}"


def case_number(value: int) -> str:
    """The number of a case, e.g. CS-1009."""
    return f"CS-{value}"


def wave_number(value: int) -> str:
    """The number of a wave of notes that are packed together, e.g. WV-118."""
    return f"WV-{value}"


def telling_number(value: int) -> str:
    """The number of one matter told to many buyers, e.g. TL-12."""
    return f"TL-{value}"


def incident_number(value: int) -> str:
    """The number of an incident on lanes, e.g. INC-7."""
    return f"INC-{value}"
