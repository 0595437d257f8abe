"""The schema and its browsable page; both need a login or a token."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import redirect
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core.api import errors
from core.api.auth import PersonAuthentication, TokenAuthentication


class SchemaView(SpectacularAPIView):
    """The OpenAPI 3.1 document."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]
    authentication_classes = (TokenAuthentication, PersonAuthentication)

    def get_exception_handler(self) -> Any:
        return errors.problem


class DocsView(SpectacularSwaggerSplitView):
    """The browsable page. Its kit sets styles by script, so this page alone allows inline styles."""

    url_name = "schema"
    authentication_classes = (TokenAuthentication, PersonAuthentication)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated and "Authorization" not in request.headers:
            return redirect(f"/accounts/login/?next={request.path}")
        response = super().dispatch(request, *args, **kwargs)
        response["Content-Security-Policy"] = (
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self';"
            " form-action 'self'; frame-ancestors 'none'"
        )
        return response
