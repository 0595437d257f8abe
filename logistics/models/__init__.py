"""Tables of carriers, dispatch notes and parcels."""

from logistics.models.account import CarrierAccount, CarrierLabel
from logistics.models.carrier import CoverageRule, PromiseRule, Service, WaybillNumber
from logistics.models.customs import (
    Brand,
    CountryRule,
    CustomsReview,
    Declaration,
    DeclarationLine,
    GoodsClassRule,
    NationalCode,
    NatureCode,
    RecipientId,
    RulePack,
    StopWordRule,
    TaxNumber,
    ValueDifference,
    ValueMedian,
)
from logistics.models.dispatch import ApprovalRule, DispatchNote, NoteLine, NoteSignature, PrintBatch, PrintLog
from logistics.models.manifest import Manifest, ManifestLine
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
    "ApprovalRule",
    "Brand",
    "CarrierAccount",
    "CarrierLabel",
    "ChoiceRule",
    "CountryRule",
    "CoverageRule",
    "CustomsReview",
    "DecisionRule",
    "Declaration",
    "DeclarationLine",
    "DispatchNote",
    "Extension",
    "FreightEstimate",
    "GoodsClassRule",
    "Manifest",
    "ManifestLine",
    "NationalCode",
    "NatureCode",
    "NoteLine",
    "NoteSignature",
    "Parcel",
    "ParcelLine",
    "PrintBatch",
    "PrintLog",
    "PromiseRule",
    "RateRow",
    "RateTable",
    "RecipientId",
    "RulePack",
    "ScanEvent",
    "Service",
    "ServiceDestination",
    "ServiceTerms",
    "StopWordRule",
    "Surcharge",
    "TaxNumber",
    "TrackingEvent",
    "ValueDifference",
    "ValueMedian",
    "WaybillNumber",
    "WeightBelief",
]  # fmt: skip
