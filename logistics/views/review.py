"""The page of a weekly review."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import format as f
from core.listing.detail import DetailPage
from logistics.choices import Anomaly
from logistics.listings.parcels import TRACKING
from logistics.listings.review import REASONS, lane_text
from logistics.models import ReviewLine, TransitReview
from logistics.selectors import review as selectors

#: So many parcels of each reason stand on the page; the others in the list.
SHOWN = 8


class ReviewPage(DetailPage):
    """One review: what stood out by reason, what was found, who closed it."""

    listing_name = "transit-reviews"
    title = gettext_lazy("Weekly review")

    def number(self, obj: TransitReview) -> str:
        """Store and day, by its name as people call it."""
        return f"{obj.store} · {f.day(obj.day)}"

    def badges(self, obj: TransitReview) -> list[dict[str, Any]]:
        """Open, late or closed."""
        if obj.closed_at is not None:
            return [{"label": _("Closed"), "tone": "leaf"}]
        late = obj.due_at < self.now
        return [{"label": _("Not closed in time") if late else _("Open"), "tone": "rose" if late else "sea"}]

    def clock(self, obj: TransitReview) -> dict[str, Any] | None:
        """Until when it should be closed."""
        if obj.closed_at is not None:
            return None
        late = obj.due_at < self.now
        text = (
            _("it stays until somebody closes it")
            if late
            else _("then the review is late; it stays until somebody closes it")
        )
        return {"at": obj.due_at, "text": text, "tone": "rose" if late else "amber"}

    def facts(self, obj: TransitReview) -> list[dict[str, Any]]:
        """How many, seen by whom."""
        items: list[Any] = [
            (_("Under way"), f.number(obj.in_transit)), (_("Stand out"), f.number(obj.found)),
            (_("Without a finding"), f.number(obj.open_lines)), (_("Buyers told"), f.number(obj.told)),  # type: ignore[attr-defined]
            (_("List taken"), f.moment(obj.taken_at, self.now)),
            (_("Closed"), f"{f.moment(obj.closed_at, self.now)} · {obj.closed_by}" if obj.closed_at else f.DASH),
        ]  # fmt: skip
        if obj.note:
            items.append({"label": _("Note"), "value": obj.note, "wide": True})
        return [{"title": _("Review"), "items": items}]

    def tables(self, obj: TransitReview) -> list[dict[str, Any]]:
        """One box a reason, the gravest first."""
        heads = (
            _("Parcel"),
            _("Tracking"),
            _("Last event"),
            _("Promised by"),
            _("Later than its lane"),
            _("Finding"),
            _("Buyer told"),
        )
        columns = [{"label": label, "css": "num" if index == 4 else ""} for index, label in enumerate(heads)]
        return [
            {"title": str(Anomaly(group.reason).label), "note": self._note(obj, group), "columns": columns,
             "rows": [{"tds": self._row(line)} for line in group.first]}
            for group in selectors.groups(obj, SHOWN)
        ]  # fmt: skip

    @staticmethod
    def _note(obj: TransitReview, group: selectors.Group) -> Any:
        """How far it is, with the way to all of them."""
        url = f"{reverse('logistics:review-lines')}?review={obj.pk}&reason={group.reason}&edited=1"
        words = _("%(noted)s of %(lines)s with a finding, %(told)s told: open all") % {
            "noted": group.noted, "lines": group.lines, "told": group.told,
        }  # fmt: skip
        return f.link_html(url, words)

    def _row(self, line: ReviewLine) -> Any:
        parcel = line.parcel
        link = f.link_html(
            reverse("logistics:parcel", args=[parcel.pk]), parcel.tracking_number or parcel.number, "mono"
        )
        others = f.joined_html([f.badge_html(*REASONS[name]) for name in line.reasons[1:] if name in REASONS], " ")
        later = lane_text({"later_than": line.later_than if line.later_than >= 0 else None})
        finding = f"{line.finding} · {line.noted_by}" if line.finding else f.DASH
        state = f.joined_html([f.badge_html(*TRACKING[line.tracking_state]), others], " ")
        return f.tds_html([
            ("", link), ("", state), ("tight", f.ago(line.last_event_at, self.now)),
            ("tight", f.day(line.promised_by)), ("num", later), ("", finding),
            ("", f"{line.told_code} {f.moment(line.told_at, self.now)}" if line.told_at else f.DASH),
        ])  # fmt: skip

    def extra_steps(self, obj: TransitReview) -> list[dict[str, Any]]:
        """The list in which one notes and tells, first while something is left."""
        url = f"{reverse('logistics:review-lines')}?review={obj.pk}&noted=false&edited=1"
        return (
            [{"label": _("Go through them"), "url": url, "method": "get", "icon": "eye"}]
            if obj.closed_at is None
            else []
        )

    def first_step(self, obj: TransitReview) -> str:
        """Close it once everything was seen."""
        return "" if selectors.unseen(obj).exists() else "close"
