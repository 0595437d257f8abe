"""``manage.py simulate``: a pretended past of a sandbox store, lived through the real services under a simulated clock."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from accounts.models import Store
from core.clock import start_of_day, utcnow
from core.commands import HouseCommand, moment
from core.errors import Invalid
from demo.services import life, simulation
from launch.places import places


class Command(HouseCommand):
    """Same seed, days, rate and end in an equal database: the same result to the row."""

    help = "Let a sandbox store live N days up to last midnight (or --until), through the real services."

    def arguments(self, parser: Any) -> None:
        """How long, how many, which dice."""
        parser.add_argument("--days", type=int, default=60)
        parser.add_argument("--orders-per-day", type=int, default=50)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--store", default="", help="code of the store to live in (default: a free one)")
        parser.add_argument(
            "--trouble", type=int, default=0, help="answers of the channel spoilt in each session, three a day"
        )
        parser.add_argument("--until", help="the end of the pretended past (ISO 8601; default: last midnight)")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Live it and answer what came of it."""
        days, per_day = options["days"], options["orders_per_day"]
        if not 1 <= days <= 1000 or not 1 <= per_day <= 5000:
            raise Invalid("out_of_range", "Days are 1 to 1000, orders a day 1 to 5000.")
        end = moment(options["until"]) if options["until"] else start_of_day(utcnow(), str(life.ZONE))
        began, day, of_day = time.monotonic(), "", Counter[str]()

        def tell(now: datetime, done: dict[str, int]) -> None:
            """A line for each day that is over."""
            nonlocal day
            breathe()
            today = now.astimezone(life.ZONE).date().isoformat()
            if day and (today != day or now == end) and not options["json"]:
                self.stdout.write(f"{day}  " + "  ".join(f"{name} {count}" for name, count in of_day.items()))
            if today != day:
                of_day.clear()
            day = today
            of_day.update(done)

        with (
            simulation.standing_still(_wall) as breathe,
            simulation.other_side(places().data / "sandbox.sqlite3") as address,
        ):
            store = simulation.store_for(code=options["store"], seed=options["seed"], now=end)
            found = simulation.simulate(
                store=store, days=days, per_day=per_day, seed=options["seed"], end=end, base_url=address, tell=tell,
                trouble=options["trouble"],
            )  # fmt: skip
            simulation.move_home(Store.objects.get(code=store.code), now=end)
        return {**found, "seconds": round(time.monotonic() - began, 1)}

    def words(self, summary: dict[str, Any]) -> str:
        """The summary for people."""
        lines = [f"{key}: {value}" for key, value in summary.items() if key not in ("states", "digest")]
        lines += [f"  {state}: {count}" for state, count in summary["states"].items()]
        return "\n".join([*lines, f"digest: {summary['digest']['all']}"])


def _wall() -> datetime:
    """The wall clock, also where a pretended time runs."""
    return datetime.now(UTC)
