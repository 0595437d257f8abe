"""Starting data of tracking: promises, coverage, decision tables. Rows that staff changed are left alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from logistics.models import CoverageRule, DecisionRule, PromiseRule

DATA = Path(__file__).resolve().parent.parent / "data"
#: The lists speak for all parcels we may ever import; a later version gets its own day.
SINCE = date(2009, 1, 1)


def load_tracking(*, now: datetime) -> int:
    """Load the rows that are missing; answers how many. A rule that exists, in whatever version, is not touched."""
    return _promises() + _coverage() + _decisions()


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _promises() -> int:
    known = set(PromiseRule.objects.values_list("rule_id", flat=True))
    fresh = [
        PromiseRule(
            rule_id=r["rule_id"], priority=int(r["priority"]), service_match=r["service_match"],
            destination_match=r["destination_match"], promise_days=int(r["promise_days"]),
            first_check_days=int(r["first_check_days"]), second_check_days=int(r["second_check_days"]),
            lost_after_days=int(r["lost_after_days"]), extend_when_days_left=int(r["extend_when_days_left"]),
            note=r["note_en"], note_zh=r["note_zh"], origin=r["origin"], origin_zh=r["origin_zh"], valid_from=SINCE,
        )
        for r in _rows("delivery_promises.csv") if r["rule_id"] not in known
    ]  # fmt: skip
    return len(PromiseRule.objects.bulk_create(fresh))


def _coverage() -> int:
    known = set(CoverageRule.objects.values_list("service_kind", "destination"))
    fresh = [
        CoverageRule(
            service_kind=r["service_kind"], destination=r["destination"], coverage=r["coverage"], note_en=r["note_en"],
            source=r["source"],
        )
        for r in _rows("tracking_coverage.csv") if (r["service_kind"], r["destination"]) not in known
    ]  # fmt: skip
    return len(CoverageRule.objects.bulk_create(fresh))


def _decisions() -> int:
    known = set(DecisionRule.objects.values_list("rule_id", flat=True))
    fresh = [
        DecisionRule(
            table_code=r["table_code"], rule_id=r["rule_id"], priority=int(r["priority"]), conditions=json.loads(r["conditions"]),
            advice=r["advice"], alternatives=r["alternatives"], choose_by=r["choose_by"], cost_formula=r["cost_formula"],
            extend_confirm=r["extend_confirm"], next_check_days=int(r["next_check_days"]) if r["next_check_days"] else None,
            message_template=r["message_template"], evidence_required=r["evidence_required"],
            evidence_zh=r["evidence_zh"], approval=r["approval"] or "none",
            note_en=r["note_en"], note_zh=r["note_zh"], origin=r["origin"], valid_from=SINCE,
        )
        for r in _rows("aftersales_decisions.csv") if r["rule_id"] not in known
    ]  # fmt: skip
    return len(DecisionRule.objects.bulk_create(fresh))
