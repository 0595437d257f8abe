"""Following parcels until they have arrived or are settled."""

from logistics.services.tracking.checking import check_many, check_parcel
from logistics.services.tracking.events import (
    pull_done,
    record_by_hand,
    record_events,
    record_one,
    record_remote,
    restate,
)
from logistics.services.tracking.extending import (
    ask_extensions,
    confirm_extension,
    extend,
    extension_settled,
    extension_silent,
)
from logistics.services.tracking.files import read_event_file, start_event_import
from logistics.services.tracking.following import adopt_orders, plan_follow, start_following
from logistics.services.tracking.judging import complete_orders, judge
from logistics.services.tracking.settling import reopen, settle
from logistics.services.tracking.tables import set_decision, set_promise

__all__ = [
    "adopt_orders",
    "ask_extensions",
    "check_many",
    "check_parcel",
    "complete_orders",
    "confirm_extension",
    "extend",
    "extension_settled",
    "extension_silent",
    "judge",
    "plan_follow",
    "pull_done",
    "read_event_file",
    "record_by_hand",
    "record_events",
    "record_one",
    "record_remote",
    "reopen",
    "restate",
    "set_decision",
    "set_promise",
    "settle",
    "start_event_import",
    "start_following",
]  # fmt: skip
