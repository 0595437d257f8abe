"""Typed values from the environment. A wrong one ends the start with one sentence, never with a stack of calls.

Every name may also be given as NAME_FILE, the path of a file that holds the value: that is how secrets are mounted.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ


def refuse(sentence: str) -> NoReturn:
    """End the start with a sentence."""
    raise SystemExit(sentence)


def text(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file NAME_FILE names; the default when neither is set."""
    if path := os.environ.get(f"{name}_FILE", "").strip():
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            refuse(f"{name}_FILE: the file {path} cannot be read ({error.strerror}).")
    return os.environ.get(name, "").strip() or default


def given(name: str) -> bool:
    """Whether NAME or NAME_FILE is set to something."""
    return bool(os.environ.get(name, "").strip() or os.environ.get(f"{name}_FILE", "").strip())


def secret(name: str, example: str) -> str:
    """A value that must be there and must be long enough to be one; `example` says how to make it."""
    value = text(name)
    if not value:
        refuse(f"{name} is not set: make one with {example} and give it as {name} or {name}_FILE.")
    if len(value) < 32:
        refuse(f"{name} is too short for a secret (at least 32 characters): make one with {example}.")
    return value


def flag(name: str, default: bool) -> bool:
    """Yes or no: 1/0, true/false, yes/no, on/off."""
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    refuse(f"{name} is {value!r}: give 1 or 0.")


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number within bounds."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        refuse(f"{name} is {value!r}: give a whole number from {low} to {high}.")
    return int(value)


def choice(name: str, default: str, allowed: Iterable[str]) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in (names := sorted(allowed)):
        refuse(f"{name} is {value!r}: give one of {', '.join(names)}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A list, separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def time_zone(name: str, default: str) -> str:
    """The name of a time zone."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        refuse(f"{name} is {value!r}: give a zone name such as Asia/Shanghai or UTC.")
    return value


def database(name: str, default: str) -> dict[str, Any]:
    """A PostgreSQL address as Django's settings of it."""
    value = text(name, default)
    parts = _split(name, value, {"postgres", "postgresql"}, "postgresql://user:password@host:5432/name")
    if not parts.path.strip("/"):
        refuse(f"{name} names no database: give postgresql://user:password@host:5432/name.")
    return dict(environ.Env.db_url_config(value))


def redis_address(name: str, default: str) -> str:
    """A Redis or Valkey address (redis://, rediss:// or unix://path)."""
    value = text(name, default)
    _split(name, value, {"redis", "rediss", "unix"}, "redis://host:6379/0")
    return value


def web_address(name: str, default: str) -> str:
    """An http or https address without a trailing slash."""
    value = text(name, default)
    _split(name, value, {"http", "https"}, default)
    return value.rstrip("/")


def broker_address(redis_url: str) -> str:
    """The same server as Celery wants it named."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    return f"redis+socket://{path}?virtual_host={query.removeprefix('db=') or '0'}"


def fernet_keys(name: str) -> list[str]:
    """Keys for stored secrets, separated by commas; each is 32 bytes in URL-safe base64."""
    keys = words(name)
    for key in keys:
        try:
            size = len(base64.urlsafe_b64decode(key))
        except ValueError:
            size = 0
        if size != 32:
            refuse(
                f"{name} holds a key that is not 32 bytes in URL-safe base64: "
                "make one with `openssl rand -base64 32 | tr '+/' '-_'`."
            )
    return keys


MAIL_SCHEMES = {"smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "memorymail", "dummymail"}


def mail(name: str) -> dict[str, Any]:
    """An address of a mail server as Django's EMAIL_ settings; unset writes mail to the console."""
    value = text(name, "consolemail://")
    parts = _split(name, value, MAIL_SCHEMES, "smtp+tls://user:password@host:587")
    if parts.scheme.startswith("smtp") and not parts.hostname:
        refuse(f"{name} names no mail server: give smtp+tls://user:password@host:587.")
    found = environ.Env.email_url_config(value)
    found.pop("EMAIL_FILE_PATH", None)
    return {key: ("" if content is None else content) for key, content in found.items()}


def folder(name: str, default: Path) -> Path:
    """Where files are kept: file:///absolute/path."""
    value = text(name)
    if not value:
        return default
    parts = _split(name, value, {"file"}, "file:///srv/sampan/files")
    if parts.netloc or not parts.path.startswith("/"):
        refuse(f"{name} is {value!r}: give file:///absolute/path.")
    return Path(parts.path)


def _split(name: str, value: str, schemes: set[str], example: str) -> Any:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        refuse(f"{name} cannot be read as an address: give one like {example}.")
    if parts.scheme not in schemes:
        refuse(f"{name} starts with {parts.scheme or 'nothing'}://, which is not known here: give one like {example}.")
    return parts
