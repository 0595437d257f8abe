"""What every declaration of a list must satisfy; asked by ``manage.py check`` and so at every start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db.models import Index, Model, UniqueConstraint

from core.listing.base import LISTINGS, PARTS, Listing
from core.listing.paging import model_field
from core.listing.rows import RowPart
from core.listing.searching import Contains


@register
def declared_lists(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Every registered list."""
    found = [fault for listing in LISTINGS.values() for fault in faults(listing)]
    found += [f"part {part.name} is registered for the list {name}, which does not exist"
              for name, parts in PARTS.items() if name not in LISTINGS for part in parts]  # fmt: skip
    return [Error(text, id="core.E001") for text in found]


def faults(listing: Listing) -> Iterator[str]:
    """What is wrong with the declaration of ``listing``."""
    at = f"list {listing.name}"
    for name in ("title", "permission", "model", "row"):
        if not getattr(listing, name, None):
            yield f"{at} has no {name}"
            return
    fields = listing.shape.fields
    if "id" not in fields:
        yield f"{at}: the row has no id"
    for column in listing.all_columns.values():
        missing = column.uses - set(fields) - set(listing.needs)
        if missing:
            yield f"{at}: column {column.name} uses {', '.join(sorted(missing))}, which the row does not have"
    for action in listing.all_actions.values():
        if not action.permission:
            yield f"{at}: action {action.name} has no permission"
        if action.undo and action.undo not in listing.all_actions:
            yield f"{at}: action {action.name} is undone by {action.undo}, which does not exist"
    if listing.order(listing.default_order) is None:
        yield f"{at}: cannot be sorted by its own default {listing.default_order}"
    if listing.personal and not listing.personal_permission:
        yield f"{at}: has personal fields but no permission for them"
    if listing.personal - set(fields):
        yield f"{at}: personal fields that the row does not have: {', '.join(sorted(listing.personal - set(fields)))}"
    for part in listing.all_parts:
        yield from (f"{at}: {fault}" for fault in part_faults(part))
    if not listing.small:
        yield from _scans(listing, at)


def _scans(listing: Listing, at: str) -> Iterator[str]:
    excused = {**listing.scan_ok, **{name: why for part in listing.all_parts for name, why in part.scan_ok.items()}}
    for name, found in listing.filterset_class.base_filters.items():
        if name in excused:
            continue
        if found._method is not None:
            yield f"{at}: filter {name} has a method; say in scan_ok which index serves it"
        elif not indexed(listing.model, found.field_name or name):
            yield f"{at}: filter {name} asks {found.field_name}, which no index starts with"
    for source in listing.sources:
        if isinstance(source, Contains):
            yield f"{at}: search looks for {source.lookup} anywhere in the column; only small lists may"
    for name, lookup in listing.orderings.items():
        if name not in excused and lookup not in ("pk", "id") and not indexed(listing.model, lookup):
            yield f"{at}: sort {name} reads {lookup}, which no index starts with"


def indexed(model: type[Model], lookup: str) -> bool:
    """Whether an index of the table starts with the column behind ``lookup`` (the first hop of a path)."""
    first = lookup.split("__")[0]
    column = model_field(model, first)
    if column is None or not hasattr(column, "attname"):
        return False
    if "__" in lookup and column.is_relation and not indexed(column.related_model, lookup.split("__", 1)[1]):
        return False
    if column.primary_key or column.unique or column.db_index:
        return True
    names = {column.name, column.attname}
    for index in [*model._meta.indexes, *model._meta.constraints]:
        if isinstance(index, Index | UniqueConstraint) and _leads(index, names):
            return True
    return any(together and together[0] in names for together in model._meta.unique_together)


def _leads(index: Index | UniqueConstraint, names: set[str]) -> bool:
    """Whether the index starts with the column, or with columns every query of a store-owned table narrows anyway."""
    fields = [name.lstrip("-") for name in index.fields]
    while fields and fields[0] in ("store", "store_id"):
        if fields[0] in names:
            return True
        fields = fields[1:]
    if fields and fields[0] in names:
        return True
    expressions = list(getattr(index, "expressions", ()))
    return bool(expressions) and any(name in str(expressions[0]) for name in names)


def part_faults(part: RowPart) -> Iterator[str]:
    """Fields of a row part that neither its function, nor the row's own statement, nor a JSON object of it fills."""
    unfilled = set(part.fields) - set(part.inline)
    if unfilled and part.part is None and part.whole is None:
        yield f"part {part.name}: nothing fills {', '.join(sorted(unfilled))}"
