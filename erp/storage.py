"""Static files as the browser gets them: every name carries its content's mark, module imports included."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Hashed and gzipped names."""

    support_js_module_import_aggregation = True


class NeededApps(AppDirectoriesFinder):
    """Files of installed packages, of those only whose pages we serve."""

    needed = ("allauth.mfa", "allauth.account")

    def __init__(self, app_names: list[str] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(list(self.needed), *args, **kwargs)
