"""The packing table: every scan is stored with its answer, every scan asks again whether the parcel may go on.

A refusal is an answer, not an error: it is recorded, and a stop of the order (ORD-24) blocks the note in the same moment.
The same key again answers the same.

scanning  one scan, one photo, a whole parcel in one call · opening  a note comes onto the table, or is stopped
steps     articles, checks, weight · sealing  the label closes the parcel · sorting  waves and their slots
joining   two orders of one buyer in one parcel
"""

from logistics.services.packing.answers import NOTE_NUMBER, Scanned
from logistics.services.packing.scanning import pack, photograph, scan

__all__ = ["NOTE_NUMBER", "Scanned", "pack", "photograph", "scan"]
