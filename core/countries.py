"""Countries by code and by the names people write: ISO-2, ISO-3, Chinese and English names, the usual aliases.

Pure: reads its own table (``data/countries.csv``, ISO 3166 with CLDR names) once and knows nothing of Django.
"""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_TABLE = Path(__file__).resolve().parent / "data" / "countries.csv"

#: Names in use that are neither the ISO nor the CLDR name of exactly one country. What means several countries
#: ("Channel Islands", "European Community") is not here: somebody must decide.
ALIASES = {
    "UK": "GB", "ENGLAND": "GB", "SCOTLAND": "GB", "WALES": "GB", "NORTHERN IRELAND": "GB", "GREAT BRITAIN": "GB",
    "UNITED KINGDOM OF GREAT BRITAIN AND NORTHERN IRELAND": "GB", "EIRE": "IE", "REPUBLIC OF IRELAND": "IE",
    "IRELAND REPUBLIC": "IE", "RSA": "ZA", "USA": "US", "UNITED STATES OF AMERICA": "US", "AMERICA": "US",
    "RUSSIA": "RU", "RUSSIAN FEDERATION": "RU", "KOREA": "KR", "SOUTH KOREA": "KR", "REPUBLIC OF KOREA": "KR",
    "KOREA REPUBLIC OF": "KR", "CZECH REPUBLIC": "CZ", "HOLLAND": "NL", "THE NETHERLANDS": "NL", "VIET NAM": "VN",
    "UAE": "AE", "KSA": "SA", "IVORY COAST": "CI", "COTE DIVOIRE": "CI", "TURKEY": "TR", "TURKIYE": "TR",
    "MACEDONIA": "MK", "REPUBLIC OF MOLDOVA": "MD", "MOLDOVA": "MD", "BRASIL": "BR", "ESPANA": "ES",
    "DEUTSCHLAND": "DE", "ITALIA": "IT", "POLSKA": "PL", "SVERIGE": "SE", "SUOMI": "FI", "NORGE": "NO", "OSTERREICH": "AT",
    "SCHWEIZ": "CH", "SUISSE": "CH", "BELGIE": "BE", "BELGIQUE": "BE", "MAINLAND CHINA": "CN", "PR CHINA": "CN",
    "PEOPLES REPUBLIC OF CHINA": "CN", "HONG KONG": "HK", "HONGKONG": "HK", "HONG KONG SAR": "HK", "MACAU": "MO",
    "MACAO": "MO", "TAIWAN": "TW", "MYANMAR": "MM", "BURMA": "MM", "SWAZILAND": "SZ", "CAPE VERDE": "CV",
    "EAST TIMOR": "TL", "LAOS": "LA", "BRUNEI": "BN", "BRUNEI DARUSSALAM": "BN", "SYRIA": "SY", "IRAN": "IR",
    "TANZANIA": "TZ", "BOLIVIA": "BO", "VENEZUELA": "VE", "PALESTINE": "PS", "KOSOVO": "XK", "XK": "XK",
    "英国": "GB", "美国": "US", "韩国": "KR", "俄罗斯": "RU", "俄罗斯联邦": "RU", "捷克共和国": "CZ", "香港": "HK",
    "中国香港": "HK", "澳门": "MO", "中国澳门": "MO", "台湾": "TW", "中国台湾": "TW", "阿联酋": "AE", "沙特": "SA",
    "沙特阿拉伯": "SA", "北马其顿": "MK", "白俄罗斯": "BY", "波黑": "BA",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Country:
    """One country with what forms and customs ask about it."""

    code: str
    iso3: str
    name_en: str
    name_zh: str
    currency: str
    dial: str
    eu_member: bool
    postal_regex: str
    postal_example: str
    postal_required: bool
    address_format: str
    address_required: str


@lru_cache(maxsize=1)
def by_code() -> dict[str, Country]:
    """Every country by ISO-2 code."""
    with _TABLE.open(encoding="utf-8", newline="") as source:
        return {
            row["iso2"]: Country(
                row["iso2"], row["iso3"], row["name_en"], row["name_zh"], row["currency"].split(",")[0], row["dial"],
                row["eu_member"] == "1", row["postal_regex"], row["postal_example"], row["postal_required"] == "1",
                row["address_format"], row["address_required"],
            )
            for row in csv.DictReader(source)
        }  # fmt: skip


def folded(name: str) -> str:
    """A name without case, accents and punctuation, so that "Côte d’Ivoire" and "COTE DIVOIRE" are the same."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and "))
    kept = "".join(
        c if c.isalnum() else " " if c.isspace() or c in "-_/,." else "" for c in plain if not unicodedata.combining(c)
    )
    return " ".join(kept.upper().split())


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for country in by_code().values():
        for name in (country.code, country.iso3, country.name_en, country.name_zh):
            key = folded(name)
            if key:
                found.setdefault(key, country.code)
    found.update({folded(name): code for name, code in ALIASES.items()})
    return found


@lru_cache(maxsize=4096)
def find(name: str) -> str | None:
    """The ISO-2 code that ``name`` (code or name in Chinese or English) means; None when it means none or several."""
    key = folded(name)
    found = _names()
    if key in found:
        return found[key]
    short = key.removeprefix("THE ")
    return found.get(short)
