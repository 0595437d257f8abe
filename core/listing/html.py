"""The page of a list: full page or the part htmx replaces. The context is described in templates/core/list.html.

path("", ListPage.of("orders"), name="list")
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.format.html import escape
from core.listing import views_saved
from core.listing.bar import FilterBar
from core.listing.base import LISTINGS, Listing
from core.listing.columns import Column, address, door
from core.listing.query import ListQuery, written
from core.listing.views_saved import Tab
from core.pages import Page

PAGE_SIZES = (25, 50, 100, 200)
FIRST_ACTIONS = 4


class ListPage(FilterBar, Page):
    """The page of one list. Apps subclass it for head actions or a subtitle; most use :meth:`of`."""

    listing_name: str = ""
    template_name = "core/list.html"
    subtitle: Any = ""

    @classmethod
    def of(cls, name: str, **more: Any) -> Any:
        """The view of the list called ``name``."""
        return cls.as_view(listing_name=name, **more)

    @cached_property
    def listing(self) -> Listing:
        """The list."""
        return LISTINGS[self.listing_name]

    def needed(self) -> str:
        return self.listing.permission

    # --- what an app may write -----------------------------------------------------------------------------------

    def head_actions(self) -> list[dict[str, Any]]:
        """Buttons beside the heading, the primary one last."""
        return []

    def extra(self) -> dict[str, Any]:
        """Further context."""
        return {}

    def row_css(self, row: dict[str, Any]) -> str:
        """A css word for a row: "", "dim" or "bad-row"."""
        return ""

    # --- the page --------------------------------------------------------------------------------------------------

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list, or only its table for htmx."""
        context = self.context()
        partial = self.is_partial()
        response = self.render("core/_table.html" if partial else self.template_name, context)
        response["Vary"] = "HX-Request"
        return response

    @cached_property
    def held(self) -> views_saved.Held:
        """The person's views and columns of the list."""
        return views_saved.held(self.listing, self.actor)

    @cached_property
    def tabs(self) -> list[Tab]:
        """The views the person may open."""
        return views_saved.tabs(self.listing, self.actor, self.held)

    @cached_property
    def query(self) -> ListQuery:
        """The question of the address, with that of its view."""
        params = views_saved.with_view(self.listing, self.actor, self.request.GET, self.tabs)
        return ListQuery(self.listing, self.actor, params)

    @cached_property
    def tab(self) -> Tab | None:
        """The open view."""
        name = self.request.GET.get("view", "")
        if name:
            return next((tab for tab in self.tabs if tab.name == name), None)
        plain = not (set(self.request.GET) - {"cursor", "page_size", "ordering"})
        return next((tab for tab in self.tabs if tab.default), None) if plain else None

    @cached_property
    def chosen_names(self) -> list[str]:
        """The columns: of the saved view, else the person's choice, else the house's."""
        if self.tab is not None and self.tab.columns:
            return list(self.tab.columns)
        return self.held.columns

    def context(self) -> dict[str, Any]:
        """Everything the template needs."""
        listing, query = self.listing, self.query
        columns = listing.chosen(self.chosen_names)
        page = query.page(parts=listing.needed(columns))
        total = self._total(len(page.rows), page.next, page.previous)
        text = query.text()
        rows, offered = self._rows(columns, page.rows), self._actions()
        buttons, exports = self.head_actions(), self._exports(columns)
        return {
            "title": listing.title, "subtitle": self.subtitle, "head_actions": buttons,
            "head_key": (listing.name, *(tuple(map(str, each.values())) for each in (*buttons, *exports))),
            "list_url": self.url, "reload_url": self.request.get_full_path(), "seen_at": self.now.isoformat(), "query": text,
            "listing": listing,
            **self._views(), **self._filters(),
            "columns": self._columns(columns), "own_columns": bool(self.chosen_names), "column_choice": self._choice(),
            "rows": rows, "tbody": tbody(rows, picks=bool(offered)), "actions": offered,
            "bulk_key": (listing.name, *(a["name"] for a in offered), total, bool(page.next or page.previous)),
            "total": total, "total_text": views_saved.shown_count(total) if total is not None else "",
            "next_url": self._page_url(page.next), "prev_url": self._page_url(page.previous),
            "page_sizes": [{"size": n, "url": self._url(page_size=str(n)), "active": n == query.page_size}
                           for n in PAGE_SIZES],
            "exports": exports, "empty": self._empty(), "is_filtered": bool(self._chips) or bool(query.errors),
            "open_view": self.tab.label if self.tab is not None and "edited" not in self.request.GET else "",
            "undo_url": door("core:undo", listing.name), **self.extra(),
        }  # fmt: skip

    @cached_property
    def url(self) -> str:
        """The address of the list."""
        return self.request.path

    def _url(self, **changes: str | None) -> str:
        text = self.query.text(**changes)
        return f"{self.url}?{text}" if text else self.url

    def _page_url(self, cursor: str | None) -> str:
        return self._url(cursor=cursor) if cursor else ""

    def _total(self, shown: int, following: str | None, before: str | None) -> int | None:
        if following is None and before is None:
            return shown
        asked = Tab("", "", views_saved.kept_query(self.query))
        return views_saved.counts(self.listing, self.actor, [asked])[""]

    # --- views -----------------------------------------------------------------------------------------------------

    def _views(self) -> dict[str, Any]:
        held = views_saved.counts_held(self.listing, self.actor, self.tabs)
        counted = [tab for tab in self.tabs if tab.counted]
        missing = any(tab.name not in held for tab in counted)
        views, save = [self._tab(tab, held) for tab in self.tabs], self._view_save()
        tabs_url = f"{door('core:tabs', self.listing.name)}?{written(self.request.GET, 'cursor')}" if missing else ""
        # everything core/_views.html shows
        key = (
            *(tuple(view.values()) for view in views),
            save and tuple(map(str, save.values())),
            tabs_url,
            self.query.text(),
        )
        return {"views": views, "tabs_url": tabs_url, "view_save": save, "views_key": key}

    def _tab(self, tab: Tab, held: dict[str, int]) -> dict[str, Any]:
        shown = views_saved.shown_count(held[tab.name]) if tab.name in held else ""
        made = {"label": str(tab.label), "url": f"{self.url}?view={tab.name}" if not tab.default else self.url, "count": shown,
                "active": self.tab is not None and tab.name == self.tab.name, "shared": tab.shared, "name": tab.name}  # fmt: skip
        if tab.mine and tab.saved_id:
            args = [self.listing.name, tab.saved_id]
            made["delete_url"] = reverse("core:view-delete", args=args)
            made["change_url"] = reverse("core:view-change", args=args)
        return made

    def _view_save(self) -> dict[str, Any] | None:
        if self.actor.user_id is None:
            return None
        tab = self.tab
        own = tab if tab is not None and tab.mine else None
        changed = tab is not None and same_question(tab.query) != same_question(views_saved.kept_query(self.query))
        made = {"url": door("core:view-create", self.listing.name), "name": own.label if own else "",
                "can_share": True, "changed": changed, "columns": self.chosen_names}  # fmt: skip
        if own is not None:
            made["update_url"] = reverse("core:view-change", args=[self.listing.name, own.saved_id])
        return made

    # --- table -----------------------------------------------------------------------------------------------------

    def _columns(self, columns: list[Column]) -> list[dict[str, Any]]:
        order = self.query.order
        made = []
        for column, (css, _cell, _label) in zip(columns, self.listing.cells(columns, self.now), strict=True):
            mine = order.name == column.name
            down = "-" if mine and not order.descending else ""
            made.append({"name": column.name, "label": self.listing.heading(column), "css": css,
                         "sort_url": self._url(ordering=f"{down}{column.name}") if column.sort_lookup else "",
                         "sorted": ("desc" if order.descending else "asc") if mine else ""})  # fmt: skip
        return made

    def _choice(self) -> dict[str, Any]:
        """Where columns are chosen; the form is loaded when somebody opens it."""
        url = door("core:columns", self.listing.name)
        return {"url": url, "load_url": f"{url}?{self.request.GET.urlencode()}"}

    def column_form(self) -> dict[str, Any]:
        """The columns to choose from: the shown ones first, in their order."""
        shown = [c.name for c in self.listing.chosen(self.chosen_names)]
        rest = [name for name in self.listing.all_columns if name not in shown]
        first = next(iter(self.listing.all_columns), "")
        options = [
            {
                "name": name,
                "label": self.listing.heading(self.listing.all_columns[name]),
                "chosen": name in shown,
                "locked": name == first,
            }
            for name in [*shown, *rest]
        ]
        choice = {
            "url": reverse("core:columns", args=[self.listing.name]),
            "options": options,
            "reset": bool(self.chosen_names),
        }
        question = self.request.GET.urlencode()
        return {
            "column_choice": choice,
            "next": f"{self.listing.address()}?{question}" if question else self.listing.address(),
        }

    def _rows(self, columns: list[Column], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        listing = self.listing
        cells = listing.cells(columns, self.now)
        named = listing.label_field or next(iter(listing.all_columns), "id")
        head, tail = around_id(listing)
        tick = _("Tick %(name)s")
        return [{"id": row["id"], "label": tick % {"name": row.get(named, row["id"])},
                 "url": f"{head}{row['id']}{tail}" if head else "", "css": self.row_css(row),
                 "tds": listing.tds(cells, row)} for row in rows]  # fmt: skip

    def _actions(self) -> list[dict[str, Any]]:
        offered = sorted(self.listing.allowed_actions(self.actor, bulk=True), key=lambda a: a.order)
        return [{"name": a.name, "label": a.label, "url": door("core:bulk", self.listing.name, a.name),
                 "icon": a.icon, "danger": a.tone == "danger", "first": index < FIRST_ACTIONS, "key": a.key}
                for index, a in enumerate(offered)]  # fmt: skip

    def _exports(self, columns: list[Column]) -> list[dict[str, Any]]:
        names = ",".join(c.name for c in columns)
        made = []
        for kind in ("csv", "xlsx"):
            address = door("core:export", self.listing.name, kind)
            made.append(
                {
                    "label": kind.upper(),
                    "url": f"{address}?{self.query.text(columns=names, edited='1')}",
                    "method": "post",
                }
            )
        return made

    def _empty(self) -> dict[str, Any]:
        title, text, label, url = self.listing.empty or (_("Nothing here yet."), "", "", "")
        return {"icon": self.listing.icon, "title": title, "text": text, "action_label": label,
                "action_url": reverse(url) if url else ""}  # fmt: skip


def tbody(rows: list[dict[str, Any]], *, picks: bool) -> SafeString:
    """The rows of the table, as the loop in core/_table.html would draw them; made here because a loop of template nodes
    over fifty rows costs more than their query."""
    made = []
    for row in rows:
        pick = (f'<td class="pick-cell"><label><input type="checkbox" name="ids" value="{row["id"]}" '
                f'aria-label="{escape(row["label"])}"></label></td>') if picks else ""  # fmt: skip
        url = "" if _leads_there(row["tds"], row["url"]) else f' data-url="{escape(row["url"])}"'
        css = f' class="{escape(row["css"])}"' if row["css"] else ""
        made.append(f'<tr data-id="{row["id"]}"{url}{css}>{pick}{row["tds"]}</tr>')
    return mark_safe("\n".join(made))  # noqa: S308  (every part is escaped above or safe markup of the cells)


def _leads_there(cells: str, url: str) -> bool:
    """Whether the first link of a row is its page, or neither exists: then the row need not name it once more."""
    link = cells.partition(' href="')[2]
    return link.startswith(f'{escape(url)}"') if url else not link


def around_id(listing: Listing) -> tuple[str, str]:
    """The address of a row around its id ("" when rows have no page)."""
    return address(listing.detail_url) if listing.detail_url else ("", "")


def same_question(text: str) -> tuple[Any, ...]:
    """A question in a form that can be compared."""
    return tuple(sorted((key, tuple(values)) for key, values in QueryDict(text).lists()))
