"""News travels up: a lower app publishes a frozen dataclass of ids, upper apps subscribe.

Delivery happens after commit, in the same process, and is only a hurry: each subscriber names the periodic job that does
its work if the news is lost (``recovered_by``), and a failing subscriber is logged, never passed on to the publisher.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django_scopes import scopes_disabled

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Subscription:
    """One listener: what it hears, the function, and the job that recovers a lost event."""

    event: type
    handler: Callable[[Any], None]
    recovered_by: str


SUBSCRIPTIONS: dict[type, list[Subscription]] = defaultdict(list)


def subscribe(event: type, *, recovered_by: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Register a handler for ``event``; ``recovered_by`` names the periodic job that would do the same work later."""

    def register(handler: Callable[[Any], None]) -> Callable[[Any], None]:
        SUBSCRIPTIONS[event].append(Subscription(event, handler, recovered_by))
        return handler

    return register


def publish(event: Any) -> None:
    """Tell all subscribers after the running transaction has committed (at once when there is none)."""

    def deliver() -> None:
        for subscription in SUBSCRIPTIONS[type(event)]:
            try:
                with scopes_disabled():  # news is for the whole house, whoever's act it was
                    subscription.handler(event)
            except Exception:
                logger.exception("subscriber failed", extra={"event_type": type(event).__name__})

    transaction.on_commit(deliver)
