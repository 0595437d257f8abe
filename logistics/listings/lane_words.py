"""Lanes in words: days that are not reached, whose parcels answer, what it means for one parcel."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import format as f
from logistics.listings.naming import service_name
from logistics.models import Lane, LaneLevel, LaneSeason
from logistics.rules import lanes as rules
from logistics.selectors.lanes import Answer


def days_text(value: float | None) -> str:
    """A day of the curve; where it does not reach, that."""
    return _("not reached") if value is None else f.number(round(value))


def band_text(low: float | None, high: float | None) -> str:
    """The days a band allows."""
    if low is None:
        return ""
    if high is None:
        return _("%(low)s days or more") % {"low": days_text(low)}
    return _("%(low)s to %(high)s days") % {"low": days_text(low), "high": days_text(high)}


def share_text(value: float | None, exact: bool = True) -> str:
    """A share in per cent, "at least" where the curve ends before."""
    if value is None:
        return _("not known")
    text = f.percent(value, 1 if 0 < value < 0.1 or 0.9 < value < 1 else 0)
    return text if exact else _("at least %(share)s") % {"share": text}


def risk_text(value: float) -> str:
    """A risk somebody chose, as it was written."""
    return f.percent(value, 0 if round(value * 100, 6) == round(value * 100) else 1)


def season_text(season: str) -> str:
    """The season, "" for the whole year."""
    return str(LaneSeason(season).label) if season else ""


def basis_text(answer: Answer, service: Any, country: str) -> str:
    """Whose parcels the curve is made of, with their number; a pooled lane says so."""
    basis, counts = answer.picked.basis, answer.picked.tally
    where = f.country_name(country)
    names = {
        LaneLevel.LANE: _("%(service)s to %(country)s") % {"service": service_name(service), "country": where},
        LaneLevel.COUNTRY: _("all services of the family “%(family)s” to %(country)s")
        % {"family": service.get_kind_display(), "country": where},
        LaneLevel.FAMILY: _("all services of the family “%(family)s”") % {"family": service.get_kind_display()},
    }
    text = names[LaneLevel(basis.level)]
    if basis.season:
        text = _("%(lane)s, %(season)s") % {"lane": text, "season": season_text(basis.season).lower()}
    counted = counts.parcels - counts.unsaid
    return _("%(basis)s: %(parcels)s parcels, %(arrived)s arrived") % {
        "basis": text, "parcels": f.number(counted), "arrived": f.number(counts.arrived),
    }  # fmt: skip


def doubts(answer: Answer) -> list[str]:
    """What makes the answer less certain: pooled, few, blind."""
    basis, found = answer.picked.basis, []
    if basis.level != LaneLevel.LANE:
        found.append(
            _(
                "The lane's own parcels are too few to say it (%(least)s arrivals, %(alike)s as old); the pooled lane answers."
            )
            % {"least": answer.figures.least, "alike": answer.figures.alike}
        )
    if answer.picked.few:
        found.append(_("Even so there are only %(arrived)s arrivals.") % {"arrived": answer.picked.tally.arrived})
    if basis.blind:
        found.append(
            _("Blind lane: only confirmed arrivals count; of %(unsaid)s parcels nobody said how they ended.")
            % {"unsaid": f.number(answer.picked.tally.unsaid)}
        )
    return found


#: How far a lane is scanned, in words.
REACHES = {
    "none": gettext_lazy("not scanned"), "to_departure": gettext_lazy("scanned until it leaves the country"),
    "to_arrival": gettext_lazy("scanned until it arrives in the country of destination"), "full": gettext_lazy("scanned to the door"),
}  # fmt: skip


def sight_text(lane: Lane | None, reach: str) -> str:
    """How far a lane is scanned, who says so, since when, and the parcels it rests on."""
    words = str(REACHES.get(reach, reach))
    if lane is None or lane.blind_by == "table":
        return _("%(reach)s, says the table of coverage") % {"reach": words}
    since = f.day(lane.blind_since or lane.as_of)
    if lane.blind_by == "hand":
        return _("%(reach)s, a person says since %(day)s: %(why)s") % {
            "reach": words,
            "day": since,
            "why": lane.sight_why,
        }
    return _("%(reach)s, its own parcels say since %(day)s: of %(old)s old enough %(said)s were confirmed") % {
        "reach": words, "day": since, "old": f.number(lane.old), "said": f.number(lane.said),
    }  # fmt: skip


def outlook_text(told: rules.Outlook) -> str:
    """One parcel: later than 93% of its lane; 41% chance to arrive within 10 days."""
    share = told.later_than if told.later_than is not None else told.later_least
    if not share and told.later_than is None:
        later = _("Out longer than the curve of its lane reaches")
    else:
        later = _("Later than %(share)s of its lane") % {"share": share_text(share, told.later_than is not None)}
    if told.soon is None:
        chance = _("too few parcels were ever so old to tell its chances")
    else:
        chance = _("%(share)s chance to arrive within %(days)s days") % {
            "share": share_text(told.soon.share, told.soon.exact), "days": told.days,
        }  # fmt: skip
    return _("%(later)s; %(chance)s.") % {"later": later, "chance": chance}


def kept_text(days: int, kept: float | None) -> str:
    """What a promise is worth on the lane."""
    if kept is None:
        return _("too few were followed for %(days)s days yet") % {"days": days}
    return _("%(share)s arrive within %(days)s days") % {"share": share_text(kept), "days": days}


def advice_text(lane_days: int | None, risk: float) -> str:
    """Days that may be promised at a risk."""
    share = risk_text(risk)
    if lane_days is None:
        return _("not reached: more than %(risk)s never come, or not yet") % {"risk": share}
    return _("%(days)s days: at most %(risk)s come later") % {"days": lane_days, "risk": share}


def slower_text(lane: Lane) -> str:
    """How much slower a lane became."""
    level = f.percent(lane.drift_level or 0)
    if lane.drift_now is None:
        return _("%(level)s used to have arrived by day %(before)s; the newest parcels have not.") % {
            "level": level, "before": days_text(lane.drift_before),
        }  # fmt: skip
    return _("%(level)s arrive by day %(now)s now, before by day %(before)s.") % {
        "level": level, "now": days_text(lane.drift_now), "before": days_text(lane.drift_before),
    }  # fmt: skip
