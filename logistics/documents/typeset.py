"""Typesetting: a record becomes a PDF. Text in a record is data: nothing in it is executed, fetched or expanded.

The typesetter works in a process of its own (``setter``): what it remembers of fonts and pages goes with it, so a worker that
printed a thousand notes is as small as before.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from logistics.documents import setter

join = setter.join


class NotSet(Exception):
    """The typesetting process ended without a PDF; its last words are the message."""


def render_batch(record: dict[str, Any], step: Callable[[int], None] = lambda done: None) -> bytes:
    """The PDF of a print batch: pick list, notes, labels. ``step`` hears how many notes or labels were set."""
    return _set("batch.typ", record, step)


def render_hand_over(record: dict[str, Any]) -> bytes:
    """The PDF of a hand-over list with its signature line."""
    return _set("hand_over.typ", record, lambda done: None)


def render_customs(record: dict[str, Any]) -> bytes:
    """The PDF of customs papers: CN22, CN23, commercial invoice."""
    return _set("customs.typ", record, lambda done: None)


def _set(template: str, record: dict[str, Any], step: Callable[[int], None]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sampan-print-") as folder, tempfile.TemporaryFile() as said:
        out = Path(folder) / "out.pdf"
        request = {"templates": str(settings.BASE_DIR / "templates" / "print"), "fonts": str(settings.PRINT_FONTS),
                   "template": template, "record": record, "out": str(out)}  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-I", str(setter.__file__)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        try:
            _hand_over(process, request)
            for line in process.stdout:
                step(int(line))
            if process.wait() or not out.exists():
                said.seek(0)
                raise NotSet(said.read().decode(errors="replace")[-2000:].strip() or f"ended with {process.returncode}")
            return out.read_bytes()
        finally:  # also when somebody cancels between two pieces
            process.kill()
            process.wait()
            process.stdout.close()


def _hand_over(process: subprocess.Popen[bytes], request: dict[str, Any]) -> None:
    assert process.stdin is not None
    try:
        with process.stdin as pipe:
            pipe.write(json.dumps(request, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except BrokenPipeError:
        pass  # it ended before it had read everything: what it said tells why
