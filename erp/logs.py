"""What is kept out of the log."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

PROBES = ("/healthz", "/readyz", "/metrics")
#: The public page of a parcel: who reads its address can open it.
_LINK = re.compile(r"(/t/)[^/\s?\"']+")


def without_links(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The line without the keys of public pages: a log is read by people who may not see buyers."""
    for key, value in event.items():
        if isinstance(value, str) and "/t/" in value:
            event[key] = _LINK.sub(r"\1…", value)
    return event


class NoProbes(logging.Filter):
    """Health probes ask every second; what they find is in their answer and, when it is bad, in a line of its own."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is kept."""
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path is None and isinstance(record.msg, dict):
            path = str(record.msg.get("request", "")).partition(" ")[2]
        return path not in PROBES
