"""Doors of the machinery: health, metrics, error pages, long work, global search."""

from __future__ import annotations

import ipaddress
import logging
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from core import format as f
from core import longwork, metrics, search, selectors
from core.api import errors
from core.api.auth import TokenAuthentication, actor_of
from core.audit import Actor
from core.clock import utcnow
from core.models import Job
from core.pages import Page

logger = logging.getLogger(__name__)

#: The scheduler signs every ten seconds; after this many seconds it counts as gone.
BEAT_LIMIT = 60
_migrated: set[str] = set()


# --- health --------------------------------------------------------------------------------------------------------


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, broker and migrations are fine; the age of the scheduler's sign of life is told beside it.

    A missing scheduler is ``degraded`` but ready: pages work, and refusing them would make a small fault a large one.
    """
    checks: dict[str, Any] = {
        "database": _checked(_database),
        "broker": _checked(_broker),
        "migrations": _checked(_migrations),
    }
    ready = all(value == "ok" for value in checks.values())
    age = _beat_age() if checks["database"] == "ok" else None
    checks["scheduler"] = "starting" if age is None else "ok" if age < BEAT_LIMIT else "late"
    body = {"status": "ready" if ready and checks["scheduler"] != "late" else "degraded" if ready else "not ready", "checks": checks,
            "beat_age_seconds": None if age is None else round(age, 1)}  # fmt: skip
    return JsonResponse(body, status=200 if ready else 503)


def _checked(check: Any) -> str:
    try:
        return str(check())
    except Exception as error:
        logger.warning("not ready", extra={"check": check.__name__, "reason": type(error).__name__})
        return "down"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _broker() -> str:
    cache.set("readyz", 1, 10)
    return "ok" if cache.get("readyz") == 1 else "down"


def _migrations() -> str:
    if "done" in _migrated:  # migrations are never taken back while a process of this release runs
        return "ok"
    if selectors.unapplied_migrations():
        return "missing"
    _migrated.add("done")
    return "ok"


def _beat_age() -> float | None:
    try:
        return selectors.beat_age(utcnow())
    except Exception:
        return None


@never_cache
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus figures: for this machine itself, for a token or person with ``core.view_metrics``."""
    if not (_from_here(request) or _may_measure(request)):
        return errors.answer(401, "not_authenticated", _("Send a token that may read metrics."),
                             headers={"WWW-Authenticate": 'Bearer realm="metrics"'})  # fmt: skip
    metrics.refresh(utcnow())
    return HttpResponse(generate_latest(metrics.REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _from_here(request: HttpRequest) -> bool:
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT or "HTTP_X_FORWARDED_FOR" in request.META:
        return False  # behind a proxy every caller seems to be on this machine
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _may_measure(request: HttpRequest) -> bool:
    try:
        found = TokenAuthentication().authenticate(request)
    except Exception:
        return False
    if found is not None:
        return bool(found[0].actor.has_perm("core.view_metrics"))
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated and actor_of(request).has_perm("core.view_metrics"))


# --- error pages -----------------------------------------------------------------------------------------------------


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    if _is_api(request):
        return errors.answer(403, "not_allowed", _("Your role may not do this."))
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    if _is_api(request):
        return errors.answer(404, "not_found", _("There is no such entry, or it is not yours to see."))
    return render(request, "errors/404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    if _is_api(request):
        return errors.answer(400, "bad_request", _("The request cannot be accepted."))
    return render(request, "errors/400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, drawn without asking the database."""
    if _is_api(request):
        return errors.answer(500, "internal_error", _("Something went wrong on our side. Nothing was changed."))
    try:
        return HttpResponse(render_to_string("errors/500.html"), status=500)
    except Exception:
        return HttpResponse(
            _("Something went wrong on our side. Nothing was changed."), status=500, content_type="text/plain"
        )


# --- long work -------------------------------------------------------------------------------------------------------

_TONES = {"queued": "amber", "running": "indigo", "done": "leaf", "failed": "rose", "cancelled": "neutral"}


class JobDoor(Page):
    """A page of one piece of long work; only its requester and the keepers of the audit trail see it."""

    permission = "core.view_job"

    @property
    def job(self) -> Job:
        """The row."""
        found = selectors.jobs_for(self.actor).select_related("requester").filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found


class JobPage(JobDoor):
    """Progress, log, cancel, result; ``progress`` answers only the part that renews itself."""

    partial = False

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page."""
        context = {
            "job": job_context(self.job, self.now, self.actor),
            "crumbs": [{"label": _("Jobs"), "url": reverse("core:jobs")}],
        }
        response = self.render("core/_job_progress.html" if self.partial else "core/job.html", context)
        if self.partial and not context["job"]["live"] and self._elsewhere(request):
            response["HX-Refresh"] = "true"
        return response

    def _elsewhere(self, request: HttpRequest) -> bool:
        """Progress shown inside another page (the steps of an import): that page says what comes next when work ends."""
        shown_in = urlsplit(request.headers.get("HX-Current-URL", "")).path
        return bool(shown_in) and shown_in != reverse("core:job", args=[self.kwargs["pk"]])


class JobCancel(JobDoor):
    """POST: ask to stop."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Back to the job."""
        longwork.cancel(job=self.job, actor=self.actor, now=self.now)
        return self.go(reverse("core:job", args=[pk]), _("It stops after the row it is working on."))


class JobResult(JobDoor):
    """GET: the result file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """The file, as a download."""
        job = self.job
        if not selectors.has_result(job, self.actor):
            raise Http404
        try:
            source = longwork.private_storage().open(job.result_file)
        except FileNotFoundError:
            raise Http404 from None
        return FileResponse(source, as_attachment=True, filename=job.result_name or "result")


def job_context(job: Job, now: datetime, actor: Actor) -> dict[str, Any]:
    """A job as core/_job_progress.html shows it to the actor."""
    live = job.state in (Job.State.QUEUED, Job.State.RUNNING)
    log = [{"at": parse_datetime(at), "text": text, "tone": {"warning": "amber", "error": "rose", "good": "leaf"}.get(level, "")}
           for at, level, text in longwork.log_lines(job)]  # fmt: skip
    sums = [{"value": f.number(job.done - job.failed), "label": _("done"), "tone": "leaf"}] if not live else []
    if job.failed:
        sums.append({"value": f.number(job.failed), "label": _("refused"), "tone": "rose"})
    return {
        "title": longwork.title_of(job.kind, job.title, job.payload.get("_title")),
        "state_label": job.get_state_display(), "tone": _TONES[job.state], "live": live,
        "done": job.done, "failed": job.failed, "total": job.total, "done_text": _done_text(job), "left_text": _left(job, now),
        "started": job.started_at, "finished": job.finished_at, "who": job.actor.get("label", ""), "log": log, "sums": sums,
        "files": [{"label": job.result_name, "url": reverse("core:job-result", args=[job.pk])}]
        if selectors.has_result(job, actor) else [],
        "links": job.result.get("links", []) if not live else [],
        "progress_url": reverse("core:job-progress", args=[job.pk]),
        "cancel_url": reverse("core:job-cancel", args=[job.pk]) if live and not job.cancel_requested else "", "retry_url": "",
    }  # fmt: skip


def _done_text(job: Job) -> str:
    if not job.total:
        return f.number(job.done)
    return _("%(done)s of %(total)s") % {"done": f.number(job.done), "total": f.number(job.total)}


def _left(job: Job, now: datetime) -> str:
    if job.state != Job.State.RUNNING or not job.started_at or not job.total or not 0 < job.done < job.total:
        return ""
    spent = now - job.started_at
    left = spent / job.done * (job.total - job.done)
    return _("about %(time)s left") % {"time": f.duration(left, parts=1)}


# --- search ----------------------------------------------------------------------------------------------------------


class SearchPage(Page):
    """The box over all lists: an exact number opens its object, anything else shows what each list finds."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The hits, or the object itself."""
        text = request.GET.get("q", "")[:8000]
        if url := search.exact(text, self.actor):
            return HttpResponseRedirect(url)
        found = search.everywhere(text, self.actor)
        numbers = search.by_number(text, found, self.actor)
        missing = [asked.number for asked in numbers if not asked.hits]
        context = {"title": gettext_lazy("Search"), "search_text": " ".join(text.split()), "found": found, "numbers": numbers,
                   "missing": missing, "missing_text": "\n".join(missing), "hit_count": len(numbers) - len(missing)}  # fmt: skip
        return self.render("core/search.html", context)


class SearchTyping(Page):
    """JSON for the box while one types."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """``{groups: [{label, rows: [{label, url, facts}], more_url}]}``."""
        text = request.GET.get("q", "")[:200]
        found = search.everywhere(text, self.actor, limit=4) if len(text.strip()) >= 2 else []
        return JsonResponse({"groups": [
            {"label": str(group.listing.title), "rows": group.rows, "more_url": group.more_url, "total": group.total}
            for group in found]})  # fmt: skip
