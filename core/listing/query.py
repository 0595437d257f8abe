"""One question to a list: who asks, which filters, search, order, page. Page, REST, export and bulk read it alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core import planned
from core.audit import Actor
from core.errors import Invalid, Missing, refuse_unknown
from core.listing import paging, searching

if TYPE_CHECKING:
    from core.listing.base import Listing

#: Parameters that are not filters. ``edited`` says that the filters of a view were changed (even to none).
SYSTEM_PARAMS = frozenset({"q", "ordering", "cursor", "page_size", "view", "edited", "columns"})
MAX_PAGE = 200


@dataclass
class ListQuery:
    """The question ``params`` put by ``actor`` to ``listing``.

    ``strict`` (REST) refuses parameters the list does not know and values that do not fit; a page ignores the first and
    shows the second at its filter, with no rows.
    """

    listing: Listing
    actor: Actor
    params: QueryDict
    strict: bool = False
    size: int | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, listing: Listing, actor: Actor, text: str, **more: Any) -> ListQuery:
        """The question written as a URL query, as saved views, exports and jobs keep it."""
        return cls(listing, actor, QueryDict(text), **more)

    @cached_property
    def given(self) -> dict[str, list[str]]:
        """The filters that are set: name -> its URL parameters that have a value."""
        found = {}
        for name, names in self.listing.filter_parameters.items():
            if given := [p for p in names if p in self.params and any(self.params.getlist(p))]:
                found[name] = given
        return found

    @cached_property
    def filterset(self) -> Any:
        """The bound filter set of what is set: a form with every filter costs more than the rows it filters."""
        return self.filters_of(self.given)

    def filters_of(self, names: Iterable[str]) -> Any:
        """The bound filter set of some filters."""
        shown = SimpleNamespace(actor=self.actor, user=None, GET=self.params)
        return self.listing.filterset_of(frozenset(names))(data=self.params, queryset=self.base, request=shown)

    @cached_property
    def base(self) -> QuerySet:
        """What the actor may see."""
        return self.listing.queryset(self.actor)

    @cached_property
    def terms(self) -> searching.Terms:
        """What is searched for."""
        return searching.parse(self.params.get("q", ""))

    @cached_property
    def order(self) -> paging.Order:
        """The sort; refuses (strict) or forgets (page) one the list does not offer."""
        wanted = self.params.get("ordering") or self.listing.default_order
        found = self.listing.order(wanted)
        if found is None:
            if self.strict:
                raise Invalid("unknown_ordering", _("This list cannot be sorted by “%(name)s”."), status=400, name=wanted,
                              errors={"ordering": sorted(self.listing.orderings)})  # fmt: skip
            found = self.listing.order(self.listing.default_order)
        assert found is not None
        return found

    @cached_property
    def cursor(self) -> paging.Cursor | None:
        """The place to read from."""
        text = self.params.get("cursor", "")
        if not text:
            return None
        try:
            cursor = paging.Cursor.decode(text)
            if cursor.order != self.order.text:
                raise paging.bad_cursor()
        except Invalid:
            if self.strict:
                raise
            return None
        return cursor

    @cached_property
    def page_size(self) -> int:
        """Rows a page, 1 to 200."""
        if self.size:
            return self.size
        text = self.params.get("page_size", "")
        if not text:
            return self.listing.page_size
        if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MAX_PAGE:
            return int(text)
        if self.strict:
            raise Invalid("bad_page_size", _("page_size is a number from 1 to 200."), status=400,
                          errors={"page_size": ["1-200"]})  # fmt: skip
        return self.listing.page_size

    @cached_property
    def queryset(self) -> QuerySet:
        """The rows that fit, unordered."""
        if self.strict:
            self._refuse_unknown()
        rows = self.filtered()
        if self.terms:
            rows = self.listing.search(rows, self.terms, self.actor)
        return rows

    def filtered(self) -> QuerySet:
        """The rows that fit the filters alone."""
        if not self.given:
            return self.base
        filterset = self.filterset
        if filterset.form.is_valid():
            return filterset.qs
        self.errors = {name: [str(e) for e in found] for name, found in filterset.form.errors.items()}
        if self.strict:
            self._refuse_values()
        return self.base.none()

    def _refuse_unknown(self) -> None:
        refuse_unknown(self.params, SYSTEM_PARAMS | set(self.listing.parameter_names))

    def _refuse_values(self) -> None:
        for name, found in self.filterset.form.errors.as_data().items():
            asked = self.filterset.form.fields.get(name)
            foreign = isinstance(asked, ModelChoiceField | ModelMultipleChoiceField)
            if foreign and any(error.code == "invalid_choice" for error in found):
                raise Missing("not_found", _("There is no such %(name)s here."), name=name)
        raise Invalid("bad_filter", _("A filter has a value that does not fit."), status=400, errors=self.errors)

    def page(self, *, parts: set[str] | None = None) -> paging.Page:
        """The page of rows. ``parts`` limits the row parts that are loaded (None = all)."""
        with planned.page():
            found = paging.read_page(
                self.queryset, self.order, self.cursor, self.page_size,
                lambda piece: self.listing.read(piece, self.order, parts),
            )  # fmt: skip
        return found.finished(lambda rows: self.listing.complete(rows, self.actor, parts))

    def ids(self, limit: int) -> list[int]:
        """The ids of the first ``limit`` rows that fit, in the order of the list."""
        return [row for piece in paging.pieces(self.queryset, self.order, None)[:1]
                for row in piece.values_list("pk", flat=True)[:limit]]  # fmt: skip

    def count(self) -> int:
        """How many rows fit, at most 10,001."""
        return paging.capped_count(self.queryset)

    def text(self, **changes: str | None) -> str:
        """The question as a URL query without the place in it, with ``changes`` (None removes)."""
        held = {**self._quoted, **{name: urlencode({name: value}) if value else "" for name, value in changes.items()}}
        return "&".join([part for part in held.values() if part])

    @cached_property
    def _quoted(self) -> dict[str, str]:
        return {
            name: urlencode([(name, value) for value in values])
            for name, values in self.params.lists()
            if name not in ("cursor", "columns") and any(values)
        }


def written(params: QueryDict, *without: str) -> str:
    """Parameters as a URL query, less some. (A ``QueryDict`` copies itself deeply to be changed: a page asks a dozen times.)"""
    return urlencode([(name, value) for name, values in params.lists() if name not in without for value in values])
