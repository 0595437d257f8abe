"""House rules of lanes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

WINDOW_DAYS = declare(
    "logistics.lane_window_days", 365, _("A lane is reckoned from the parcels handed over in so many days"), source="chosen",
    per_store=False, least=30,
)  # fmt: skip
LAG_DAYS = declare(
    "logistics.lane_lag_days", 1, _("Days until an arrival is surely known here"), source="chosen", per_store=False
)
LEAST = declare(
    "logistics.lane_least", 30, _("A lane with fewer arrivals is answered by the pooled lane"), source="chosen",
    per_store=False, least=1,
)  # fmt: skip
CONFIDENCE = declare(
    "logistics.lane_confidence",
    "0.95",
    _("How sure the band around a curve is (0 to 1)"),
    source="chosen",
    per_store=False,
)
MOST = declare(
    "logistics.lane_most", "0.9", _("The share that has arrived on the day shown as “most have arrived”"), source="chosen",
    per_store=False,
)  # fmt: skip
RISK = declare(
    "logistics.lane_risk", "0.05", _("The share of parcels that may come later than a suggested promise"), source="chosen",
    per_store=False,
)  # fmt: skip
SOON_DAYS = declare(
    "logistics.lane_soon_days", 10, _("The chance of a parcel is told for so many days ahead"), source="chosen",
    per_store=False, least=1,
)  # fmt: skip
ALIKE = declare(
    "logistics.lane_alike", 10, _("A chance is told only when so many parcels were once as old"), source="chosen",
    per_store=False, least=1,
)  # fmt: skip
PEAK_MONTHS = declare(
    "logistics.lane_peak_months", [10, 11, 12, 1], _("Months of the busy season, reckoned apart (empty: no seasons)"),
    source="manual 002 (Russia slower after October)", per_store=False,
)  # fmt: skip
DRIFT_DAYS = declare(
    "logistics.lane_drift_days", 60, _("The parcels of so many days are compared with those before"), source="chosen",
    per_store=False, least=7,
)  # fmt: skip
DRIFT_CHANCE = declare(
    "logistics.lane_drift_chance", "0.001", _("A lane counts as slower when chance alone would do it this seldom"),
    source="chosen", per_store=False,
)  # fmt: skip
DRIFT_SLOWER = declare(
    "logistics.lane_drift_slower_days",
    3,
    _("… and when it is slower by so many days"),
    source="chosen",
    per_store=False,
)
DRIFT_PARCELS = declare(
    "logistics.lane_drift_parcels", 20, _("… and with so many arrivals expected and before"), source="chosen", per_store=False,
    least=1,
)  # fmt: skip
ANSWER_DAYS = declare(
    "logistics.lane_answer_days", 3, _("Days the person in charge has to look at a lane that became slower"), source="chosen",
    per_store=False,
)  # fmt: skip
SEEN_SHARE = declare(
    "logistics.lane_seen_share", "0.5",
    _("A lane listed as blind counts as scanned when this share of its old parcels was confirmed"), source="chosen",
    per_store=False,
)  # fmt: skip
DARK_SHARE = declare(
    "logistics.lane_dark_share", "0.1",
    _("A lane listed as scanned counts as blind when less than this share of its old parcels was confirmed"), source="chosen",
    per_store=False,
)  # fmt: skip
REFRESH_HOURS = declare(
    "logistics.lane_refresh_hours",
    24,
    _("Hours between two reckonings of the lanes"),
    source="chosen",
    per_store=False,
    least=1,
)
