"""``manage.py load_reference``: starting data of every app (services, promises, templates, deadlines); twice is once."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings

from core.commands import HouseCommand


def _exists(name: str) -> bool:
    """Whether a module can be imported; its parent may be a plain file."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


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
            for name in (f"{app}.services.seeding", f"{app}.seeding"):
                if _exists(name):
                    added[app] = import_module(name).load_reference(now=now)
        return {"added": added}
