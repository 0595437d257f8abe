"""Bar codes as SVG whose bars are whole printer dots, so that a 203 dpi label printer keeps them readable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from logistics.rules.qr_symbols import rows_of

DOTS_PER_MM = 8  # 203 dpi
QUIET = 10  # modules of quiet zone on either side of a bar code
QR_QUIET = 4
_EQUAL = re.compile("1+|0+")


@dataclass(frozen=True)
class Drawing:
    """An SVG with its size in millimetres."""

    svg: str
    width: float
    height: float


def code128(text: str, *, width_mm: float, height_mm: float) -> Drawing:
    """``text`` as Code 128 within ``width_mm`` (quiet zones included), its modules as many whole dots wide as fit."""
    modules = _modules(text)
    total = len(modules) + 2 * QUIET
    dots = max(int(width_mm * DOTS_PER_MM / total), 1)
    path, at = [], QUIET
    for bar in _runs(modules):
        if bar > 0:
            path.append(f"M{at} 0h{bar}v1h-{bar}z")
        at += abs(bar)
    return Drawing(_svg(total, 1, "".join(path), "none"), total * dots / DOTS_PER_MM, height_mm)


@lru_cache(maxsize=64)
def _modules(text: str) -> str:
    """The bars of a text; a label and its papers draw the same ones."""
    from barcode import Code128  # brings a drawing library along: only who typesets loads it

    return str(Code128(text).build()[0])


def qr(text: str, *, side_mm: float) -> Drawing:
    """``text`` as QR code (error level M) within ``side_mm``, its modules whole dots."""
    rows = rows_of(text)
    side = len(rows) + 2 * QR_QUIET
    dots = max(int(side_mm * DOTS_PER_MM / side), 1)
    path = []
    for y, row in enumerate(rows):
        at = QR_QUIET
        for run in _runs(row):
            if run > 0:
                path.append(f"M{at} {y + QR_QUIET}h{run}v1h-{run}z")
            at += abs(run)
    size = side * dots / DOTS_PER_MM
    return Drawing(_svg(side, side, "".join(path), "xMidYMid"), size, size)


def _runs(modules: str) -> list[int]:
    """Lengths of equal modules: positive for bars, negative for gaps."""
    return [len(run) if run[0] == "1" else -len(run) for run in _EQUAL.findall(modules)]


def _svg(width: int, height: int, path: str, ratio: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="{ratio}" '
        f'shape-rendering="crispEdges"><path d="{path}" fill="#000"/></svg>'
    )
