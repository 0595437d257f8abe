"""``python -m tests.chaos --report FILE``: one chaos run against a real installation in a folder of its own. With ``--seeds``
and a folder: one run after the other, those that went to their end before are not run again.

A process of its own, because it speaks to the installation's database by the product's settings, not by those of the tests.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.chaos import report


def main() -> int:
    """Read the size, prepare the settings, run, write the report. Exit code 1 = a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long buyers order and faults strike")
    parser.add_argument("--rate", type=float, default=1.2, help="orders per second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--late", type=int, default=10, help="after so many seconds an unclear outcome is read back")
    parser.add_argument("--settle", type=float, default=180.0, help="longest time to heal after the last fault")
    parser.add_argument("--share", type=float, default=1.0, help="share of the orders that go through the warehouse")
    parser.add_argument(
        "--after", type=float, default=1.0, help="how often buyers write, open cases and rate, against usual"
    )
    parser.add_argument(
        "--unclear", type=float, default=0.0, help="share of the writes at the shop whose answers get lost"
    )
    parser.add_argument("--seeds", help="several runs, e.g. 1,2,3; each in a process of its own")
    parser.add_argument("--report", type=Path, help="a .json file, or a folder with one for each seed")
    asked = parser.parse_args()
    if asked.seeds:
        return max([_seed(asked, seed) for seed in asked.seeds.split(",")])
    asked.report = report.place(asked.report, asked.seed)
    proven = report.commit()
    from tests.chaos.mailsink import Sink
    from tests.chaos.stack import Stack

    log = asked.report.with_suffix(".log") if asked.report else None
    with Sink() as sink, Stack(sink.port, log) as stack:
        for name in [n for n in os.environ if n in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")]:
            del os.environ[name]
        os.environ |= {
            **{name: stack.env[name] for name in ("SAMPAN_DATA", "PORT", "EMAIL_URL")}, "LOG_LEVEL": "ERROR",
            "DATABASE_URL": stack.where.database_url, "REDIS_URL": stack.where.redis_url, "DJANGO_SETTINGS_MODULE": "erp.settings",
        }  # fmt: skip
        import django

        django.setup()
        from erp import celery  # noqa: F401 - the application that sends jobs by name
        from tests.chaos.running import Run

        asked.dump = asked.report.with_suffix(".sql") if asked.report else None
        run = Run(stack, sink, asked)
        verdict = run.whole()
    found = {"size": size(asked), "commit": proven, "broken": verdict.broken, "figures": verdict.figures}
    if asked.report:
        report.write(asked.report, found)
    print(report.table(found), flush=True)
    return 1 if verdict.broken else 0


def size(asked: argparse.Namespace) -> dict[str, float]:
    """How large the run is."""
    return {name: float(getattr(asked, name)) for name in report.SIZE}


def _seed(asked: argparse.Namespace, seed: str) -> int:
    """One run of several: what was kept of it, or a process of its own."""
    path = report.place(asked.report, seed)
    if path and (found := report.kept(path, size(asked))):
        print(f"kept: {path}", report.table(found), sep="\n", flush=True)
        return 1 if found["broken"] else 0
    words = [word for name in report.SIZE for word in (f"--{name}", str(getattr(asked, name)))]
    words += ["--report", str(path)] if path else []
    return subprocess.run([sys.executable, "-m", "tests.chaos", *words, "--seed", seed], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
