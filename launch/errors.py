"""The one kind of refusal of the launcher: a sentence for the person at the keyboard, never a stack of calls."""

from __future__ import annotations

import errno


class LaunchError(Exception):
    """A start that cannot go on; its text is one clear sentence that says what to do."""


def sentence_for(error: OSError) -> str:
    """The sentence for an operating system error that nobody foresaw at its place."""
    place = f" at {error.filename}" if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk is full{place}: free some space and start again; nothing was lost."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"Writing is not allowed{place}: give this user the folder, or set SAMPAN_DATA to one it owns."
    return f"The system refused{place}: {error.strerror or error}."
