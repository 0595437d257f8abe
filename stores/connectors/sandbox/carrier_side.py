"""The pretend carrier beside the pretend shop: numbers with their own labels. Unlike the shop, it is careful: the same reference
is the same parcel, however often it is asked for."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stores.connectors.sandbox.label import label_pdf
from stores.connectors.sandbox.ledger import Ledger, Refused
from stores.connectors.sandbox.numbers import check_digit

#: The pretend carrier takes no parcel to these countries.
REFUSED = {"KP"}


class CarrierSide(Ledger):
    """Parcels of the pretend carrier, under the lock of the file."""

    tables = """
    CREATE TABLE IF NOT EXISTS carrier_parcels (code TEXT, reference TEXT, number TEXT, state TEXT, data TEXT,
        PRIMARY KEY (code, reference));
    """

    def take_parcel(self, code: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """A number for a parcel; the same reference again answers the same number. Refuses countries it does not serve."""
        reference = str(data["reference"])
        known = self.carrier_parcels(code, reference)["parcels"]
        if known:
            return dict(known[0])
        if str(data.get("country", "")) in REFUSED:
            raise Refused("no_service", f"no service to {data['country']}")
        digits = f"{self.next('carrier') % 100_000_000:08d}"
        number = f"LP{digits}{check_digit(digits)}CN"
        row = (code, reference, number, "open", json.dumps(dict(data), ensure_ascii=False))
        self.db.execute("INSERT INTO carrier_parcels VALUES (?, ?, ?, ?, ?)", row)
        self.note(code, "carrier_parcel", reference, now, {"number": number, "country": data.get("country", "")})
        return {"id": number, "tracking_number": number, "label_id": number, "state": "open"}

    def carrier_parcels(self, code: str, reference: str) -> dict[str, Any]:
        """The parcels of a reference."""
        found = self.rows("SELECT number, state FROM carrier_parcels WHERE code = ? AND reference = ?", code, reference)
        return {
            "parcels": [{"id": row[0], "tracking_number": row[0], "label_id": row[0], "state": row[1]} for row in found]
        }

    def carrier_label(self, code: str, number: str) -> dict[str, Any]:
        """The label of a parcel as PDF; refuses unknown and cancelled ones."""
        state, data = self._carrier_parcel(code, number)
        if state != "open":
            raise Refused("cancelled", f"{number} was cancelled")
        made = label_pdf(number, str(data.get("country", "")), str(data.get("reference", "")))
        return {"pdf": base64.b64encode(made).decode(), "tracking_number": number}

    def cancel_parcel(self, code: str, number: str, now: datetime) -> dict[str, Any]:
        """Cancel a number; again is no fault."""
        state, _data = self._carrier_parcel(code, number)
        if state == "open":
            self.db.execute(
                "UPDATE carrier_parcels SET state = 'cancelled' WHERE code = ? AND number = ?", (code, number)
            )
            self.note(code, "carrier_cancel", number, now, {"number": number})
        return {"id": f"cancel:{number}", "state": "cancelled"}

    def carrier_state(self, code: str, number: str) -> dict[str, Any]:
        """Whether a number is open or cancelled."""
        return {"id": number, "state": self._carrier_parcel(code, number)[0]}

    def _carrier_parcel(self, code: str, number: str) -> tuple[str, dict[str, Any]]:
        found = self.rows("SELECT state, data FROM carrier_parcels WHERE code = ? AND number = ?", code, number)
        if not found:
            raise Refused("unknown_parcel", f"there is no parcel {number}")
        return str(found[0][0]), json.loads(found[0][1])
