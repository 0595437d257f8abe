"""REST: lanes, with the curve of one."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.audit import Actor
from core.clock import utcnow
from core.listing.rest import Resource
from logistics.selectors import lanes as selectors


class PointOut(serializers.Serializer):
    """One point of a curve: the share that has arrived by the end of the day, within ``low`` to ``high``."""

    day = serializers.FloatField()
    at_risk = serializers.IntegerField()
    arrived = serializers.IntegerField()
    left = serializers.IntegerField()
    share = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class LaneDetail(serializers.Serializer):
    """What a lane has beside its row."""

    curve = PointOut(many=True)


class LaneResource(Resource):
    """Lanes: figures of the last reckoning; the curve with one lane; accept and promise as actions."""

    listing = "lanes"
    detail_row = LaneDetail
    version_fields = ("reckoned_at", "slower", "promise_days")

    def detail(self, row: dict[str, Any], actor: Actor) -> dict[str, Any]:
        """The points of the curve that answers."""
        lane = selectors.with_service([int(row["id"])])[0]
        page = selectors.lane_page(lane, utcnow(), season=lane.season)
        steps = page.answer.curve.steps if page.answer else ()
        return {"curve": [
            {"day": s.day, "at_risk": s.at_risk, "arrived": s.arrived, "left": s.left, "share": s.share, "low": 1 - s.high,
             "high": 1 - s.low} for s in steps
        ]}  # fmt: skip


RESOURCES: list[type] = [LaneResource]
