"""App configuration."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """Loads the declarations of this app."""

    name = "conversations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the declaration modules that exist, top file roles last."""
        from core.declarations import load

        load(self.name)
