"""Secrets at rest: authenticated encryption with keys outside the database, and digests for keys that are only compared."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


def encrypt(text: str) -> str:
    """``text`` encrypted with the newest key (Fernet: AES-128-CBC with HMAC-SHA256, the key is tried by MultiFernet)."""
    return _box().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """What :func:`encrypt` hid, with any of the known keys. Raises ``ValueError`` when no key fits."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ValueError("no known key opens this secret") from error


def rotate(token: str) -> str:
    """The same secret encrypted with the newest key."""
    return _box().rotate(token.encode()).decode()


def digest(text: str) -> str:
    """A keyed digest (HMAC-SHA256) of a value that is compared but never shown again: tokens, erased identities."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def new_key() -> str:
    """A fresh random key of 256 bits for a program, safe in URLs and headers."""
    return secrets.token_urlsafe(32)
