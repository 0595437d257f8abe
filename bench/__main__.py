"""``make bench``: the table of docs/performance.md with today's figures, product and floor in turns.

    python -m bench --orders 100000            # one size
    python -m bench --orders 10000 100000      # growth
    python -m bench --only P1 P2

Each size has an embedded installation of its own under var/bench-N (kept, so that a second run measures at once); with
SAMPAN_DATA set, under that folder.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Fill and measure each size in a process of its own; print one table."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--orders", type=int, nargs="+", default=[100_000])
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    rows: list[dict[str, str]] = []
    home = Path(os.environ.get("SAMPAN_DATA") or ROOT / "var").resolve()
    for size in given.orders:
        data = home / f"bench-{size}"
        environment = {**os.environ, "SAMPAN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "bench.settings"}
        call = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*call, "migrate", "-v0"], check=True, env=environment, cwd=ROOT)
        subprocess.run([*call, "load_reference"], check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        filled = data / "filled"
        if not filled.exists():
            print(f"filling {size:,} orders …", flush=True)
            subprocess.run([*call, "bench_data", "--orders", str(size)], check=True, env=environment, cwd=ROOT)
            filled.touch()
        done = subprocess.run(
            [*call, "measure", "--json", *(["--only", *given.only] if given.only else [])],
            check=True, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        for row in json.loads(done.stdout.strip().splitlines()[-1])["figures"]:
            rows.append({"orders": f"{size:,}", **row})
    rows += _growth(rows)
    print(_table(rows))
    return 0


def _growth(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """P4: what the largest database costs against the smallest, each in multiples of its own floor."""
    sizes = list(dict.fromkeys(row["orders"] for row in rows))
    if len(sizes) < 2:
        return []
    cost = {(row["orders"], row["work"]): float(row["grows"]) for row in rows if "grows" in row}
    made = []
    for row in rows:
        small, large = cost.get((sizes[0], row["work"])), cost.get((sizes[-1], row["work"]))
        if row["orders"] != sizes[-1] or small is None or large is None:
            continue
        goal, grown = 2.0 if row["work"].startswith("search") else 1.3, large / small
        made.append(
            {
                "orders": f"{sizes[0]} → {sizes[-1]}", "id": "P4", "work": row["work"], "product": f"{large:.2f} × floor",
                "floor": f"{small:.2f} × floor", "ratio": f"{grown:.2f}",
                "goal": f"≤ {goal} ×", "reached": "yes" if grown <= goal else "NO",
            }
        )  # fmt: skip
    return made


def _table(rows: list[dict[str, str]]) -> str:
    head = ("orders", "id", "work", "product", "floor", "ratio", "goal", "reached")
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(row.get(name, "")) for name in head) + " |" for row in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
