"""Which paper goes with a parcel, and the words and codes that carriers use for its content."""

from __future__ import annotations

from decimal import Decimal

CN22, CN23, INVOICE, ELECTRONIC, PLATFORM = "CN22", "CN23", "commercial_invoice", "electronic", "platform"
#: Letter post is limited to two kilograms; a postal parcel (CP) and EMS take the larger form.
LETTER_POST_G = 2000


def choose_form(
    *, kind: str, service_form: str, value: Decimal | None, limit: Decimal | None, weight_g: Decimal | None
) -> str:
    """The form of a parcel. ``value`` and ``limit`` (300 special drawing rights) in one currency, None = not known.

    What the carrier or platform sends electronically stays so. Express takes a commercial invoice; letter post CN22 up to
    the limit; everything else of the post, and every doubt, CN23.
    """
    if service_form in (ELECTRONIC, PLATFORM):
        return service_form
    if kind == "express" or service_form == INVOICE:
        return INVOICE
    if kind == "ems" or service_form == CN23:
        return CN23
    if kind.startswith("postal_") or service_form == CN22:
        known = value is not None and limit is not None
        light = weight_g is None or weight_g <= LETTER_POST_G
        return CN22 if known and light and value <= limit else CN23  # type: ignore[operator]
    return ELECTRONIC
