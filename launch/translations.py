"""Translation catalogues: .po in git, .mo beside it made here, without GNU gettext."""

from __future__ import annotations

import os
from pathlib import Path

from .places import ROOT


def compile_all(root: Path = ROOT) -> list[Path]:
    """Compile every catalogue that changed since its last compilation; returns those. Needs babel."""
    stale = []
    for source in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns != source.stat().st_mtime_ns:
            stale.append(source)
    if stale:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for source in stale:
            with source.open("rb") as text:
                catalogue = read_po(text, locale=source.parent.parent.name)
            half = source.with_suffix(f".{os.getpid()}.new")
            with half.open("wb") as out:
                write_mo(out, catalogue)
            stat = source.stat()
            os.utime(half, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            half.replace(source.with_suffix(".mo"))
    return stale
