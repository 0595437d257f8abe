"""App configuration."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Loads the declarations of this app."""

    name = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the declaration modules that exist, top file roles last."""
        from core.declarations import load

        load(self.name)
