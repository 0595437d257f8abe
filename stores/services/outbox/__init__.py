"""Calls out of the house: written as rows with the caller's own change, carried out by workers, each exactly once.

queue     puts calls in, takes them back, tries failed ones again
lanes     one way out of one store: paused, held, one worker at a time
settling  claim, confirm right before sending, write down what came out
sending   the round of a worker
"""

from stores.connectors.mail.connector import to_nobody
from stores.services.outbox.lanes import CARRIER, CHANNEL, MAIL, MODELS, lane_of, pause, paused_reasons, resume
from stores.services.outbox.queue import (
    CallSpec,
    drop,
    drop_for_store,
    drop_moot,
    enqueue,
    enqueue_many,
    forget,
    retry,
)
from stores.services.outbox.sending import drain, due_lanes, send_due, send_lane
from stores.services.outbox.settling import sweep

__all__ = [
    "CARRIER", "CHANNEL", "MAIL", "MODELS", "CallSpec",
    "drain", "drop", "drop_for_store", "drop_moot", "due_lanes", "enqueue", "enqueue_many", "forget",
    "lane_of", "pause", "paused_reasons", "resume", "retry", "send_due", "send_lane", "sweep",
    "to_nobody",
]  # fmt: skip
