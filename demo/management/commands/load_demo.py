"""``manage.py load_demo``: turn an empty database into a demonstration; the rest is filled by a visible job."""

from __future__ import annotations

from typing import Any

from core import longwork
from core.commands import HouseCommand
from core.errors import Conflict
from core.models import SystemMark
from demo.services import shop


class Command(HouseCommand):
    """Make logins, stores and articles at once and start the job that lets the shop live up to now."""

    help = "Fill an empty database with the demonstration. A database that people work in is refused."

    def arguments(self, parser: Any) -> None:
        """When it is, and whether to stay empty of orders."""
        parser.add_argument("--now", help="the end of the pretend past (ISO 8601)")
        parser.add_argument("--stage-only", action="store_true", help="logins, stores and articles only")

    def perform(self, **options: Any) -> dict[str, Any]:
        """The stage, then one job; a second call starts nothing twice."""
        now = self.now(options)
        demo = SystemMark.objects.filter(name="demo").first()
        if demo is None and not shop.is_empty():
            raise Conflict("not_empty", "This database is in use and no demonstration: load_demo would mix the two.")
        shop.set_stage(now=now)
        demo = SystemMark.objects.get(name="demo")
        if options["stage_only"] or demo.value.get("state") != "empty":
            return {"logins": [name for name, *_ in shop.LOGINS], "job": demo.value.get("job")}
        job = longwork.start("demo.fill", actor=shop.DEMO, now=now, payload={"now": now.isoformat()}, total=0)
        demo.value = {**demo.value, "state": "filling", "job": job.pk}
        demo.save(update_fields=["value"])
        return {"logins": [name for name, *_ in shop.LOGINS], "job": job.pk}
