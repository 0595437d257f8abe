"""The schema and its browsable page; both need a login or a token."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView

from core.api import describing, errors
from core.api.auth import PersonAuthentication, TokenAuthentication
from core.pages import Page


class SchemaView(SpectacularAPIView):
    """The OpenAPI 3.1 document."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]
    authentication_classes = (TokenAuthentication, PersonAuthentication)

    def get_exception_handler(self) -> Any:
        return errors.problem


@lru_cache(maxsize=1)
def _groups() -> dict[str, list[dict[str, Any]]]:
    """What the API offers, in English as its document is; it changes only with the program."""
    with override("en"):
        made: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
        return describing.groups(made.get_schema(request=None, public=True))


class DocsPage(Page):
    """The API as people read it: one group of operations at a time, plain markup, the frame and the rules of every page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The group asked for; the first one by itself."""
        found = _groups()
        chosen = request.GET.get("group") or next(iter(found))
        if chosen not in found:
            raise Http404
        groups = [{"name": name, "count": len(rows), "active": name == chosen} for name, rows in found.items()]
        context = {"title": _("REST API"), "groups": groups, "chosen": chosen, "operations": found[chosen],
                   "base": request.build_absolute_uri("/").rstrip("/")}  # fmt: skip
        return self.render("core/api_docs.html", context)
