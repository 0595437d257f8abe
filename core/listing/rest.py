"""REST from the same declarations: reading is the listing's row, writing is a small input serializer and one service.

    class OrderResource(Resource):
        listing = "orders"
        create = Write(OrderInput, services.create_order, "orders.create_order")
        update = Write(OrderChange, services.change_order, "orders.change_order")

    RESOURCES = [OrderResource]          # in the app's api.py; erp/api.py collects them

Actions come from the listing. A service gets the validated fields as keywords, ``actor``, ``now`` and, for a change, the
object under the name of its model (``order=``) or ``obj=``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models, transaction
from django.http import HttpResponse, QueryDict
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from core.api.parsing import StrictJSONParser
from core.api.views import ApiView, etag_of, json_answer, row_id
from core.audit import Actor
from core.clock import utcnow
from core.errors import DomainError, Invalid, Missing, Stale
from core.listing import actions, bulk
from core.listing.base import LISTINGS, Listing
from core.listing.query import ListQuery, written
from core.listing.views_saved import with_view

#: Names beside the inputs in the body of a bulk call.
BULK_NAMES = ("ids", "filter", "dry_run")


@dataclass(frozen=True)
class Write:
    """One way to write: the input serializer, the service, and the permission asked at the door."""

    input: type[serializers.Serializer]
    service: Callable[..., Any]
    permission: str
    #: Further fixed keywords for the service.
    given: Mapping[str, Any] | None = None

    def call(self, data: Mapping[str, Any], actor: Actor, **subject: Any) -> Any:
        """Call the service with the validated input."""
        return self.service(**data, **subject, **(self.given or {}), actor=actor, now=utcnow())

    def subject_name(self, model: type[models.Model]) -> str:
        """The keyword under which the service takes the object."""
        names = inspect.signature(self.service).parameters
        own = str(model._meta.model_name)
        for name in (own, _snake(model.__name__), "obj", "subject"):
            if name in names:
                return name
        raise TypeError(f"{self.service.__qualname__} takes no {own}= and no obj=")


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class Resource:
    """A resource of the REST API over a listing."""

    listing: str = ""
    #: Path under /api/v1/; default: the name of the listing.
    path: str = ""
    create: Write | None = None
    update: Write | None = None
    delete: Write | None = None
    #: Actions of the listing that are not offered by REST.
    hidden_actions: frozenset[str] = frozenset()
    #: Serializer with further fields of the detail answer (for the schema), filled by ``detail``.
    detail_row: type[serializers.Serializer] | None = None
    #: Fields that make up the version compared by If-Match; default: everything in the row.
    version_fields: Sequence[str] = ()
    tag: str = ""
    #: The POST that makes one takes a form with files instead of JSON.
    uploads: bool = False

    #: ORM lookups that ``detail`` reads from the row.
    detail_needs: Sequence[str] = ()

    def detail(self, row: dict[str, Any], actor: Actor) -> dict[str, Any]:
        """Further REST values of one object, by the name of their field."""
        return {}

    # --- derived -----------------------------------------------------------------------------------------------

    @property
    def list(self) -> Listing:
        """The listing."""
        return LISTINGS[self.listing]

    @property
    def at(self) -> str:
        """The path under /api/v1/."""
        return self.path or self.list.name

    def actions(self, *, many: bool) -> dict[str, Any]:
        """The actions offered by REST."""
        return {name: a for name, a in self.list.all_actions.items()
                if name not in self.hidden_actions and (a.bulk if many else a.single)}  # fmt: skip

    def represent(self, pk: int, actor: Actor, *, fresh: bool = False) -> dict[str, Any] | None:
        """One object as REST answers it, or None when the actor cannot see it. ``fresh``: it was made by this request."""
        rows = self.list.rows_of([pk], actor, self.detail_needs, fresh=fresh)
        if not rows:
            return None
        return {**self.list.shape.to_rest(rows[0]), **self.detail(rows[0], actor)}

    def version(self, shown: Mapping[str, Any]) -> str:
        """The ETag of a representation."""
        return etag_of({name: shown[name] for name in self.version_fields} if self.version_fields else shown)


RESOURCES: dict[str, Resource] = {}


class ResourceView(ApiView):
    """A view of one resource; the concrete classes are made by :func:`routes`."""

    resource: ClassVar[Resource]
    #: list, detail, action or bulk; the schema is read off it.
    kind: ClassVar[str] = ""

    def shown(self, pk: int, *, fresh: bool = False) -> dict[str, Any]:
        """The representation, or 404."""
        found = self.resource.represent(pk, self.actor, fresh=fresh)
        if found is None:
            raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
        return found


class ListView(ResourceView):
    """GET: a page of rows. POST: make one."""

    kind = "list"

    def permission_for(self, method: str) -> str | None:
        if method in ("GET", "HEAD"):
            return self.resource.list.permission
        if method == "POST" and self.resource.create:
            return self.resource.create.permission
        return None

    def get(self, request: Request) -> HttpResponse:
        """``{next, previous, results}``."""
        listing = self.resource.list
        params = with_view(listing, self.actor, request._request.GET)
        page = ListQuery(listing, self.actor, params, strict=True).page()
        to_rest = listing.shape.to_rest
        return json_answer({
            "next": self._address(request, page.next), "previous": self._address(request, page.previous),
            "results": [to_rest(row) for row in page.rows],
        })  # fmt: skip

    @staticmethod
    def _address(request: Request, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        rest = written(request._request.GET, "cursor")
        return request.build_absolute_uri(
            f"{request.path}?{rest}&cursor={cursor}" if rest else f"{request.path}?cursor={cursor}"
        )

    def post(self, request: Request) -> HttpResponse:
        """201 with the new object (200 when it already existed)."""
        write = self.resource.create
        assert write is not None

        def work() -> HttpResponse:
            data = validated(write.input, self.body(request), self.actor)
            made = write.call(data, self.actor)
            obj, created = made if isinstance(made, tuple) else (made, True)
            shown = self.shown(obj.pk, fresh=created)
            return json_answer(shown, 201 if created else 200, ETag=self.resource.version(shown),
                               Location=f"{request.path}{obj.pk}/")  # fmt: skip

        return self.once(request, work)


class DetailView(ResourceView):
    """GET: one object. PATCH: change it, with If-Match. DELETE where declared."""

    kind = "detail"

    def permission_for(self, method: str) -> str | None:
        if method in ("GET", "HEAD"):
            return self.resource.list.permission
        write = {"PATCH": self.resource.update, "DELETE": self.resource.delete}.get(method)
        return write.permission if write else None

    def get(self, request: Request, pk: str) -> HttpResponse:
        """The object with its ETag; 304 when the caller has it already."""
        shown = self.shown(row_id(pk))
        etag = self.resource.version(shown)
        if etag in [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]:
            return HttpResponse(status=304, headers={"ETag": etag})
        return json_answer(shown, ETag=etag)

    def patch(self, request: Request, pk: str) -> HttpResponse:
        """The changed object. 428 without If-Match, 412 with the difference when somebody was faster."""
        write, body = self.resource.update, self.body(request)
        assert write is not None
        with transaction.atomic():
            obj = self._locked(request, row_id(pk), body)
            data = validated(write.input, body, self.actor, instance=obj, partial=True)
            write.call(data, self.actor, **{write.subject_name(self.resource.list.model): obj})
        shown = self.shown(row_id(pk))
        return json_answer(shown, ETag=self.resource.version(shown))

    def delete(self, request: Request, pk: str) -> HttpResponse:
        """204. 428 without If-Match."""
        write = self.resource.delete
        assert write is not None
        with transaction.atomic():
            obj = self._locked(request, row_id(pk), {})
            write.call({}, self.actor, **{write.subject_name(self.resource.list.model): obj})
        return HttpResponse(status=204)

    def _locked(self, request: Request, pk: int, body: Mapping[str, Any]) -> models.Model:
        """The object, locked, after If-Match was compared with what is there now."""
        wanted = request.headers.get("If-Match")
        if wanted is None:
            raise DomainError("precondition_required", _("Send If-Match with the ETag you read."), status=428)
        found = self.resource.list.queryset(self.actor).filter(pk=pk).values_list("pk", flat=True).first()
        if found is None:
            raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
        held = self.resource.list.model._base_manager.select_for_update(of=("self",)).get(pk=pk)
        shown = self.shown(pk)
        tags = [tag.strip().removeprefix("W/") for tag in wanted.split(",")]
        if "*" not in tags and self.resource.version(shown) not in tags:
            changes = {name: {"theirs": shown[name], "yours": value} for name, value in body.items()
                       if name in shown and shown[name] != value}  # fmt: skip
            raise Stale("stale", _("Somebody changed this since you read it."), changes=changes)
        return held


class ActionView(ResourceView):
    """POST: do one action to one object."""

    kind = "action"
    action_name: ClassVar[str]

    def permission_for(self, method: str) -> str | None:
        action = self.resource.list.all_actions.get(self.action_name)
        return action.permission if method == "POST" and action else None

    def post(self, request: Request, pk: str) -> HttpResponse:
        """The object afterwards, with what happened under ``outcome``."""
        listing, actor = self.resource.list, self.actor

        def work() -> HttpResponse:
            body = self.body(request)
            action = bulk.find_action(listing, self.action_name, actor, bulk=False)
            key = row_id(pk)
            objs = list(listing.objects([key], actor).values()) if "objs" in getattr(action.form, "takes", ()) else []
            data = action.clean(body, actor=actor, objs=objs)
            outcome = actions.run_one(listing, action, key, actor=actor, now=utcnow(), data=data)
            shown = self.resource.represent(key, actor) or {"id": str(key)}
            headers = {"ETag": self.resource.version(shown)} if len(shown) > 1 else {}
            return json_answer({**shown, "outcome": outcome.public()}, 200, **headers)

        return self.once(request, work)


class BulkView(ResourceView):
    """POST: do one action to many objects; each answers for itself."""

    kind = "bulk"
    action_name: ClassVar[str]

    def permission_for(self, method: str) -> str | None:
        action = self.resource.list.all_actions.get(self.action_name)
        return action.permission if method == "POST" and action else None

    def post(self, request: Request) -> HttpResponse:
        """``{done, refused, outcomes}``, or 202 with the job for more than 200 rows. ``dry_run`` changes nothing."""
        listing, actor = self.resource.list, self.actor

        def work() -> HttpResponse:
            body = self.body(request)
            action = bulk.find_action(listing, self.action_name, actor, bulk=True)
            chosen = bulk.Selection.parse(_ids(body.get("ids")), _question(body.get("filter")))
            raw = {name: value for name, value in body.items() if name not in BULK_NAMES}
            data = action.clean(raw, actor=actor)
            if body.get("dry_run") is True:
                made = bulk.preview(listing, action, chosen, actor=actor, now=utcnow(), data=data)
            else:
                made = bulk.perform(listing, action, chosen, actor=actor, now=utcnow(), data=data, raw=raw)
            if made.job is not None:
                job = {"id": str(made.job.pk), "state": made.job.state, "total": made.total}
                return json_answer({"job": job, **({"data": dict(made.data)} if made.data else {})}, 202,
                                   Location=f"/api/v1/jobs/{made.job.pk}/")  # fmt: skip
            done = sum(o.ok for o in made.outcomes)
            return json_answer({"done": done, "refused": len(made.outcomes) - done, "total": made.total,
                                "dry_run": body.get("dry_run") is True,
                                "outcomes": [o.public() for o in made.outcomes]})  # fmt: skip

        return self.once(request, work)


def _ids(raw: Any) -> list[Any]:
    if raw is None:
        return []
    if not isinstance(raw, list) or len(raw) > 10_000:
        raise Invalid(
            "bad_ids", _("“ids” is a list of at most 10,000 ids."), errors={"ids": [str(_("A list of ids."))]}
        )
    return raw


def _question(raw: Any) -> str | None:
    """The ``filter`` of a bulk body (an object with the parameters of the list) as a URL query."""
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise Invalid(
            "bad_filter", _("“filter” is an object with the parameters of the list."), errors={"filter": ["object"]}
        )
    params = QueryDict(mutable=True)
    for name, value in raw.items():
        params.setlist(name, [_flat(item) for item in (value if isinstance(value, list) else [value])])
    return params.urlencode()


def _flat(value: Any) -> str:
    return (
        {True: "true", False: "false", None: ""}.get(value, str(value))
        if isinstance(value, bool | None)
        else str(value)
    )


def validated(kind: type[serializers.Serializer], body: Mapping[str, Any], actor: Actor, **more: Any) -> dict[str, Any]:
    """The validated input of a write."""
    made = kind(data=body, context={"actor": actor}, **more)
    made.is_valid(raise_exception=True)
    return dict(made.validated_data)


def methods(base: type[ResourceView], made: Resource) -> list[str]:
    """The methods a view answers: only what the resource declares; any other is 405."""
    if base is ListView:
        return ["get", "head", *(["post"] if made.create else [])]
    if base is DetailView:
        return ["get", "head", *(["patch"] if made.update else []), *(["delete"] if made.delete else [])]
    return ["post"]


def routes(resources: Sequence[type[Resource]]) -> list[URLPattern]:
    """The addresses of ``resources`` with one view class per operation (so that the schema can tell them apart)."""
    found: list[URLPattern] = []
    for kind in resources:
        made = kind()
        at, stem = made.at, "".join(word.title() for word in made.at.replace("/", "-").split("-"))
        if at in RESOURCES and type(RESOURCES[at]).__qualname__ != kind.__qualname__:
            raise ValueError(f"two resources are at {at}")
        RESOURCES[at] = made

        def view(base: type[ResourceView], name: str, made: Resource = made, **more: Any) -> Any:
            declared = {"resource": made, "__doc__": base.__doc__, "http_method_names": methods(base, made), **more}
            kind: Any = type(name, (base,), declared)
            return kind.as_view()

        files: dict[str, Any] = {"parser_classes": (MultiPartParser, StrictJSONParser)} if made.uploads else {}
        found.append(path(f"{at}/", view(ListView, f"{stem}List", **files), name=f"{at}-list"))
        for name in made.actions(many=True):
            one = view(BulkView, f"{stem}Bulk{name.title().replace('-', '')}", action_name=name)
            found.append(path(f"{at}/bulk/{name}/", one, name=f"{at}-bulk-{name}"))
        found.append(path(f"{at}/<str:pk>/", view(DetailView, f"{stem}Detail"), name=f"{at}-detail"))
        for name in made.actions(many=False):
            one = view(ActionView, f"{stem}{name.title().replace('-', '')}", action_name=name)
            found.append(path(f"{at}/<str:pk>/{name}/", one, name=f"{at}-{name}"))
    return found
