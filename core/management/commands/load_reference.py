"""``manage.py load_reference``: starting data of every app (services, promises, templates, deadlines); twice is once."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings

from core.commands import HouseCommand


class Command(HouseCommand):
    """Load the reference rows that are missing. Rows that staff changed are left alone."""

    help = "Load the starting data that is missing; rows that staff changed are left alone."

    def arguments(self, parser: Any) -> None:
        """A moment other than now."""
        parser.add_argument("--now", help="the time that goes into the rows (ISO 8601)")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Each app's own loader, in layer order; answers rows added by app."""
        now = self.now(options)
        added: dict[str, Any] = {}
        for app in settings.OUR_APPS:
            if find_spec(f"{app}.services") and find_spec(f"{app}.services.seeding"):
                added[app] = import_module(f"{app}.services.seeding").load_reference(now=now)
            elif find_spec(f"{app}.seeding"):
                added[app] = import_module(f"{app}.seeding").load_reference(now=now)
        return {"added": added}
