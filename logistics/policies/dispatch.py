"""House rules of dispatch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

DEFAULT_SERVICE = declare(
    "logistics.default_service", "CP_REG", _("Service of orders whose paid method is not known"), source="house"
)
NOTE_TIMES = declare(
    "logistics.note_times",
    {"ready_am": "10:00", "due_am": "12:00", "ready_pm": "16:00", "due_pm": "16:30", "due_next": "10:30", "pickup": "17:00"},
    _("Times of notes where the table of deadlines has none"), source="manual 002, 003",
)  # fmt: skip
MISSING_DAYS = declare(
    "logistics.goods_missing_days",
    3,
    _("Working days after which goods that are not packed count as missing"),
    source="manual 002",
)
RELEASE_WHEN_SIGNED = declare(
    "logistics.release_when_signed",
    True,
    _("Release notes to the warehouse as soon as both signatures are given"),
    source="house",
)
NUMBER_WHEN_RELEASED = declare(
    "logistics.number_when_released", True, _("Reserve a waybill number as soon as a note is released"), source="house"
)
LOW_NUMBERS = declare(
    "logistics.low_numbers",
    50,
    _("Ask for more waybill numbers when a pool has fewer free ones"),
    source="house",
    per_store=False,
)
WEIGH = declare("logistics.weigh", True, _("Every parcel is weighed before it is sealed"), source="manual 002")
PHOTO = declare(
    "logistics.photo", "optional", _("Photo of the packed goods with their label before they are sealed"), source="manual 001",
    one_of=("off", "optional", "required"),
)  # fmt: skip
WAVE_SLOTS = declare(
    "logistics.wave_slots", 12, _("Sorting slots of a wave of mixed orders"), source="house", per_store=False
)
WAVE_LABEL = declare(
    "logistics.wave_label", True, _("Single-item orders: the label is printed when the article is scanned"), source="house",
    per_store=False,
)  # fmt: skip
PACKAGING_G = declare("logistics.packaging_g", 20, _("Weight of bag and filling (g)"), source="house", per_store=False)
#: The weight witness: how weights scatter when nothing is wrong, and how often something is.
SCATTER = declare(
    "logistics.weight_scatter",
    {"piece_percent": 3, "packing_g": 4, "scale_g": 1, "catalogue_percent": 10, "bag_g": 6},
    _("How far weights of pieces, packing, scale, catalogue and bag scatter"), source="house", per_store=False,
)  # fmt: skip
WEIGHT_ODDS = declare(
    "logistics.weight_odds",
    {"missing_percent": 5, "extra_percent": 0.3, "other_percent": 0.2, "silent_from_percent": 80},
    _("How often parcels are short, too full or wrong; the scale is silent from this chance of being right"),
    source="house", per_store=False,
)  # fmt: skip
WEIGH_CHECK = declare(
    "logistics.weigh_check", {"grams": 5, "percent": 2},
    _("How far scale and catalogue may be apart before a claim of missing pieces is believed"), source="house", per_store=False,
)  # fmt: skip
PACKER_HOLDS = declare(
    "logistics.packer_holds_minutes", 10, _("A note stays with its packer for this many minutes after the last scan"),
    source="house", per_store=False,
)  # fmt: skip
PRINT_LANGUAGE = declare(
    "logistics.print_language", "zh-hans", _("Language of printed notes"), source="house", one_of=("zh-hans", "en")
)
LABEL_SIZE = declare(
    "logistics.label_size", "100x100", _("Paper of the label printer (mm)"), source="house", per_store=False,
    one_of=("100x100", "100x150"),
)  # fmt: skip
LABEL_DAYS = declare(
    "logistics.carrier_label_days", 90, _("Days for which labels of carriers are kept"), source="house", per_store=False, least=1,
)  # fmt: skip
INSERT_CARD = declare(
    "logistics.insert_card",
    True,
    _("Lay a card into the parcel: thanks and an honest rating asked for"),
    source="manual 000",
)
NO_CARD_IN = declare(
    "logistics.no_card_in",
    "",
    _("Kinds of stores whose channel forbids cards in parcels"),
    source="house",
    per_store=False,
)
