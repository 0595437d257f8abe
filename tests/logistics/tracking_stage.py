"""What tests of parcels under way stand on: the tables of the house, and texts short enough to read."""

from __future__ import annotations

from datetime import datetime

from conversations.models import Template
from logistics.selectors import tracking as lookups
from logistics.services.seeding_tracking import load_tracking
from stores.models import Deadline

#: Rule, channel, days.
CLOCKS = (
    ("AE_PROTECT_MAX_DEFAULT", "aliexpress", "60"), ("AE_PROTECT_MAX_RU", "aliexpress", "90"),
    ("AE_PROTECT_MAX_BR", "aliexpress", "120"), ("AE_EXTEND_DAYS", "aliexpress", "15"), ("FOLLOW_STALLED", "all", "15"),
    ("POST_HOLD", "all", "14"),
)  # fmt: skip
_LONGER, _LAST = "{{extended_days}} {{new_deadline}}", "{{last_event}} {{last_event_date}}"
#: Text, how it goes out, words.
TEXTS = (
    ("T03", "auto", f"{_LAST} {_LONGER} {{{{next_check_date}}}}"), ("T03N", "auto", f"{_LAST} {{{{next_check_date}}}}"),
    ("T03U", "auto", f"{{{{ship_date}}}} {_LONGER}"), ("T03UN", "auto", "{{ship_date}} {{carrier_name}}"),
    ("T05", "auto", "{{post_office}} {{hold_until}}"), ("T05D", "auto", "{{tracking_url}}"),
    ("T04", "suggest", "{{last_event_date}}"), ("X02", "suggest", "{{days_since}} {{next_check_date}}"),
    ("X01", "suggest", "{{hold_reason}} {{new_deadline}}"),
)  # fmt: skip


def set_house(now: datetime) -> None:
    """Load the tables of promises, decisions and coverage, the clocks of the channels and the texts about parcels."""
    load_tracking(now=now)
    for code, channel, value in CLOCKS:
        Deadline.objects.get_or_create(
            rule_code=code, valid_from=datetime(2010, 1, 1).date(),
            defaults={
                "channel": channel, "topic": "parcel", "anchor_event": "x", "actor": "seller", "value": value, "unit": "days",
            },
        )  # fmt: skip
    for code, mode, body in TEXTS:
        Template.objects.get_or_create(
            code=code, language="en", store=None,
            defaults={
                "base_code": lookups.base_of(code), "purpose": "x", "kind": "parcel", "send_mode": mode, "subject": "s", "body": body,
                "updated_at": now,
            },
        )  # fmt: skip
