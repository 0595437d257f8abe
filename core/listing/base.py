"""The declaration of a list: one class feeds the page, the REST list, saved views, exports and bulk actions.

    @register
    class OrderListing(Listing):
        name, title, permission = "orders", _("Orders"), "orders.view_order"
        model, row, filters = Order, OrderRow, OrderFilter
        columns = [Column("number", link="orders:detail", mono=True), Column("state", badge=OrderState)]
        actions = [HoldOrders(), CancelOrders()]
        default_order = "-placed_at"
        url, detail_url = "orders:list", "orders:detail"

        def queryset(self, actor):
            return selectors.orders_for(actor)

See docs/house.md for each part with an example.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from rest_framework import serializers

from core import planned
from core.audit import Actor
from core.listing import searching
from core.listing.columns import Cell, Column, tds
from core.listing.paging import Order
from core.listing.rows import RowPart, RowShape


@dataclass(frozen=True)
class View:
    """A saved view of the house: ``name`` (in the URL), its tab label and the question as a URL query.

    ``counted`` shows the number of rows on the tab; ``default`` is opened when the address names no view or filter.
    """

    name: str
    label: Any
    query: str = ""
    counted: bool = True
    default: bool = False
    permission: str = ""


class Listing:
    """A list. Class attributes are the declaration; the registry holds one instance of each."""

    name: str = ""
    title: Any = ""
    permission: str = ""
    model: type[Model]
    row: type[serializers.Serializer]
    filters: type[django_filters.FilterSet] | None = None
    columns: Sequence[Column] = ()
    actions: Sequence[Any] = ()
    views: Sequence[View] = ()

    url: str = ""
    detail_url: str = ""
    #: Row field that names a row in answers and in the check box; default: the first column.
    label_field: str = ""
    default_order: str = "-id"
    #: Further names for ``ordering``: name -> ORM lookup (columns add their own).
    orders: Mapping[str, str] = {}
    page_size: int = 50
    #: Row fields that ``finish`` fills; they are not read from the query.
    computed: Sequence[str] = ()
    #: ORM lookups that ``finish`` needs beside the row fields; they appear in the row under the lookup's name.
    needs: Sequence[str] = ()
    #: One-to-many data of this app's own rows.
    parts: Sequence[RowPart] = ()
    search_by: Sequence[searching.Source] = ()
    #: Row lookups that name one object when typed in full into the search box, e.g. ("number", "external_id").
    exact_by: Sequence[str] = ()
    #: Row fields with personal data: blank for people and programs without ``personal_permission``.
    personal: frozenset[str] = frozenset()
    personal_permission: str = ""
    #: A table of at most some thousand rows: filters and sorts need no index.
    small: bool = False
    #: Filters or sorts that may do without an index, with the reason.
    scan_ok: Mapping[str, str] = {}
    #: What the empty list says: (title, text, action label, URL name).
    empty: tuple[Any, Any, Any, str] | None = None
    icon: str = "list"

    # --- what an app writes ------------------------------------------------------------------------------------

    def queryset(self, actor: Actor) -> QuerySet:
        """The rows ``actor`` may see: a selector ``…_for(actor)``."""
        raise NotImplementedError

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """Fill the ``computed`` fields of a page of rows in place, set-wise (no query per row)."""

    def search(self, queryset: QuerySet, terms: searching.Terms, actor: Actor) -> QuerySet:
        """The rows that fit ``terms``; default: the union of ``search_by`` and what row parts add."""
        return searching.matching(queryset, self.sources, terms, actor)

    # --- compiled once -----------------------------------------------------------------------------------------

    @property
    def all_parts(self) -> list[RowPart]:
        """Own parts and those registered from above."""
        return [*self.parts, *PARTS[self.name]]

    @cached_property
    def shape(self) -> RowShape:
        """The compiled row."""
        return RowShape.of(self.row, self.computed, self.needs, self.all_parts)

    @cached_property
    def all_columns(self) -> dict[str, Column]:
        """Every column by name, in declared order, parts after."""
        return {c.name: c for c in [*self.columns, *(c for part in self.all_parts for c in part.columns)]}

    @cached_property
    def all_actions(self) -> dict[str, Any]:
        """Every action by name."""
        return {a.name: a for a in [*self.actions, *(a for part in self.all_parts for a in part.actions)]}

    @cached_property
    def sources(self) -> list[searching.Source]:
        """Every search source."""
        return [*self.search_by, *(s for part in self.all_parts for s in part.search)]

    @cached_property
    def filterset_class(self) -> type[django_filters.FilterSet]:
        """The filter set with the filters of all parts."""
        base = self.filters or django_filters.FilterSet
        extra = {name: f for part in self.all_parts for name, f in part.filters.items()}
        return type(f"{type(self).__name__}Filters", (base,), extra) if extra or not self.filters else base

    def filterset_of(self, names: frozenset[str]) -> type[django_filters.FilterSet]:
        """The filter set with only these filters."""
        made = self._filtersets.get(names)
        if made is None:
            made = type(self.filterset_class.__name__, (self.filterset_class,), {})
            made.base_filters = OrderedDict((n, f) for n, f in self.filterset_class.base_filters.items() if n in names)
            if len(self._filtersets) < 200:
                self._filtersets[names] = made
        return made

    @cached_property
    def _filtersets(self) -> dict[frozenset[str], type[django_filters.FilterSet]]:
        return {}

    @cached_property
    def filter_names(self) -> list[str]:
        """The filters by name."""
        return list(self.filterset_class.base_filters)

    @cached_property
    def filter_parameters(self) -> dict[str, list[str]]:
        """Filter name -> its URL parameters (a range has two)."""
        return {name: parameters_of(name, made) for name, made in self.filterset_class.base_filters.items()}

    @cached_property
    def parameter_names(self) -> list[str]:
        """The URL parameters of all filters."""
        return [parameter for names in self.filter_parameters.values() for parameter in names]

    @cached_property
    def orderings(self) -> dict[str, str]:
        """Public sort name -> ORM lookup."""
        made = {name: c.sort_lookup for name, c in self.all_columns.items() if c.sort_lookup}
        made.update(self.orders)
        made.setdefault("id", "pk")
        plain = self.default_order.lstrip("-")
        made.setdefault(plain, plain)
        return made

    def order(self, text: str) -> Order | None:
        """The sort written as ``name`` or ``-name``; None when the list does not offer it."""
        name = text.removeprefix("-")
        lookup = self.orderings.get(name)
        return Order(name, lookup, text.startswith("-")) if lookup else None

    def forget(self) -> None:
        """Drop what was compiled (a part was registered)."""
        for name in ("shape", "all_columns", "all_actions", "sources", "filterset_class", "_filtersets", "filter_names",
                     "parameter_names", "filter_parameters", "orderings"):  # fmt: skip
            self.__dict__.pop(name, None)

    # --- rows --------------------------------------------------------------------------------------------------

    def inline(self, parts: set[str] | None = None, *, fresh: bool = False) -> dict[str, Any]:
        """What row parts read with the row itself: all, or the fields in ``parts``."""
        found = {}
        for part in self.all_parts:
            if fresh and part.later:
                continue
            found.update({name: made for name, made in part.inline.items() if parts is None or name in parts})
            if part.whole is not None and (parts is None or parts & set(part.fields)):
                found[f"whole_{part.name}"] = part.whole
        return found

    def read(self, piece: QuerySet, order: Order, parts: set[str] | None = None) -> list[dict[str, Any]]:
        """The rows of a sliced queryset as dictionaries, each with its order value under ``_order``."""
        shape, inline = self.shape, self.inline(parts)
        if order.lookup in ("pk", "id"):
            rows = shape.read(piece, inline)
            for row in rows:
                row["_order"] = row["id"]
            return rows
        if order.lookup in shape.extra or order.lookup in shape.lookups.values():
            rows = shape.read(piece, inline)
        else:
            rows = shape.with_lookups(order.lookup).read(piece, inline)
        for row in rows:
            row["_order"] = row[order.lookup]
        return rows

    def complete(
        self, rows: list[dict[str, Any]], actor: Actor, parts: set[str] | None = None, *, fresh: bool = False
    ) -> None:
        """Add the row parts (all, or those whose fields are in ``parts``), computed fields and masks."""
        for part in self.all_parts:
            if parts is None or parts & set(part.fields):
                part.fill(rows, actor, fresh=fresh)
        self.finish(rows, actor)
        if self.personal and not actor.has_perm(self.personal_permission):
            for row in rows:
                for name in self.personal & row.keys():
                    row[name] = [] if isinstance(row[name], list) else None

    def rows_of(
        self, ids: Sequence[int], actor: Actor, needs: Sequence[str] = (), *, fresh: bool = False
    ) -> list[dict[str, Any]]:
        """Complete rows of ``ids`` that the actor may see, in the order given, with further lookups under their own names.
        ``fresh``: they were made a moment ago (see ``RowPart.later``)."""
        shape = self.shape
        if needs:
            shape = shape.with_lookups(*needs)
        found = self.queryset(actor)
        wanted = found.filter(pk=ids[0]) if len(ids) == 1 else found.filter(pk__in=ids)
        with planned.row():
            rows = shape.read(wanted, self.inline(fresh=fresh))
        self.complete(rows, actor, fresh=fresh)
        by_id = {row["id"]: row for row in rows}
        return [by_id[pk] for pk in ids if pk in by_id]

    def objects(self, ids: Sequence[int], actor: Actor) -> dict[int, Model]:
        """The model instances of ``ids`` that the actor may see (for actions)."""
        return {obj.pk: obj for obj in self.queryset(actor).filter(pk__in=ids)}

    def label_of(self, obj: Model) -> str:
        """How an object is called in answers."""
        found = getattr(obj, self.label_field or next(iter(self.all_columns), "id"), None)
        return str(found if found not in (None, "") else obj)

    def allowed_actions(self, actor: Actor, *, bulk: bool = False) -> list[Any]:
        """The actions the actor's role allows."""
        return [a for a in self.all_actions.values()
                if actor.has_perm(a.permission) and (a.bulk if bulk else a.single)]  # fmt: skip

    # --- page --------------------------------------------------------------------------------------------------

    def chosen(self, names: Sequence[str]) -> list[Column]:
        """The columns ``names`` in that order (unknown ones are left out); none chosen = the defaults."""
        found = [self.all_columns[name] for name in names if name in self.all_columns]
        return found or [c for c in self.all_columns.values() if c.default]

    def needed(self, columns: Sequence[Column]) -> set[str]:
        """The row fields a choice of columns reads."""
        return {name for column in columns for name in column.uses}

    def heading(self, column: Column) -> Any:
        """The heading of a column."""
        if column.label:
            return column.label
        source = self.shape.fields.get(column.name)
        return (source.label if source is not None else "") or column.name.replace("_", " ").capitalize()

    def cells(self, columns: Sequence[Column], now: datetime) -> list[tuple[str, Cell, str]]:
        """css, formatter and name of each column, bound to the active language and zone."""
        fields = self.shape.fields
        return [(c.css(fields.get(c.name)), c.bind(fields.get(c.name), now), escape(self.heading(c))) for c in columns]

    def tds(self, cells: list[tuple[str, Cell, str]], row: Mapping[str, Any]) -> SafeString:
        """The cells of one row."""
        return tds(cells, row)

    def address(self) -> str:
        """The address of the page, or ""."""
        return reverse(self.url) if self.url else ""

    def detail_address(self, pk: int | str) -> str:
        """The address of one object, or ""."""
        return reverse(self.detail_url, args=[pk]) if self.detail_url else ""


LISTINGS: dict[str, Listing] = {}
PARTS: dict[str, list[RowPart]] = defaultdict(list)


def register(listing: type[Listing]) -> type[Listing]:
    """Class decorator: put the list into the registry (from ``listings.py``, which ``apps.py`` loads)."""
    if not listing.name:
        raise ValueError(f"{listing.__name__} has no name")
    held = LISTINGS.get(listing.name)
    if held is not None and type(held).__qualname__ != listing.__qualname__:
        raise ValueError(f"two lists are called {listing.name}")
    LISTINGS[listing.name] = listing()
    return listing


def register_part(listing_name: str, part: RowPart) -> None:
    """Add ``part`` to the list called ``listing_name`` (by name: an upper app never imports a lower app's listings)."""
    if any(held.name == part.name for held in PARTS[listing_name]):
        raise ValueError(f"list {listing_name} already has a part {part.name}")
    PARTS[listing_name].append(part)
    if listing_name in LISTINGS:
        LISTINGS[listing_name].forget()


def parameters_of(name: str, made: django_filters.Filter) -> list[str]:
    """The URL parameters of a filter, without building its form field (which may ask the database for choices)."""
    widget = made.extra.get("widget") or getattr(made.field_class, "widget", None)
    suffixes = getattr(widget, "suffixes", None)
    return [f"{name}_{suffix}" if suffix else name for suffix in suffixes] if suffixes else [name]


def listing(name: str) -> Listing:
    """The list called ``name``; raises ``KeyError``."""
    return LISTINGS[name]
