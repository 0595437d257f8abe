"""Words of dispatch and parcels."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ServiceKind(models.TextChoices):
    """Families of carrier services; promises and checks differ by family."""

    POSTAL_UNTRACKED = "postal_untracked", _("Ordinary small packet")
    POSTAL_REGISTERED = "postal_registered", _("Registered small packet")
    POSTAL_TRACKED = "postal_tracked", _("Tracked post")
    EMS = "ems", _("EMS")
    EXPRESS = "express", _("Express")
    DEDICATED_LINE = "dedicated_line", _("Dedicated line")
    MARKETPLACE_LINE = "marketplace_line", _("Marketplace line")
    LOCAL = "local", _("Local delivery")


class TrackingLevel(models.TextChoices):
    """How far a service is scanned."""

    NONE = "none", pgettext_lazy("tracking", "Not at all")
    DEPARTURE = "to_departure", pgettext_lazy("tracking", "Until it leaves our country")
    ARRIVAL = "to_arrival", pgettext_lazy("tracking", "Until it arrives in the country")
    FULL = "full", pgettext_lazy("tracking", "To the door")


class NoteState(models.TextChoices):
    """Life of a dispatch note. A note is released to the warehouse; only a parcel is handed over."""

    DRAFT = "draft", pgettext_lazy("note", "Draft")
    SIGNED = "signed", pgettext_lazy("note", "Signed")
    RELEASED = "released", pgettext_lazy("note", "Released")
    BLOCKED = "blocked", pgettext_lazy("note", "Blocked")
    PACKED = "packed", pgettext_lazy("note", "Packed")
    CLOSED = "closed", pgettext_lazy("note", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("note", "Withdrawn")


class SignatureKind(models.TextChoices):
    """The two signatures of a note (manual 002): the price by the purchaser, the note by the supervisor."""

    PRICE = "price", pgettext_lazy("signature", "Purchaser: price")
    NOTE = "note", pgettext_lazy("signature", "Supervisor: note")


class SupplyRoute(models.TextChoices):
    """Where missing goods come from, as the supervisor decides on the note."""

    STOCK = "stock", pgettext_lazy("supply", "From stock")
    PRODUCTION = "production", pgettext_lazy("supply", "Own production")
    PURCHASE = "purchase", pgettext_lazy("supply", "Purchase")


class BlockReason(models.TextChoices):
    """Why the warehouse cannot go on with a note; it is reported upward."""

    MISSING = "missing", pgettext_lazy("block", "Goods missing")
    QUALITY = "quality", pgettext_lazy("block", "Quality problem")
    ADDRESS = "address", pgettext_lazy("block", "Address problem")
    WISH = "wish", pgettext_lazy("block", "Wish cannot be met")
    INTERCEPTED = "intercepted", pgettext_lazy("block", "Intercepted")
    OTHER = "other", pgettext_lazy("block", "Other reason")


class NumberState(models.TextChoices):
    """Life of a waybill number."""

    FREE = "free", pgettext_lazy("waybill", "Free")
    RESERVED = "reserved", pgettext_lazy("waybill", "Reserved")
    USED = "used", pgettext_lazy("waybill", "Used")
    VOID = "void", pgettext_lazy("waybill", "Void")


class LabelSize(models.TextChoices):
    """Paper of the label printer, in millimetres."""

    SQUARE = "100x100", "100 × 100 mm"
    TALL = "100x150", "100 × 150 mm"


class LabelState(models.TextChoices):
    """Life of a label that a carrier issues: asked for, here, not to be had."""

    WAITING = "waiting", pgettext_lazy("carrier label", "Asked for")
    READY = "ready", pgettext_lazy("carrier label", "Here")
    FAILED = "failed", pgettext_lazy("carrier label", "Not to be had")
    VOID = "void", pgettext_lazy("carrier label", "Void")


class NumberSource(models.TextChoices):
    """Where a waybill number came from."""

    POOL = "pool", pgettext_lazy("waybill", "Number pool")
    FILE = "file", pgettext_lazy("waybill", "File")
    API = "api", pgettext_lazy("waybill", "Carrier")
    HAND = "hand", pgettext_lazy("waybill", "By hand")


class ParcelState(models.TextChoices):
    """Life of a parcel."""

    PACKED = "packed", pgettext_lazy("parcel", "Packed")
    SHIPPED = "shipped", pgettext_lazy("parcel", "Under way")
    DELIVERED = "delivered", pgettext_lazy("parcel", "Delivered")
    RETURNED = "returned", pgettext_lazy("parcel", "Returned")
    LOST = "lost", pgettext_lazy("parcel", "Lost")
    CLOSED = "closed", pgettext_lazy("parcel", "Closed")


#: A parcel in one of these needs no next check any more.
SETTLED = [ParcelState.DELIVERED, ParcelState.RETURNED, ParcelState.LOST, ParcelState.CLOSED]


class TrackingState(models.TextChoices):
    """What the newest events say, in the words the trade knows."""

    UNTRACKED = "untracked", pgettext_lazy("tracking", "Not tracked")
    NOT_FOUND = "not_found", pgettext_lazy("tracking", "Not found")
    IN_TRANSIT = "in_transit", pgettext_lazy("tracking", "In transit")
    CUSTOMS = "customs", pgettext_lazy("tracking", "At customs")
    CUSTOMS_HELD = "customs_held", pgettext_lazy("tracking", "Held by customs")
    OUT_FOR_DELIVERY = "out_for_delivery", pgettext_lazy("tracking", "Out for delivery")
    AWAITING_COLLECTION = "awaiting_collection", pgettext_lazy("tracking", "Ready for collection")
    ATTEMPTED = "attempted", pgettext_lazy("tracking", "Delivery failed")
    STALLED = "stalled", pgettext_lazy("tracking", "No news for long")
    RETURNING = "returning", pgettext_lazy("tracking", "Being returned")
    RETURNED = "returned", pgettext_lazy("tracking", "Returned")
    DELIVERED = "delivered", pgettext_lazy("tracking", "Delivered")
    LOST = "lost", pgettext_lazy("tracking", "Lost")


class EventStage(models.TextChoices):
    """Normalised tracking events."""

    REGISTERED = "registered", pgettext_lazy("event", "Registered")
    PICKED_UP = "picked_up", pgettext_lazy("event", "Picked up")
    LEFT_ORIGIN = "left_origin", pgettext_lazy("event", "Left the country of origin")
    EXPORT_CUSTOMS = "export_customs", pgettext_lazy("event", "Export customs")
    ARRIVED = "arrived", pgettext_lazy("event", "Arrived in the country of destination")
    IMPORT_CUSTOMS = "import_customs", pgettext_lazy("event", "Import customs")
    HELD = "held", pgettext_lazy("event", "Held by customs")
    IN_TRANSIT = "in_transit", pgettext_lazy("event", "On the way")
    OUT_FOR_DELIVERY = "out_for_delivery", pgettext_lazy("event", "Out for delivery")
    ATTEMPTED = "attempted", pgettext_lazy("event", "Delivery attempted")
    READY_FOR_COLLECTION = "ready_for_collection", pgettext_lazy("event", "Ready for collection")
    DELIVERED = "delivered", pgettext_lazy("event", "Delivered")
    RETURNING = "returning", pgettext_lazy("event", "Being returned")
    RETURNED = "returned", pgettext_lazy("event", "Returned")
    LOST = "lost", pgettext_lazy("event", "Lost")
    STOPPED = "stopped", pgettext_lazy("event", "Tracking stopped")


class Advice(models.TextChoices):
    """What the decision tables advise (the remedies of the house)."""

    WAIT = "wait", pgettext_lazy("advice", "Wait")
    WAIT_EXTEND = "wait_extend", pgettext_lazy("advice", "Ask for patience and lengthen the receiving time")
    ADVISE_PICKUP = "advise_pickup", pgettext_lazy("advice", "Ask the buyer to collect it")
    ASK_POST_OFFICE = "ask_post_office", pgettext_lazy("advice", "Ask the buyer to check the post office")
    CUSTOMS_DOCUMENTS = "customs_documents", pgettext_lazy("advice", "Offer papers for customs")
    CARRIER_INQUIRY = "carrier_inquiry", pgettext_lazy("advice", "Ask the carrier to search")
    DECLINE = "decline_with_evidence", pgettext_lazy("advice", "Refuse with proof")
    REFUND = "refund_full", pgettext_lazy("advice", "Refund")
    REFUND_PARTIAL = "refund_partial", pgettext_lazy("advice", "Refund a part")
    RESEND = "resend_full", pgettext_lazy("advice", "Send again")
    PAY_DUTY = "pay_duty", pgettext_lazy("advice", "Pay the duty")
    RESTOCK = "restock_refund_goods", pgettext_lazy("advice", "Take back and refund the goods")
    ESCALATE = "escalate", pgettext_lazy("advice", "A supervisor decides")


class CustomsReason(models.TextChoices):
    """Why customs holds a parcel, as far as somebody was told."""

    DOCUMENTS = "documents", pgettext_lazy("customs hold", "Papers missing")
    VALUATION = "valuation", pgettext_lazy("customs hold", "Value doubted")
    DUTY = "duty_unpaid", pgettext_lazy("customs hold", "Duty not paid")
    ID = "recipient_id", pgettext_lazy("customs hold", "Identity of the recipient")
    RESTRICTED = "restricted", pgettext_lazy("customs hold", "Restricted goods")
    COUNTERFEIT = "counterfeit", pgettext_lazy("customs hold", "Suspected imitation")
    REFUSES = "recipient_refuses", pgettext_lazy("customs hold", "Recipient refuses")


class CustomsForm(models.TextChoices):
    """The paper, or the electronic data, that goes with a parcel."""

    CN22 = "CN22", "CN22"
    CN23 = "CN23", "CN23"
    INVOICE = "commercial_invoice", pgettext_lazy("customs", "Commercial invoice")
    ELECTRONIC = "electronic", pgettext_lazy("customs", "Electronic data")
    PLATFORM = "platform", pgettext_lazy("customs", "By the platform")


class Incoterm(models.TextChoices):
    """Who pays duty and tax."""

    DAP = "DAP", pgettext_lazy("customs", "DAP: the recipient pays duties")
    DDP = "DDP", pgettext_lazy("customs", "DDP: we pay duties")


class NonDelivery(models.TextChoices):
    """What the post does with a parcel that it cannot deliver."""

    RETURN = "return", pgettext_lazy("customs", "Return to sender")
    ABANDON = "abandon", pgettext_lazy("customs", "Treat as abandoned")


class DifferenceReason(models.TextChoices):
    """The accepted reasons for a value that differs from the price paid."""

    REPLACEMENT = "free_replacement", pgettext_lazy("customs", "Free replacement at its real value")
    PART = "part_shipment", pgettext_lazy("customs", "Part shipment")
    CORRECTION = "price_correction", pgettext_lazy("customs", "Documented price correction")
    REAL = "real_value", pgettext_lazy("customs", "Real value above the price paid")


class DifferenceState(models.TextChoices):
    """Where a difference stands."""

    WAITING = "waiting", pgettext_lazy("customs", "Waits for a second person")
    APPLIED = "applied", pgettext_lazy("customs", "Declared")
    REFUSED = "refused", pgettext_lazy("customs", "Refused")
    VOID = "void", pgettext_lazy("customs", "Void: the order changed")


class GoodsAction(models.TextChoices):
    """What follows from a class of goods."""

    BLOCK = "block", pgettext_lazy("customs", "never sent")
    POSTAL = "block_postal", pgettext_lazy("customs", "not by post")
    CARRIER = "carrier_check", pgettext_lazy("customs", "look at the service")
    COUNTRY = "country_check", pgettext_lazy("customs", "look at the country")


class BuyerMood(models.TextChoices):
    """How patient the buyer is, as a person judges it."""

    CALM = "calm", pgettext_lazy("mood", "Patient")
    NEUTRAL = "neutral", pgettext_lazy("mood", "Neutral")
    IMPATIENT = "impatient", pgettext_lazy("mood", "Impatient")


class PlaceOk(models.TextChoices):
    """Whether a delivered parcel was delivered to the address of the order, as somebody read in the proof."""

    YES = "yes", pgettext_lazy("delivered to", "The order's address")
    NO = "no", pgettext_lazy("delivered to", "Another address")


class Anomaly(models.TextChoices):
    """Why a parcel under way stands on the weekly review, the gravest first."""

    RETURNING = "returning", pgettext_lazy("anomaly", "Comes back")
    HELD = "held", pgettext_lazy("anomaly", "Held by customs")
    ATTEMPTED = "attempted", pgettext_lazy("anomaly", "Delivery failed")
    COLLECT = "collect", pgettext_lazy("anomaly", "Waits to be collected")
    LATE = "late", pgettext_lazy("anomaly", "Later than promised")
    SILENT = "silent", pgettext_lazy("anomaly", "No event for long")
    SLOW = "slow", pgettext_lazy("anomaly", "Later than most of its lane")
    NEAR = "near", pgettext_lazy("anomaly", "Promise ends soon")
    BLIND = "blind", pgettext_lazy("anomaly", "Blind lane, beyond its usual days")

    @property
    def tone(self) -> str:
        """Its colour."""
        return {
            "returning": "rose", "held": "rose", "late": "rose", "attempted": "lantern", "collect": "lantern", "silent": "lantern",
            "slow": "amber", "near": "amber",
        }.get(self.value, "neutral")  # fmt: skip


class WeightAnswer(models.TextChoices):
    """What the scale said of a parcel when it was sealed."""

    OK = "ok", pgettext_lazy("weight", "As expected")
    LIGHT = "light", pgettext_lazy("weight", "Too light")
    HEAVY = "heavy", pgettext_lazy("weight", "Too heavy")
    UNSURE = "unsure", pgettext_lazy("weight", "Not known yet")


class Work(models.TextChoices):
    """What the dispatch board asks for next; each open note stands in one column."""

    TO_SIGN = "to-sign", pgettext_lazy("board", "To sign")
    TO_BUY = "to-buy", pgettext_lazy("board", "Goods missing")
    TO_NUMBER = "to-number", pgettext_lazy("board", "Needs a waybill number")
    TO_PRINT = "to-print", pgettext_lazy("board", "To print")
    TO_PACK = "to-pack", pgettext_lazy("board", "To pack")
    BLOCKED = "blocked", pgettext_lazy("board", "Problem reported")
    PACKED = "packed", pgettext_lazy("board", "To hand over")
    LATE = "late", pgettext_lazy("board", "Pick-up passed")


class VolumetricKind(models.TextChoices):
    """When the size of a parcel counts as weight."""

    NONE = "none", pgettext_lazy("volumetric", "never")
    MAX = "max", pgettext_lazy("volumetric", "the greater of the two")
    SIDE_GE = "max_if_side_ge", pgettext_lazy("volumetric", "when a side reaches a length")
    SIDE_GT = "max_if_side_gt", pgettext_lazy("volumetric", "when a side is longer than a length")
    RATIO_GE = "max_if_ratio_ge", pgettext_lazy("volumetric", "when it reaches a multiple of the weight")
    GROUPS = "max_for_big_groups", pgettext_lazy("volumetric", "in some groups of the table")


class ContentKind(models.TextChoices):
    """What a declaration says is in a parcel."""

    SALE = "sale_of_goods", pgettext_lazy("content", "Sale of goods")
    GIFT = "gift", pgettext_lazy("content", "Gift")
    SAMPLE = "commercial_sample", pgettext_lazy("content", "Commercial sample")
    DOCUMENTS = "documents", pgettext_lazy("content", "Documents")
    RETURNED = "returned_goods", pgettext_lazy("content", "Returned goods")
    OTHER = "other", pgettext_lazy("content", "Other")


class CargoClass(models.TextChoices):
    """For which goods a row of a rate table holds."""

    GENERAL = "general", pgettext_lazy("cargo", "General goods")
    SPECIAL = "special", pgettext_lazy("cargo", "Special goods")
    BATTERY_OK = "battery_ok", pgettext_lazy("cargo", "General goods and batteries")


class SurchargeKind(models.TextChoices):
    """What is added to the freight, or taken off."""

    DISCOUNT = "discount", pgettext_lazy("surcharge", "Discount")
    FUEL = "fuel", pgettext_lazy("surcharge", "Fuel")
    REMOTE = "remote", pgettext_lazy("surcharge", "Remote area")
    OVERSIZE = "oversize", pgettext_lazy("surcharge", "Oversize")
    BATTERY = "battery", pgettext_lazy("surcharge", "Batteries")
    DUTIES_PAID = "duties_paid", pgettext_lazy("surcharge", "Duties paid")
    HANDLING = "handling", pgettext_lazy("surcharge", "Handling")


class PickStrategy(models.TextChoices):
    """How a choosing rule picks among its services."""

    CHEAPEST = "cheapest", pgettext_lazy("choice", "The cheapest")
    FIRST = "first", pgettext_lazy("choice", "The first that takes it")


class WaveKind(models.TextChoices):
    """How a wave is packed."""

    SINGLE = "single", pgettext_lazy("wave", "Single-item orders")
    MIXED = "mixed", pgettext_lazy("wave", "Sorting slots")


class EstimateBasis(models.TextChoices):
    """What an expected freight rests on."""

    NOTE = "note", pgettext_lazy("estimate", "Weights of the articles")
    PARCEL = "parcel", pgettext_lazy("estimate", "The scale")


class SourceKind(models.TextChoices):
    """Services that follow numbers for us."""

    SEVENTEEN = "17track", "17TRACK"


class FollowState(models.TextChoices):
    """Where a number stands at a tracking source."""

    WANTED = "wanted", pgettext_lazy("followed", "To be registered")
    REGISTERED = "registered", pgettext_lazy("followed", "Followed")
    CHOOSE = "choose", pgettext_lazy("followed", "Carrier to be picked")
    REFUSED = "refused", pgettext_lazy("followed", "Refused by the source")
    STOPPED = "stopped", pgettext_lazy("followed", "Not followed any more")


class PushState(models.TextChoices):
    """What became of a push."""

    NEW = "new", pgettext_lazy("push", "Not read yet")
    DONE = "done", pgettext_lazy("push", "Read")
    FAILED = "failed", pgettext_lazy("push", "Cannot be read")


class IncidentKind(models.TextChoices):
    """What disturbs a lane."""

    STRIKE = "strike", pgettext_lazy("incident", "Strike")
    FLIGHT = "flight", pgettext_lazy("incident", "Flights")
    FLOOD = "flood", pgettext_lazy("incident", "Flood or storm")
    CUSTOMS = "customs", pgettext_lazy("incident", "Customs closed")
    OTHER = "other", pgettext_lazy("incident", "Something else")


class IncidentState(models.TextChoices):
    """Life of an incident."""

    OPEN = "open", pgettext_lazy("incident", "Open")
    ENDED = "ended", pgettext_lazy("incident", "Ended")
