"""Writes of the worklist: planning, running, and what people do with their duties."""

from worklist.services.handling import assign, beat, claim, done, free_claims, retry, snooze, take_back, unclaim, wake
from worklist.services.planning import close, hasten, open_for, plan, refresh
from worklist.services.running import Ran, run_due, run_until_done
from worklist.services.sweeping import Swept, rerank, sweep

__all__ = [
    "Ran", "Swept", "assign", "beat", "claim", "close", "done", "free_claims", "hasten", "open_for", "plan", "refresh", "rerank",
    "retry", "run_due", "run_until_done", "snooze", "sweep", "take_back", "unclaim", "wake",
]  # fmt: skip
