"""Tables of carriers, dispatch notes and parcels."""

from logistics.models.carrier import CoverageRule, PromiseRule, Service, WaybillNumber
from logistics.models.dispatch import ApprovalRule, DispatchNote, NoteLine, NoteSignature, PrintBatch, PrintLog
from logistics.models.packing import WeightBelief
from logistics.models.parcel import DecisionRule, Extension, Parcel, ParcelLine, ScanEvent, TrackingEvent
from logistics.models.rates import (
    ChoiceRule,
    FreightEstimate,
    RateRow,
    RateTable,
    ServiceDestination,
    ServiceTerms,
    Surcharge,
)

__all__ = [
    "ApprovalRule", "ChoiceRule", "CoverageRule", "DecisionRule", "DispatchNote", "Extension", "FreightEstimate", "NoteLine",
    "NoteSignature", "Parcel", "ParcelLine", "PrintBatch", "PrintLog", "PromiseRule", "RateRow", "RateTable", "ScanEvent", "Service",
    "ServiceDestination", "ServiceTerms", "Surcharge", "TrackingEvent", "WaybillNumber", "WeightBelief",
]  # fmt: skip
