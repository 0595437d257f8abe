"""Pages about the rules of the house and its working calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import CalendarForm, PolicyForm
from accounts.selectors import stores_for
from core import calendar, policies
from core import format as f
from core.formpage import FormPage
from core.pages import Page
from core.reach import reaches
from core.reading import whole

#: What the parts of the rules are called for people.
AREAS = {
    "accounts": _("People and stores"), "conversations": pgettext_lazy("menu", "Messages"), "core": _("Whole house"),
    "customers": pgettext_lazy("menu", "Customers"), "disputes": _("Cases and feedback"),
    "inventory": pgettext_lazy("menu", "Stock"), "logistics": pgettext_lazy("menu", "Dispatch"), "orders": pgettext_lazy("menu", "Orders"),
    "products": pgettext_lazy("menu", "Products"), "stores": _("Channels"), "worklist": pgettext_lazy("menu", "Today"),
}  # fmt: skip


#: Where the first value of a rule comes from, in words; a manual is named by its number.
SOURCES = {
    "house": _("own figure"), "chosen": _("chosen at first"), "reference": _("reference list"), "AE": "AliExpress",
    "manual": _("manual"),
}  # fmt: skip


#: The parts of a rule that is several figures at once.
PARTS = {
    "ready_am": _("ready in the morning by"), "due_am": _("then with the warehouse by"), "ready_pm": _("ready in the afternoon by"),
    "due_pm": _("then with the warehouse by"), "due_next": _("later: next day"), "pickup": _("pick-up"),
    "piece_percent": _("scatter of a piece %%"), "packing_g": _("packing g"), "scale_g": _("scale g"),
    "catalogue_percent": _("catalogue weight %%"), "bag_g": _("bag g"), "missing_percent": _("one missing %%"),
    "extra_percent": _("one too many %%"), "other_percent": _("another article %%"), "silent_from_percent": _("silent from %%"),
}  # fmt: skip


def origin(source: str) -> str:
    """Where a rule comes from, as people read it."""
    word, _space, number = source.partition(" ")
    return f"{SOURCES.get(word, word)} {number}".strip()


def in_words(key: str, value: Any) -> str:
    """A value as people read it (the form keeps the way it is written)."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if key == "core.workdays" and isinstance(value, list):
        return ", ".join(str(WEEKDAYS_ABBR[day]) for day in value)
    if isinstance(value, list) and all(isinstance(part, str | int) for part in value):
        return ", ".join(map(str, value)) or f.DASH
    if key == "worklist.urgency" and isinstance(value, list):
        return " · ".join(f"{'∞' if hours is None else f'≤ {hours} h'}: × {times}" for hours, times in value)
    if isinstance(value, dict) and value and all(isinstance(part, str | int | float) for part in value.values()):
        return " · ".join(f"{PARTS.get(name, name.replace('_', ' '))} {part}".replace("%%", "%") for name, part in value.items())
    return policies.show(value) or f.DASH


class PoliciesPage(Page):
    """Every number of the house with what counts today."""

    permission = "core.change_policy"

    def get(self, request: HttpRequest) -> HttpResponse:
        """By app, in the order of their keys."""
        today = self.now.date()
        groups: dict[str, list[dict[str, Any]]] = {}
        for key, policy in sorted(policies.POLICIES.items()):
            current = policies.value(policy, today)
            groups.setdefault(key.split(".")[0], []).append(
                {
                    "key": key, "label": policy.label, "value": in_words(key, current), "source": origin(policy.source),
                    "default": in_words(key, policy.default), "changed": current != policy.default,
                    "url": reverse("accounts:policy", args=[key]),
                }
            )  # fmt: skip
        named = {str(AREAS.get(app, app)): rows for app, rows in groups.items()}
        return self.render("accounts/policies.html", {"title": _("House rules"), "groups": named})


class PolicyPage(FormPage):
    """One house rule: its history and a new value from a day on."""

    permission, form_class = "core.change_policy", PolicyForm
    template_name = "accounts/policy.html"
    edits, unwatched = True, ("valid_from",)
    submit_label = _("Set from this day on")

    @property
    def policy(self) -> policies.Policy:
        """The rule."""
        found = policies.POLICIES.get(self.kwargs["key"])
        if found is None:
            raise Http404
        return found

    @property
    def title(self) -> Any:  # type: ignore[override]
        """What it decides."""
        return self.policy.label

    def back_url(self) -> str:
        """The list."""
        return reverse("accounts:policies")

    def form_arguments(self) -> dict[str, Any]:
        """Whether it may differ by store, and whether the person may set what counts for all."""
        house_wide = reaches(self.actor, None, self.now)
        return {"actor": self.actor, "per_store": self.policy.per_store, "house_wide": house_wide}

    def initial(self) -> dict[str, Any]:
        """What counts today."""
        today = self.now.date()
        return {"value": policies.show(policies.value(self.policy, today)), "valid_from": today}

    def watched(self) -> dict[str, Any]:
        """Every value that was ever set, with its day: a new one is somebody's word."""
        rows = policies.history(self.policy.key)
        return {"value": "; ".join(f"{row.valid_from:%Y-%m-%d}: {policies.show(row.value)}" for row in rows)}

    def extra(self) -> dict[str, Any]:
        """All dated values."""
        names = dict(stores_for(self.actor).values_list("pk", "name"))
        rows = [
            {
                "from": row.valid_from,
                "value": policies.show(row.value),
                "store": names.get(row.store_ref, ""),
                "by": row.created_by,
                "note": row.note,
            }
            for row in policies.history(self.policy.key)
        ]
        return {
            "rows": rows,
            "default": policies.show(self.policy.default),
            "source": origin(self.policy.source),
            "key": self.policy.key,
        }

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        store = data.get("store")
        policies.set_value(
            key=self.policy.key, text=data["value"], valid_from=data["valid_from"], note=data["note"],
            store_id=store.pk if store else None, actor=self.actor, now=self.now,
        )  # fmt: skip
        return self.go(reverse("accounts:policy", args=[self.policy.key]), _("Saved."))


class CalendarPage(FormPage):
    """Holidays and make-up days."""

    permission, form_class = "core.change_policy", CalendarForm
    template_name = "accounts/calendar.html"
    title, submit_label = _("Working calendar"), _("Add the day")

    def back_url(self) -> str:
        """The index."""
        return reverse("settings")

    def extra(self) -> dict[str, Any]:
        """The exceptions from last month on."""
        return {"days": calendar.exceptions(self.now.date() - timedelta(days=31))}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Add or change a day; the button beside a day takes it away."""
        calendar.set_day(
            day=data["day"], working=data["working"] == "yes", name=data["name"], actor=self.actor, now=self.now
        )
        return self.go(reverse("accounts:calendar"), _("Saved."))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Either the form or the removal of one day."""
        if "remove" in request.POST:
            calendar.remove_day(pk=whole(request.POST["remove"]) or 0, actor=self.actor, now=self.now)
            return self.go(reverse("accounts:calendar"), _("Removed."))
        return super().post(request, **kwargs)
