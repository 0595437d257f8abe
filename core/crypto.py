"""Secrets at rest: authenticated encryption with keys outside the database, and digests for keys that are only compared."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
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


def _sealers(purpose: str) -> list[AESSIV]:
    """One deterministic cipher a key of the installation and purpose: AES-SIV with 256 bits, authenticated."""
    return [
        AESSIV(hashlib.sha512(b"sampan:" + purpose.encode() + b":" + str(key).encode()).digest())
        for key in settings.FIELD_ENCRYPTION_KEYS
    ]


def seal(purpose: str, number: int) -> str:
    """A number as a token that tells nothing and that nobody can make up: the same number always gives the same token. Nothing
    of it is kept; with :func:`unseal` it is read again."""
    sealed = _sealers(purpose)[0].encrypt(number.to_bytes(8, "big"), None)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(purpose: str, token: str) -> int | None:
    """The number of a token made by :func:`seal` for the same purpose with any known key; None for anything else."""
    if not 30 <= len(token) <= 40 or not token.isascii():
        return None
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    for box in _sealers(purpose):
        try:
            return int.from_bytes(box.decrypt(sealed, None), "big")
        except InvalidTag:
            continue
    return None
