"""How often a caller may ask: one counter per caller and minute in Valkey. Without Valkey nobody is held back."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

from core.reading import caller_address

logger = logging.getLogger(__name__)
WINDOW = 60


class CallerThrottle(BaseThrottle):
    """``API_RATE_PER_MINUTE`` requests a minute for each token or person, ``API_ANONYMOUS_PER_MINUTE`` for each address."""

    left = 0

    def allow_request(self, request: Any, view: Any) -> bool:
        """Count the request; False when there were too many in this minute."""
        actor = getattr(request.user, "actor", None) or (request.user if request.user.is_authenticated else None)
        if actor is None:
            who, limit = f"ip:{caller_address(request)}", getattr(settings, "API_ANONYMOUS_PER_MINUTE", 60)
        else:
            who = f"{getattr(actor, 'kind', 'user')}:{getattr(actor, 'ref', None) or getattr(actor, 'pk', '')}"
            limit = getattr(settings, "API_RATE_PER_MINUTE", 6000)
        now = int(time.time())
        self.left = WINDOW - now % WINDOW
        key = f"throttle:{who}:{now // WINDOW}"
        try:
            return int(cache.bump(key, WINDOW * 2)) <= limit  # type: ignore[attr-defined]  # core.valkey
        except Exception as error:
            logger.warning("throttle cannot count", extra={"reason": type(error).__name__})
            return True

    def wait(self) -> float:
        """Seconds until the next minute."""
        return float(self.left)
