"""Pages of lanes: the list, and one lane with its curve, its last twelve months, and the parcels behind every figure."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import format as f
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from logistics.forms.lanes import RiskForm
from logistics.listings import lane_words as words
from logistics.listings.naming import service_name
from logistics.models import Lane
from logistics.rules import lanes as rules
from logistics.rules.lanes.sight import reach_of
from logistics.selectors import lane_parcels
from logistics.selectors import lanes as selectors
from logistics.views import incident_parts
from logistics.views.lane_chart import NARROW, chart

#: Risks the table of promises always shows.
RISKS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01)


class LanesPage(ListPage):
    """All lanes."""

    listing_name = "lanes"
    subtitle = gettext_lazy("days of a parcel handed over now, undelivered parcels counted")

    def row_css(self, row: dict[str, Any]) -> str:
        """Lanes without an answer stand back."""
        return "" if row["level"] else "dim"


class LanePage(DetailPage):
    """One lane."""

    listing_name = "lanes"
    template_name = "logistics/lane.html"
    title = gettext_lazy("Lane")
    notes = True

    @cached_property
    def season(self) -> str | None:
        """The season asked for; None = the one of today."""
        asked = self.request.GET.get("season")
        return {"year": "", "peak": "peak", "rest": "rest"}.get(asked or "")

    @cached_property
    def page(self) -> selectors.LanePage:
        """What is known."""
        return selectors.lane_page(self.object, self.now, self.season)

    def number(self, obj: Lane) -> str:
        """Service and country, by name."""
        return f"{service_name(obj.service)} → {f.country_name(obj.country)}"

    def badges(self, obj: Lane) -> list[dict[str, Any]]:
        """Slower, blind."""
        found = [{"label": _("slower"), "tone": "lantern"}] if obj.slower else []
        return [*found, {"label": _("blind"), "tone": "neutral", "title": self._sight(obj)}] if obj.blind else found

    def sub(self, obj: Lane) -> list[Any]:
        """The codes, and of when it is."""
        return [f.mono_html(f"{obj.service.code} → {obj.country}"), _("as of %(day)s") % {"day": f.day(obj.as_of)}]

    def alerts(self, obj: Lane) -> list[dict[str, Any]]:
        """The alarm, and what makes the figures uncertain."""
        found = incident_parts.of_lane(obj, self.page.figures.day, self.page.figures.window, self.actor)
        if obj.slower:
            chance = _("Chance alone would do it less than once in %(n)s times.") % {"n": f.number(self._once_in(obj))}
            found.append(
                {"title": _("This lane became slower"), "text": f"{words.slower_text(obj)} {chance}", "tone": "rose"}
            )
        if self.page.answer is None:
            text = _("Nothing of this family of services ever arrived: there is no curve yet.")
            return [*found, {"text": text, "tone": "amber"}]
        seen = lane_parcels.seen_by(self.actor, obj, self.now)
        if seen is not None:
            text = _("The figures count the parcels of all stores; of this lane you see those of yours: %(n)s.")
            found.append({"text": text % {"n": f.count(seen, 10_000)}, "tone": "indigo"})
        return [*found, *({"text": text, "tone": "amber"} for text in words.doubts(self.page.answer))]

    @staticmethod
    def _once_in(obj: Lane) -> int:
        return min(int(1 / max(obj.drift_chance or 1.0, 1e-6)), 1_000_000)

    @staticmethod
    def _sight(obj: Lane) -> str:
        return words.sight_text(obj, reach_of(obj.reach, obj.blind))

    def facts(self, obj: Lane) -> list[dict[str, Any]]:
        """The figures of the curve, and the parcels of the lane."""
        answer, figures = self.page.answer, self.page.figures
        held = answer.curve if answer else rules.Curve()
        low, high = held.day_band(figures.most)
        most = words.days_text(held.day_of(figures.most))
        most = most if low is None else _("%(day)s (%(band)s)") % {"day": most, "band": words.band_text(low, high)}
        lost = rules.lost_share(held, obj.lost_days or 0) if not obj.blind else None
        days = [
            (_("Half have arrived by day"), words.days_text(held.day_of(0.5))),
            (_("%(share)s by day") % {"share": f.percent(figures.most)}, most),
            (_("Not there on day %(day)s, when a parcel counts as lost") % {"day": obj.lost_days}, words.share_text(lost)),
            (_("Curve known up to day"), f.number(round(held.last)) if held.steps else f.DASH),
        ]  # fmt: skip
        promise = [
            (_("Promised"), f.days(obj.promise_days) if obj.promise_days else f.DASH),
            (_("Kept"), words.kept_text(obj.promise_days, rules.kept_share(held, obj.promise_days)) if obj.promise_days else f.DASH),
            (_("Suggested"), words.advice_text(rules.advised_days(held, figures.risk), figures.risk)),
        ]  # fmt: skip
        own = self.page.own
        counts = [
            (_("Parcels handed over"), self._link(own.parcels, "all")), (_("Arrived"), self._link(own.arrived, "arrived")),
            (_("Under way"), self._link(own.open, "open")), (_("Lost"), self._link(own.lost, "lost")),
            (_("Came back"), self._link(own.returned, "returned")),
        ]  # fmt: skip
        if obj.blind:
            counts[2] = (_("Without a word"), self._link(own.unsaid, "unsaid"))
        return [
            {"title": _("Days"), "items": days}, {"title": _("Promise"), "items": promise},
            {"title": _("Own parcels"), "items": [*counts, {"label": _("Tracking"), "value": self._sight(obj), "wide": True}]},
        ]  # fmt: skip

    def _address(
        self, kind: str, day: int | None = None, *, span: str | None = None, level: str = rules.choosing.LANE
    ) -> str:
        wanted = self.page.season if span is None else span
        name = lane_parcels.Figure(self.object.pk, level, wanted, kind, day).name
        return f"{reverse('logistics:parcels')}?{urlencode({'edited': 1, 'behind': name})}"

    def _link(self, number: int, kind: str, **where: Any) -> Any:
        return f.link_html(self._address(kind, **where), f.number(number)) if number else "0"

    def tables(self, obj: Lane) -> list[dict[str, Any]]:
        """The last twelve months."""
        most = f.percent(self.page.figures.most)
        heads = (
            (_("Handed over in"), ""), (_("Parcels"), "num"), (_("Arrived"), "num"), (_("Lost or came back"), "num"),
            (_("Half by day"), "num"), (_("%(share)s by day") % {"share": most}, "num"), (_("Promise kept"), "num"),
        )  # fmt: skip
        rows = [{"tds": f.tds_html(self._month(month, obj)), "css": ""} for month in self.page.months]
        columns = [{"label": label, "css": css} for label, css in heads]
        return [
            {"title": _("Last 12 months"), "columns": columns, "rows": rows, "note": _("young months are not complete")}
        ]

    def _month(self, month: selectors.Month, obj: Lane) -> list[tuple[str, Any]]:
        span, found = f"{month.first:%Y-%m}", month.tally
        kept = rules.kept_share(month.curve, obj.promise_days) if obj.promise_days else None
        ended = f.joined_html(
            [self._link(found.lost, "lost", span=span), self._link(found.returned, "returned", span=span)], " / "
        )
        return [
            ("", span), ("num", self._link(found.parcels, "all", span=span)), ("num", self._link(found.arrived, "arrived", span=span)),
            ("num", ended), ("num", words.days_text(month.curve.day_of(0.5))),
            ("num", words.days_text(month.curve.day_of(self.page.figures.most))), ("num", words.share_text(kept)),
        ]  # fmt: skip

    def first_step(self, obj: Lane) -> str:
        """Promise what the lane can keep."""
        return "promise" if obj.slower else ""

    def more(self, obj: Lane) -> dict[str, Any]:
        """The curve, its table, the seasons, the promises at risks."""
        answer, figures = self.page.answer, self.page.figures
        seasons = [
            {"label": words.season_text(name) or _("Whole year"), "url": f"?season={name or 'year'}", "active": name == self.page.season}
            for name in self.page.seasons
        ]  # fmt: skip
        if answer is None:
            return {"curve": None, "seasons": seasons, "is_name": True}
        basis = answer.picked.basis

        def url(kind: str, step: rules.Step) -> str:
            return self._address(kind, int(step.day), span=basis.season, level=basis.level)

        form = RiskForm(self.request.GET)
        asked = (
            float(form.cleaned_data["risk"] or 0) / 100
            if form.is_valid() and form.cleaned_data["risk"] is not None
            else None
        )
        risks = sorted({*RISKS, figures.risk, *([asked] if asked else [])}, reverse=True)
        marks = {
            "promise": obj.promise_days,
            "most": figures.most,
            "most_day": answer.curve.day_of(figures.most),
            "url": url,
        }
        return {
            "is_name": True, "curve": chart(answer.curve, **marks), "narrow": chart(answer.curve, wide=NARROW, **marks),
            "basis": words.basis_text(answer, obj.service, obj.country), "seasons": seasons,
            "season": self.request.GET.get("season", ""), "confidence": f.percent(figures.confidence), "risk": asked,
            "course": [self._point(step, url) for step in answer.curve.steps],
            "risks": [
                {
                    "risk": words.risk_text(risk), "days": words.days_text(answer.advised(risk)), "house": risk == figures.risk,
                    "asked": risk == asked,
                }
                for risk in risks
            ],
        }  # fmt: skip

    @staticmethod
    def _point(step: rules.Step, url: Any) -> dict[str, Any]:
        band = f"{f.percent(1 - step.high, 1)} – {f.percent(1 - step.low, 1)}"
        return {
            "day": f.number(round(step.day)), "risk": f.number(step.at_risk), "share": f.percent(step.share, 1), "band": band,
            "arrived": f.link_html(url("arrived", step), f.number(step.arrived)) if step.arrived else "0",
            "left": f.link_html(url("out", step), f.number(step.left)) if step.left else "0",
        }  # fmt: skip
