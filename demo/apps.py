"""App configuration."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A pretend shop's people, articles and life; nothing imports it."""

    name = "demo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the declaration modules that exist."""
        from core.declarations import load

        load(self.name)
