"""Secrets of the embedded installation: made once, kept in the data folder, readable by its owner only."""

from __future__ import annotations

import base64
import os
import secrets

from .places import Places, make_folder, server_user


def embedded_secret(places: Places, name: str, size: int = 32) -> str:
    """The secret of this name (random bytes in URL-safe base64), made on first use; two at once get the same one."""
    folder = places.data / "secrets"
    path = folder / name
    if not path.exists():
        make_folder(places.data, private=server_user() is None)
        make_folder(folder)
        half = folder / f"{name}.{os.getpid()}"
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(base64.urlsafe_b64encode(secrets.token_bytes(size)))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(half, path)
        except FileExistsError:
            pass
        finally:
            half.unlink()
    return path.read_text().strip()
