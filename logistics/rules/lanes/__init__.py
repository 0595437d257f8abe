"""How long parcels take on a lane (service x country). Pure: counts in, curves, answers and alarms out.

``tally`` makes counts of what is known at a day, ``curve`` estimates how many arrive by when with the parcels still under
way counted, ``choosing`` falls back to a wider lane where a lane has too few, ``answers`` says what a curve means for one
parcel or a promise, ``drift`` tells when a lane has become slower.
"""

from logistics.rules.lanes.answers import Arrives, Outlook, advised_days, kept_share, lost_share, outlook
from logistics.rules.lanes.choosing import Basis, Picked, chain, pick, season_of
from logistics.rules.lanes.curve import Curve, Step, curve
from logistics.rules.lanes.drift import Bounds, Drift, drift, log_rank, stands
from logistics.rules.lanes.sight import is_blind
from logistics.rules.lanes.tally import Cohort, Tally, merged, tally, took

__all__ = [
    "Arrives", "Basis", "Bounds", "Cohort", "Curve", "Drift", "Outlook", "Picked", "Step", "Tally", "advised_days", "chain",
    "curve", "drift", "is_blind", "kept_share", "log_rank", "lost_share", "merged", "outlook", "pick", "season_of", "stands",
    "tally", "took",
]  # fmt: skip
