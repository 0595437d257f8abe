"""Static files as the browser gets them: every name carries its content's mark, module imports included."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Hashed and gzipped names; the API browser's own files stay uncompressed, they are large and rarely opened."""

    support_js_module_import_aggregation = True

    def compress_files(self, paths: Iterable[str]) -> Any:
        """Compress what pages load."""
        return super().compress_files([path for path in paths if not path.startswith("drf_spectacular_sidecar/")])


class NeededApps(AppDirectoriesFinder):
    """Files of installed packages, of those only whose pages we serve."""

    needed = ("drf_spectacular_sidecar", "allauth.mfa", "allauth.account")

    def __init__(self, app_names: list[str] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(list(self.needed), *args, **kwargs)
