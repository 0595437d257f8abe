"""Pictures people hand in, drawn anew in a process apart: what comes out is a plain JPEG of bounded size without anything the
camera wrote beside it (place, device, time). Imports no Django: this module is the child."""

from __future__ import annotations

import base64
import io
import sys
from typing import Any

from core import apart

#: What is taken at all, in bytes and in points.
MOST_BYTES = 12 * 1024 * 1024
MOST_POINTS = 50_000_000
#: The longest side and the quality of what is kept: a label stays readable.
SIDE, QUALITY = 1600, 82
FORMATS = ("JPEG", "PNG", "WEBP")
_WAIT, _MEMORY, _SECONDS = 30, 1024 * 1024 * 1024, 20


def redraw(raw: bytes) -> dict[str, Any]:
    """In the parent: {jpeg, width, height}, or {"refused": "bad_photo" or "photo_too_large"}."""
    if not raw or len(raw) > MOST_BYTES:
        return {"refused": "photo_too_large" if raw else "bad_photo"}
    try:
        with apart.child("core.pictures", raw, wait=_WAIT) as answers:
            said = next(iter(list(answers)), None)
    except apart.Broken:
        return {"refused": "bad_photo"}
    if said is None or said["t"] != "picture":
        return {"refused": said["code"] if said else "bad_photo"}
    return {"jpeg": base64.b64decode(said["jpeg"]), "width": said["width"], "height": said["height"]}


def main() -> None:
    """In the child: read a picture from standard input, answer its drawing."""
    apart.limit(memory=_MEMORY, seconds=_SECONDS, file_bytes=0)
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    from PIL import Image, ImageOps  # only here: the parent never decodes what strangers hand in

    Image.MAX_IMAGE_PIXELS = MOST_POINTS
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
            if image.width * image.height > MOST_POINTS:
                raise Image.DecompressionBombError
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((SIDE, SIDE))
            plain = Image.new("RGB", upright.size)
            plain.paste(upright)
            out = io.BytesIO()
            plain.save(out, "JPEG", quality=QUALITY, optimize=True)
    except Image.DecompressionBombError:
        apart.say("refused", code="photo_too_large")
    except Exception:
        apart.say("refused", code="bad_photo")
    else:
        jpeg = base64.b64encode(out.getvalue()).decode()
        apart.say("picture", jpeg=jpeg, width=plain.width, height=plain.height)


if __name__ == "__main__":
    main()
