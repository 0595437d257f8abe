"""Where a buyer's clock stands, roughly: the zone most people of the country live in."""

from __future__ import annotations

from functools import lru_cache

from babel.core import get_global

#: Countries with several zones: that of the most people.
MOST = {
    "US": "America/New_York", "CA": "America/Toronto", "BR": "America/Sao_Paulo", "MX": "America/Mexico_City",
    "RU": "Europe/Moscow", "AU": "Australia/Sydney", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty", "CL": "America/Santiago",
    "ES": "Europe/Madrid", "PT": "Europe/Lisbon", "UA": "Europe/Kyiv", "NZ": "Pacific/Auckland", "AR": "America/Argentina/Buenos_Aires",
    "CN": "Asia/Shanghai", "DE": "Europe/Berlin", "EC": "America/Guayaquil", "MN": "Asia/Ulaanbaatar", "MY": "Asia/Kuala_Lumpur",
    "UZ": "Asia/Tashkent", "CY": "Asia/Nicosia", "PS": "Asia/Hebron", "FR": "Europe/Paris", "GB": "Europe/London",
}  # fmt: skip


@lru_cache(maxsize=1)
def _by_country() -> dict[str, str]:
    found: dict[str, str] = {}
    for zone, country in sorted(get_global("zone_territories").items()):
        if "/" in zone:
            found.setdefault(country, zone)
    return found


def zone_of(country: str) -> str:
    """The zone name of a country (ISO-2), "" when it is not known."""
    code = country.upper()
    return MOST.get(code) or _by_country().get(code, "")
