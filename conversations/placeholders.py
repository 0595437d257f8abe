"""The house's own checks of truth. Apps above replace them where they know better (``registry.guardrail``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from conversations.registry import GUARDRAILS, guardrail


def _default(name: str) -> Any:
    """Register a check unless an app above already gave one."""
    return (lambda function: function) if name in GUARDRAILS else guardrail(name)


@_default("extension_made")
def extension_made(about: Any, facts: Mapping[str, Any]) -> str:
    """The channel confirmed a longer receiving time."""
    return (
        ""
        if facts.get("extended_days") and facts.get("new_deadline")
        else gettext_noop("the receiving time was not extended")
    )


@_default("carrier_record")
def carrier_record(about: Any, facts: Mapping[str, Any]) -> str:
    """A record of the carrier is on file."""
    return (
        ""
        if facts.get("last_event") and facts.get("last_event_date")
        else gettext_noop("there is no record of the carrier")
    )


@_default("protected")
def protected(about: Any, facts: Mapping[str, Any]) -> str:
    """The channel protects the order until a date."""
    return "" if facts.get("protected_until") else gettext_noop("the channel does not protect the order until a date")


@_default("ready_for_collection")
def ready_for_collection(about: Any, facts: Mapping[str, Any]) -> str:
    """The newest record says ready for collection."""
    state = str(getattr(about, "tracking_state", ""))
    return "" if state in ("", "awaiting_collection") else gettext_noop("the record does not say ready for collection")


@_default("out_for_delivery")
def out_for_delivery(about: Any, facts: Mapping[str, Any]) -> str:
    """The newest record says out for delivery."""
    state = str(getattr(about, "tracking_state", ""))
    return "" if state in ("", "out_for_delivery") else gettext_noop("the record does not say out for delivery")


@_default("at_customs")
def at_customs(about: Any, facts: Mapping[str, Any]) -> str:
    """The newest record says customs of the country of destination."""
    state = str(getattr(about, "tracking_state", ""))
    return "" if state in ("", "customs", "customs_held") else gettext_noop("the record does not say customs")


@_default("attempted")
def attempted(about: Any, facts: Mapping[str, Any]) -> str:
    """The newest record says that a delivery failed."""
    state = str(getattr(about, "tracking_state", ""))
    return "" if state in ("", "attempted") else gettext_noop("the record does not say that a delivery failed")


@_default("marketing_consent")
def marketing_consent(about: Any, facts: Mapping[str, Any]) -> str:
    """The buyer agreed to marketing mail."""
    order = about if hasattr(about, "buyer") else getattr(about, "order", None)
    buyer = getattr(order, "buyer", None)
    return (
        "" if buyer is not None and buyer.email_consent else gettext_noop("the buyer has not agreed to marketing mail")
    )


@_default("no_open_dispute")
def no_open_dispute(about: Any, facts: Mapping[str, Any]) -> str:
    """No dispute is open about the order."""
    order = about if hasattr(about, "hold_reason") else getattr(about, "order", None)
    held = "dispute" in (getattr(order, "hold_reason", ""), getattr(order, "intercept", ""))
    return gettext_noop("a dispute is open: answer in the dispute") if held else ""


@_default("cancelled")
def cancelled(about: Any, facts: Mapping[str, Any]) -> str:
    """The order was stopped and cancelled."""
    order = about if hasattr(about, "cancelled_at") else getattr(about, "order", None)
    return "" if getattr(order, "cancelled_at", None) else gettext_noop("the order is not cancelled")
