"""``make bench``: the table of docs/performance.md with today's figures, product and floor in turns.

    python -m bench --orders 100000            # one size
    python -m bench --orders 10000 100000      # growth
    python -m bench --only P1 P2
    python -m bench --parcels 1000000          # parcels under way with 20 events each: figures F1 to F6

Each size has an embedded installation of its own under var/bench-N or var/parcels-N (kept, so that a second run measures at once);
with SAMPAN_DATA set, under that folder. A million parcels need some 12 GB.
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
    parser.add_argument("--orders", type=int, nargs="+", help="sizes in orders; default 100000")
    parser.add_argument("--parcels", type=int, nargs="+", default=[], help="sizes in parcels under way")
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    rows: list[dict[str, str]] = []
    for size in given.orders or ([] if given.parcels else [100_000]):
        rows += _size("bench", size, "orders", ["bench_data", "--orders", str(size)], given.only)
    rows += _growth(rows)
    for size in given.parcels:
        rows += _size("parcels", size, "parcels", ["bench_parcels", "--parcels", str(size)], given.only)
    print(_table(rows))
    return 0


def _size(name: str, size: int, what: str, filling: list[str], only: list[str]) -> list[dict[str, str]]:
    """Fill the installation of a size if it is new, and measure it."""
    data = Path(os.environ.get("SAMPAN_DATA") or ROOT / "var").resolve() / f"{name}-{size}"
    environment = {**os.environ, "SAMPAN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "bench.settings"}
    call = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*call, "migrate", "-v0"], check=True, env=environment, cwd=ROOT)
    subprocess.run([*call, "load_reference"], check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    filled = data / "filled"
    if not filled.exists():
        print(f"filling {size:,} {what} …", flush=True)
        subprocess.run([*call, *filling], check=True, env=environment, cwd=ROOT)
        filled.touch()
    done = subprocess.run(
        [*call, "measure", "--json", "--of", what, *(["--only", *only] if only else [])],
        check=True, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout.strip().splitlines()[-1])["figures"]
    return [{"orders": f"{size:,}" if what == "orders" else f"{size:,} {what}", **row} for row in found]


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
