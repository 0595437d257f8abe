"""The page of a table of the house that staff edit: all rows, and a button for a new one."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.listing.html import ListPage

#: Who changes the tables of the house.
MAY_CHANGE = "logistics.change_service"


class TablePage(ListPage):
    """A table of the house with a button for a new row."""

    new_url = ""
    new_label: Any = _("New")

    def head_actions(self) -> list[dict[str, Any]]:
        """A new row, for who may."""
        if not self.new_url or not self.actor.has_perm(MAY_CHANGE):
            return []
        return [{"label": self.new_label, "url": reverse(self.new_url), "icon": "plus", "kind": "primary"}]
