"""Waybill numbers of the pretend carrier: S10 with a right check digit."""

from __future__ import annotations

WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def check_digit(serial: str) -> int:
    """The S10 check digit of eight digits."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(serial, WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def waybill_number(service: str, serial: int) -> str:
    """The S10 number for a service: E for express mail, U for ordinary packets, R for registered ones, else L."""
    name = service.upper()
    letters = (
        "EE"
        if "EMS" in name
        else "UB"
        if "ORD" in name or "PLAIN" in name or "UNTRACK" in name
        else "RB"
        if "REG" in name
        else "LK"
    )
    digits = f"{serial % 100_000_000:08d}"
    return f"{letters}{digits}{check_digit(digits)}CN"
