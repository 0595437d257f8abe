"""Reading what browsers, buyers and files send, without surprises."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def whole(text: str, longest: int = 18) -> int | None:
    """The whole number that ``text`` is, or None. Only the digits 0-9 count (other scripts have digits that Python calls so and
    cannot read), and no more of them than the database holds."""
    return int(text) if 0 < len(text) <= longest and text.isascii() and text.isdigit() else None


def caller_address(request: HttpRequest) -> str:
    """The address a request comes from: behind the trusted proxies of this house the one the outermost of them saw, else the
    other end of the line. What callers write into the header themselves does not count."""
    proxies = int(settings.ALLAUTH_TRUSTED_PROXY_COUNT)
    told = [part.strip() for part in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    near = str(request.META.get("REMOTE_ADDR", ""))
    return told[-proxies][:60] if 0 < proxies <= len(told) else near
