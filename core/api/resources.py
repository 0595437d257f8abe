"""REST of the machinery itself: long work."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request

from core import longwork
from core.api.addresses import described
from core.api.views import ApiView, row_id
from core.audit import Actor
from core.errors import Missing
from core.listing.rest import Resource
from core.models import Job
from core.selectors import has_result, jobs_for


class JobMore(serializers.Serializer):
    """What one job tells beside its row."""

    log = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    result_url = serializers.CharField(allow_null=True)


class JobResource(Resource):
    """``/api/v1/jobs/``."""

    listing = "jobs"
    detail_row = JobMore

    def detail(self, row: dict[str, Any], actor: Actor) -> dict[str, Any]:
        job = Job.objects.get(pk=row["id"])
        url = f"/api/v1/jobs/{job.pk}/result/" if has_result(job, actor) else None
        return {"log": [list(line) for line in longwork.log_lines(job)], "result_url": url}


class JobResultView(ApiView):
    """The file a job made."""

    permissions = {"GET": "core.view_job"}

    @described(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="jobs_result", tags=["jobs"]
    )
    def get(self, request: Request, pk: str) -> HttpResponse | FileResponse:
        """The file as a download."""
        job = jobs_for(self.actor).filter(pk=row_id(pk)).first()
        if job is None or not has_result(job, self.actor):
            raise Missing("not_found", "There is no file.")
        try:
            source = longwork.private_storage().open(job.result_file)
        except FileNotFoundError:
            raise Missing("not_found", "There is no file.") from None
        return FileResponse(source, as_attachment=True, filename=job.result_name)


RESOURCES = [JobResource]
ROUTES = [path("jobs/<str:pk>/result/", JobResultView.as_view(), name="job-result")]
