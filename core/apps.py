"""App configuration."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Loads the declarations of this app."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the declaration modules that exist, top file roles last."""
        import orjson
        from psycopg2.extras import register_default_json  # type: ignore[import-untyped]

        from core.declarations import load

        # JSON that a query composes: several values in each row of a list
        register_default_json(globally=True, loads=orjson.loads)
        load(self.name)
