"""The filter bar of a list: what is set as chips, the first filters as chips that open, the rest loaded on demand.

A form with every filter costs more than the rows it filters. So the question builds a form of the set filters only
(``ListQuery.filterset``), and the markup of a filter is kept for its choices and values (``core.kept``).
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import django_filters
from django.forms import HiddenInput
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import kept
from core.audit import Actor
from core.listing.columns import door
from core.listing.query import ListQuery, written

if TYPE_CHECKING:
    from django.http import HttpRequest

    from core.listing.base import Listing

#: This many filters stand as their own chip; the rest under "More filters".
FIRST_FILTERS = 4


class FilterBar:
    """The part of a list page that draws its filters."""

    if TYPE_CHECKING:
        request: HttpRequest

        @property
        def listing(self) -> Listing: ...
        @property
        def query(self) -> ListQuery: ...
        @property
        def actor(self) -> Actor: ...
        @property
        def url(self) -> str: ...
        def _url(self, **changes: str | None) -> str: ...

    def _filters(self) -> dict[str, Any]:
        fields = []
        for name in self._visible:
            first = name in self._first
            if not first and name not in self._chips:
                continue  # stands under "More filters", which is loaded when it opens
            chip = self._chips.get(name, {})
            label, control = self._drawn(name)
            fields.append({"name": name, "label": label, "control": control, "active": bool(chip), "value": chip.get("value", ""),
                           "remove_url": chip.get("remove_url", ""), "first": first})  # fmt: skip
        params = self.request.GET
        hidden = [(name, params[name]) for name in ("ordering", "page_size", "view") if params.get(name)]
        asked = {"value": self.query.params.get("q", "")}
        more_url = f"{door('core:filters', self.listing.name)}?{written(params, 'cursor')}"
        shown = (asked["value"], more_url, bool(self.query.errors), *(tuple(one.values()) for one in fields))
        return {"bar_key": (self.listing.name, *shown), "search_box": asked if self.listing.sources else None, "filter_fields": fields,
                "hidden_fields": [*hidden, ("edited", "1")],
                "more_filters": bool(self._more_names()),
                "more_url": more_url,
                "clear_url": f"{self.url}?edited=1"}  # fmt: skip

    @cached_property
    def _visible(self) -> list[str]:
        return [n for n, made in self.listing.filterset_class.base_filters.items() if n != "q" and not _hidden(made)]

    @cached_property
    def _first(self) -> frozenset[str]:
        return frozenset(self.listing.filter_names[:FIRST_FILTERS])

    def _drawn(self, name: str) -> tuple[str, str]:
        """Label and field of a filter."""
        made = self.listing.filterset_class.base_filters[name]
        values = tuple(tuple(self.query.params.getlist(p)) for p in self.listing.filter_parameters[name])
        offered = None if name in self.query.errors else offers(made, self.actor)
        if offered is None or sum(len(v) for one in values for v in one) > 200:
            return self._draw(name)
        key = ("filter", self.listing.name, name, offered, values)
        found = str(kept.value(key, lambda: "\0".join(self._draw(name))))
        label, _mark, control = found.partition("\0")
        return label, SafeString(control)

    def _draw(self, name: str) -> tuple[str, str]:
        bound = self.query.filters_of([name]).form[name]
        drawn = get_template("core/_filter_field.html").render({"field": bound})
        return str(bound.label), SafeString(drawn)

    def _more_names(self) -> list[str]:
        """The filters that stand under "More filters": neither first nor set."""
        return [name for name in self._visible if name not in self._first and name not in self._chips]

    def more_fields(self) -> dict[str, Any]:
        """The fields under "More filters"; without scripts, with what is set already."""
        names = self._more_names()
        form = self.query.filters_of(names).form
        given = [(name, value) for name, values in self.request.GET.lists() if name != "cursor" for value in values]
        return {"fields": [form[name] for name in names], "kept": given, "list_url": self.listing.address()}

    @cached_property
    def _chips(self) -> dict[str, dict[str, Any]]:
        """What is set: filter name (and "q") -> label, value in words, address without it."""
        given, made = self.query.given, {}
        form = self.query.filterset.form if given else None
        for name, names in given.items():
            values = [v for p in names for v in self.query.params.getlist(p) if v]
            field = form.fields[name] if form is not None else None
            made[name] = {"label": getattr(field, "label", "") or name, "value": shown_values(field, values),
                          "remove_url": self._url(edited="1", **dict.fromkeys(names))}  # fmt: skip
        if self.query.params.get("q"):
            made["q"] = {"label": _("Search"), "value": self.query.params["q"][:80],
                         "remove_url": self._url(edited="1", q=None)}  # fmt: skip
        return made


def _hidden(made: django_filters.Filter) -> bool:
    widget = made.extra.get("widget")
    return isinstance(widget, HiddenInput) or (isinstance(widget, type) and issubclass(widget, HiddenInput))


def offers(made: django_filters.Filter, actor: Actor) -> Hashable | None:
    """Everything on which the look of a filter depends beside its values; None when only its form knows.

    A filter whose choices depend on who asks says so itself: ``offered(actor)``.
    """
    own = getattr(made, "offered", None)
    if own is not None:
        return tuple(own(actor))
    if type(made).field is not django_filters.Filter.field or "queryset" in made.extra:
        return None
    choices = made.extra.get("choices", ())
    return tuple([(str(key), str(label)) for key, label in (choices() if callable(choices) else choices)])


def shown_values(field: Any, values: list[str]) -> str:
    """The chosen values of a filter in words; a field that knows better says them itself (``in_words(value)``)."""
    choices = {}
    if (said := getattr(field, "in_words", None)) is not None:
        return ", ".join(said(value) for value in values[:3]) + (f" +{len(values) - 3}" if len(values) > 3 else "")
    offered = getattr(field, "choices", None)  # only walked: choices that are read when asked have no length
    for key, label in getattr(field.widget, "choices", ()) if offered is None else offered:
        if isinstance(label, list | tuple):
            choices.update({str(k): v for k, v in label})
        else:
            choices[str(key)] = label
    words = [str(choices.get(value, value)) for value in values]
    return ", ".join(words[:3]) + (f" +{len(words) - 3}" if len(words) > 3 else "")
