"""The door to the reading process: start it, pass the request, hand on its answers, end it when it takes too long."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson

from core import apart
from orders.reading.errors import Refused
from orders.reading.plan import Limits, Plan
from orders.reading.spool import NAME, Spool


class Reading:
    """A running reader: iterate over its answers (dictionaries); ``raw_rows`` gives rejected rows in their own words."""

    def __init__(self, answers: apart.Answers, folder: Path):
        self.answers, self.folder, self.process = answers, folder, answers.process

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            for answer in self.answers:
                if answer["t"] == "refused":
                    raise Refused(answer["code"], **answer["params"])
                yield answer
        except apart.Broken as broken:
            raise Refused(broken.code) from None

    def raw_rows(self, keys: list[str]) -> list[tuple[str, int, list[Any]]]:
        """The rows of some orders as they stand in the file: (order, row number, cells)."""
        if not (self.folder / NAME).exists():
            return []
        spool = Spool(self.folder, fresh=False)
        try:
            return list(spool.rows_of(keys))
        finally:
            spool.close()


@contextmanager
def reading(
    path: Path, plan: Plan, *, task: str = "read", zone: str = "UTC", after: str = "", limits: Limits | None = None
) -> Iterator[Reading]:
    """Start a reader for ``path``; it ends, and its temporary files go, with the block."""
    limits = limits or Limits()
    folder = Path(tempfile.mkdtemp(prefix="sampan-read-"))
    request = {"path": str(path.resolve()), "plan": plan.as_json(), "limits": asdict(limits), "folder": str(folder), "task": task,
               "zone": zone, "after": after}  # fmt: skip
    try:
        with apart.child("orders.reading.worker", orjson.dumps(request), wait=limits.wait) as answers:
            yield Reading(answers, folder)
    except apart.Broken as broken:
        raise Refused(broken.code) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def inspected(path: Path, plan: Plan, *, zone: str) -> dict[str, Any]:
    """A first look at the file (see ``inspecting.inspect``); refuses what cannot be read within some seconds."""
    limits = replace(Limits(), seconds=9, wait=28)
    with reading(path, plan, task="inspect", zone=zone, limits=limits) as answers:
        for answer in answers:
            if answer["t"] == "inspected":
                return {name: value for name, value in answer.items() if name != "t"}
    raise Refused("broken_file")
