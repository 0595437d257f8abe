"""Orders flow, due times pass, everything is killed, frozen, cut and lied to: afterwards nothing is lost and nothing twice.

Small in the whole suite. ``make chaos`` (``SAMPAN_SCALE=full``) is long; its size: ``SAMPAN_CHAOS_FAULTS``, ``_SECONDS``,
``_RATE`` (orders per second), ``_SEED`` (several: ``1,2,3``), ``_REPORT`` (a folder for figures, log and, when a promise was
broken, a dump of the database). See docs/chaos.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from launch.environment import clean_env
from launch.places import ROOT

FULL = os.environ.get("SAMPAN_SCALE") == "full"
#: The figures of G0: 18 of each of the 28 kinds, more than 40 of each family.
SIZE = {"faults": 504, "seconds": 1600, "rate": 5, "late": 30, "settle": 240, "share": 0.25, "after": 0.35,
        "unclear": 0.05} if FULL else {
    "faults": 12, "seconds": 20, "rate": 1.2, "late": 10, "settle": 150,
}  # fmt: skip
SEEDS = os.environ.get("SAMPAN_CHAOS_SEED", "1,2,3" if FULL else "1").split(",")


def size() -> dict[str, str]:
    """The size of a run, the environment's wishes included."""
    return {name: os.environ.get(f"SAMPAN_CHAOS_{name.upper()}", str(value)) for name, value in SIZE.items()}


@pytest.mark.chaos
@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_nothing_happens_twice(seed: str, tmp_path: Path) -> None:
    asked = size()
    folder = Path(os.environ.get("SAMPAN_CHAOS_REPORT") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / f"chaos-{seed}.json"
    words = [word for name, value in asked.items() for word in (f"--{name}", value)]
    patience = 700 + float(asked["seconds"]) * 1.5 + float(asked["settle"])
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *words, "--seed", seed, "--report", str(report)], cwd=ROOT, env=clean_env(),
        capture_output=True, text=True, timeout=patience, check=False,
    )  # fmt: skip
    print(done.stdout)
    assert done.returncode in (0, 1) and report.exists(), done.stderr[-3000:]
    found = json.loads(report.read_text())
    assert not found["broken"], done.stdout
    figures = found["figures"]
    assert figures["faults"] == int(asked["faults"]) and figures["orders"] == int(
        float(asked["rate"]) * float(asked["seconds"])
    )
    assert figures["orders shipped"] >= figures["orders"] * float(asked.get("share", 1)) / 2, (
        "hardly anything was sent: the run would prove little"
    )
    assert figures["mails"] and figures["buyers' messages"] and figures["acknowledged writes"]
