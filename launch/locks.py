"""Locks between processes. They are kernel locks on a file: a killed holder lets go by dying, nothing is ever stale."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path


class FileLock:
    """A lock on a file, alone (`exclusive`) or together with other users (`shared`)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handle: int | None = None

    def _open(self) -> int:
        if self.handle is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self.handle

    def try_take(self, shared: bool = False) -> bool:
        """Take the lock if it is free now; whether it was taken."""
        try:
            fcntl.flock(self._open(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def take(self, shared: bool = False, seconds: float = 60) -> bool:
        """Take the lock, waiting up to so many seconds; whether it was taken."""
        end = time.monotonic() + seconds
        while not self.try_take(shared):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def write(self, text: str) -> None:
        """Leave a note for those who find the lock taken."""
        handle = self._open()
        os.ftruncate(handle, 0)
        os.pwrite(handle, text.encode(), 0)

    def read(self) -> str:
        """The note of the present or last holder."""
        return os.pread(self._open(), 4096, 0).decode(errors="replace")

    def release(self) -> None:
        """Let go."""
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None
