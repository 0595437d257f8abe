"""Tables of carriers, dispatch notes and parcels."""

from logistics.models.carrier import CoverageRule, PromiseRule, Service, WaybillNumber
from logistics.models.dispatch import ApprovalRule, DispatchNote, NoteLine, NoteSignature, PrintBatch, PrintLog
from logistics.models.parcel import DecisionRule, Extension, Parcel, ParcelLine, ScanEvent, TrackingEvent

__all__ = [
    "ApprovalRule", "CoverageRule", "DecisionRule", "DispatchNote", "Extension", "NoteLine", "NoteSignature", "Parcel", "ParcelLine",
    "PrintBatch", "PrintLog", "PromiseRule", "ScanEvent", "Service", "TrackingEvent", "WaybillNumber",
]  # fmt: skip
