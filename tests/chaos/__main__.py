"""``python -m tests.chaos --report FILE``: one chaos run against a real installation in a folder of its own.

A process of its own, because it speaks to the installation's database by the product's settings, not by those of the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path


def main() -> int:
    """Read the size, prepare the settings, run, write the report. Exit code 1 = a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long buyers order and faults strike")
    parser.add_argument("--rate", type=float, default=1.2, help="orders per second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--late", type=int, default=10, help="after so many seconds an unclear outcome is read back")
    parser.add_argument("--settle", type=float, default=180.0, help="longest time to heal after the last fault")
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
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
    if asked.report:
        asked.report.write_text(
            json.dumps({"broken": verdict.broken, "figures": verdict.figures}, indent=1, default=str)
        )
    print(run.table())
    for name, examples in verdict.broken.items():
        print(f"BROKEN: {name}", *examples, sep="\n    ")
    return 1 if verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main())
