"""What is kept out of the log."""

from __future__ import annotations

import logging

PROBES = ("/healthz", "/readyz", "/metrics")


class NoProbes(logging.Filter):
    """Health probes ask every second; what they find is in their answer and, when it is bad, in a line of its own."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is kept."""
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path is None and isinstance(record.msg, dict):
            path = str(record.msg.get("request", "")).partition(" ")[2]
        return path not in PROBES
