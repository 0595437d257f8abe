"""Decisions about buyers: who is who, which language they read, what of their data a stranger may see."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

#: The language a shop writes to a country by default; everything else is English.
LANGUAGES = {
    "BR": "pt", "PT": "pt", "AO": "pt", "MZ": "pt",
    "ES": "es", "MX": "es", "AR": "es", "CL": "es", "CO": "es", "PE": "es", "UY": "es", "EC": "es", "BO": "es", "PY": "es",
    "CR": "es", "DO": "es", "GT": "es", "HN": "es", "NI": "es", "PA": "es", "SV": "es", "VE": "es", "PR": "es", "CU": "es",
    "RU": "ru", "BY": "ru", "KZ": "ru", "KG": "ru",
    "FR": "fr", "MC": "fr", "SN": "fr", "CI": "fr", "CM": "fr", "GP": "fr", "MQ": "fr", "RE": "fr", "GF": "fr",
    "DE": "de", "AT": "de", "LI": "de",
    "IT": "it", "SM": "it", "VA": "it", "PL": "pl", "NL": "nl", "UA": "uk", "TR": "tr", "IL": "he", "JP": "ja", "KR": "ko",
    "TH": "th", "VN": "vi", "ID": "id",
    "SA": "ar", "AE": "ar", "KW": "ar", "QA": "ar", "BH": "ar", "OM": "ar", "JO": "ar", "EG": "ar", "MA": "ar", "DZ": "ar",
    "CN": "zh-hans", "TW": "zh-hant", "HK": "zh-hant", "MO": "zh-hant",
}  # fmt: skip

#: Facts of a buyer that the channel tells again with each order; the latest word counts, each for itself.
FACTS = ("login", "name", "email", "phone", "country")
ERASED = "erased:"


def language_of(country: str) -> str:
    """The language to write to a buyer in ``country`` (ISO-2) when he has not shown another one."""
    return LANGUAGES.get(country.upper(), "en")


def identity(store_id: int, key: str, login: str, email: str, order_external_id: str) -> str:
    """The key of a buyer in a store: what the channel calls him, his login, a digest of his e-mail; a buyer of whom nothing
    is known is one per order (two strangers of the same name are never taken for one)."""
    if key:
        return key[:100]
    if login:
        return f"login:{login}"[:100]
    if email:
        digest = hashlib.sha256(f"{store_id}:{email.strip().lower()}".encode()).hexdigest()
        return f"mail:{digest[:40]}"
    return f"order:{order_external_id}"[:100]


def tombstone(store_id: int, key: str) -> str:
    """The digest under which an erased buyer is remembered, so that the next sync does not bring him back."""
    return hashlib.sha256(f"{store_id}:{key}".encode()).hexdigest()


def merged(
    held: Mapping[str, str], versions: Mapping[str, int], told: Mapping[str, str], version: int
) -> tuple[dict[str, str], dict[str, int]]:
    """The facts after the channel told ``told`` at ``version`` (a moment in seconds), with the version of each fact.

    Per fact the later telling wins, of two at the same moment the greater text; an empty telling says nothing. So the
    outcome does not depend on the order or the number of tellings.
    """
    facts, known = dict(held), dict(versions)
    for name in FACTS:
        value = told.get(name, "")
        if value and (version, value) > (known.get(name, -1), facts.get(name, "")):
            facts[name], known[name] = value, version
    return facts, known


def masked_email(email: str) -> str:
    """``m•••@example.com``: enough to recognise, not enough to write to."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}" if host else ("•••" if email else "")


def masked_phone(phone: str) -> str:
    """``••• 1234``: the last four digits."""
    digits = [c for c in phone if c.isdigit()]
    return f"••• {''.join(digits[-4:])}" if len(digits) > 4 else ("•••" if phone else "")


def pseudonym(pk: int) -> str:
    """What stands in place of an erased name."""
    return f"Buyer {pk}"


def plain_fields(value: Any) -> Any:
    """A value as an export file holds it."""
    return value.isoformat() if hasattr(value, "isoformat") else value
