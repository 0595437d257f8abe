"""House rules of the public page of a parcel."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

PUBLIC_LINK = declare(
    "logistics.public_link", True, _("Texts may offer buyers a public page of their parcel"), source="chosen"
)
LINK_ADDRESS = declare(
    "logistics.link_address", "", _("Address under which buyers reach it, e.g. https://track.example.com (empty: that of this house)"),
    source="house",
)  # fmt: skip
LINK_DAYS = declare(
    "logistics.link_days", 180, _("The public page of a parcel can be seen so many days after the hand-over"), source="chosen", least=1,
)  # fmt: skip
LINK_AFTER_DAYS = declare(
    "logistics.link_after_days", 30, _("… and so many days after the parcel arrived or was settled"), source="chosen"
)
LINK_PER_MINUTE = declare(
    "logistics.link_per_minute", 30, _("Public pages one address may open in a minute"), source="chosen", per_store=False, least=1,
)  # fmt: skip
