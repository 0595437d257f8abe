"""Bar codes as SVG whose bars are whole printer dots, so that a 203 dpi label printer keeps them readable."""

from __future__ import annotations

from dataclasses import dataclass

DOTS_PER_MM = 8  # 203 dpi
QUIET = 10  # modules of quiet zone on either side of a bar code
QR_QUIET = 4


@dataclass(frozen=True)
class Drawing:
    """An SVG with its size in millimetres."""

    svg: str
    width: float
    height: float


def code128(text: str, *, width_mm: float, height_mm: float) -> Drawing:
    """``text`` as Code 128 within ``width_mm`` (quiet zones included), its modules as many whole dots wide as fit."""
    from barcode import Code128  # brings a drawing library along: only who typesets loads it

    modules = Code128(text).build()[0]
    total = len(modules) + 2 * QUIET
    dots = max(int(width_mm * DOTS_PER_MM / total), 1)
    path, at = [], QUIET
    for bar in _runs(modules):
        if bar > 0:
            path.append(f"M{at} 0h{bar}v1h-{bar}z")
        at += abs(bar)
    return Drawing(_svg(total, 1, "".join(path), "none"), total * dots / DOTS_PER_MM, height_mm)


def qr(text: str, *, side_mm: float) -> Drawing:
    """``text`` as QR code (error level M) within ``side_mm``, its modules whole dots."""
    import segno

    matrix = segno.make(text, error="m", micro=False).matrix
    side = len(matrix) + 2 * QR_QUIET
    dots = max(int(side_mm * DOTS_PER_MM / side), 1)
    path = []
    for y, row in enumerate(matrix):
        at = QR_QUIET
        for run in _runs("".join("1" if cell else "0" for cell in row)):
            if run > 0:
                path.append(f"M{at} {y + QR_QUIET}h{run}v1h-{run}z")
            at += abs(run)
    size = side * dots / DOTS_PER_MM
    return Drawing(_svg(side, side, "".join(path), "xMidYMid"), size, size)


def _runs(modules: str) -> list[int]:
    """Lengths of equal modules: positive for bars, negative for gaps."""
    found: list[int] = []
    for module in modules:
        sign = 1 if module == "1" else -1
        if found and found[-1] * sign > 0:
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _svg(width: int, height: int, path: str, ratio: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="{ratio}" '
        f'shape-rendering="crispEdges"><path d="{path}" fill="#000"/></svg>'
    )
