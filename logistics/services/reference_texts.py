"""Texts of the reference tables stand in English and Chinese, side by side in their rows and in the shipped files.

A row is shown in the reader's language, else in the other (:func:`core.format.in_own_language`); what staff type stays as they
typed it. An older house gets the Chinese of the shipped texts, once: a row whose text is another one, or that ever had Chinese
and lost it by somebody's hand, is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from logistics.models import (
    ApprovalRule,
    ChoiceRule,
    CountryRule,
    DecisionRule,
    GoodsClassRule,
    NationalCode,
    NatureCode,
    PromiseRule,
    Service,
    ServiceDestination,
    StopWordRule,
)
from logistics.selectors.customs.shipped import rows

RULES = ("customs_rules.csv", "customs_rules_before.csv")


@dataclass(frozen=True)
class Pair:
    """A text in two columns of a table and of its shipped files."""

    model: Any
    english: str
    chinese: str
    files: tuple[str, ...]
    told: tuple[str, str]


PAIRS = (
    Pair(CountryRule, "duty_rule", "duty_rule_zh", RULES, ("duty_rule", "duty_rule_zh")),
    Pair(CountryRule, "recipient_id", "recipient_id_zh", RULES, ("recipient_id", "recipient_id_zh")),
    Pair(CountryRule, "carrier_advice", "carrier_advice_zh", RULES, ("carrier_advice", "carrier_advice_zh")),
    Pair(CountryRule, "rule_en", "rule_zh", RULES, ("rule_en", "rule_zh")),
    Pair(GoodsClassRule, "meaning_en", "meaning_zh", ("goods_classes.csv",), ("meaning_en", "meaning_zh")),
    Pair(GoodsClassRule, "note", "note_zh", ("goods_classes.csv",), ("note_en", "note_zh")),
    Pair(StopWordRule, "reason", "reason_zh", ("description_stopwords.csv",), ("reason", "reason_zh")),
    Pair(NationalCode, "description", "description_zh", ("customs_national_codes.csv",), ("description", "description_zh")),
    Pair(NatureCode, "meaning", "meaning_zh", ("nature_codes.csv",), ("meaning", "meaning_zh")),
    Pair(NatureCode, "source", "source_zh", ("nature_codes.csv",), ("source", "source_zh")),
    Pair(ServiceDestination, "note", "note_zh", ("ems_limits.csv",), ("size_rule", "size_rule_zh")),
    Pair(Service, "name_en", "name_zh", ("carrier_services.csv",), ("name_en", "name_zh")),
    Pair(Service, "note", "note_zh", ("carrier_services.csv",), ("notes", "notes_zh")),
    Pair(DecisionRule, "note_en", "note_zh", ("aftersales_decisions.csv",), ("note_en", "note_zh")),
    Pair(DecisionRule, "evidence_required", "evidence_zh", ("aftersales_decisions.csv",), ("evidence_required", "evidence_zh")),
    Pair(PromiseRule, "note", "note_zh", ("delivery_promises.csv",), ("note_en", "note_zh")),
    Pair(PromiseRule, "origin", "origin_zh", ("delivery_promises.csv",), ("origin", "origin_zh")),
    Pair(ChoiceRule, "name", "name_zh", ("starting_rules.csv",), ("name", "name_zh")),
    Pair(ApprovalRule, "name", "name_zh", ("starting_rules.csv",), ("name", "name_zh")),
)  # fmt: skip


def complete() -> int:
    """Give rows of an older house the texts that its tables had no column for; answers how many rows."""
    made = _columns_of_services() + _places_of_services() + _columns_of_promises() + _sources()
    return made + sum(map(_chinese, PAIRS)) + _avoided()


def _chinese(pair: Pair) -> int:
    """The Chinese of shipped texts, where none stands and none ever stood."""
    shipped = {
        row[pair.told[0]].strip(): row[pair.told[1]].strip() for name in pair.files for row in rows(name)
    }  # fmt: skip
    bare = dict(
        pair.model.objects.filter(**{pair.chinese: ""}).exclude(**{pair.english: ""}).values_list("pk", pair.english)
    )
    return _give(pair.model, pair.chinese, {pk: shipped[text] for pk, text in bare.items() if shipped.get(text)})


def _give(model: Any, field: str, texts: dict[int, str]) -> int:
    """Write texts into an empty column, but not into rows where somebody emptied it."""
    if not texts:
        return 0
    past = model.pgh_event_model.objects.filter(pgh_obj_id__in=texts).exclude(**{field: ""})
    emptied = set(past.values_list("pgh_obj_id", flat=True))
    changed = []
    for row in model.objects.filter(pk__in=texts.keys() - emptied):
        setattr(row, field, texts[row.pk])
        changed.append(row)
    model.objects.bulk_update(changed, [field], batch_size=500)
    return len(changed)


def _columns_of_services() -> int:
    notes = {row["service_code"]: row["notes"] for row in rows("carrier_services.csv") if row["notes"]}
    bare = dict(Service.objects.filter(note="", note_zh="", code__in=notes).values_list("pk", "code"))
    return _give(Service, "note", {pk: notes[code] for pk, code in bare.items()})


def _places_of_services() -> int:
    """Where a service goes, said in words: the Chinese beside the shipped English."""
    told = {row["service_code"]: row for row in rows("carrier_services.csv") if row["destinations_zh"]}
    changed = []
    for service in Service.objects.filter(code__in=told):
        row = told[service.code]
        if service.facts.get("destinations") == row["destinations"] and "destinations_zh" not in service.facts:
            service.facts = {**service.facts, "destinations_zh": row["destinations_zh"]}
            changed.append(service)
    Service.objects.bulk_update(changed, ["facts"])
    return len(changed)


def _columns_of_promises() -> int:
    """The English of a promise, where its Chinese is the shipped one or it has none."""
    told = {row["rule_id"]: row for row in rows("delivery_promises.csv")}
    bare = PromiseRule.objects.filter(note="", rule_id__in=told).values_list("pk", "rule_id", "note_zh")
    texts = {pk: told[rule]["note_en"] for pk, rule, chinese in bare if chinese in ("", told[rule]["note_zh"])}
    return _give(PromiseRule, "note", texts)


def _sources() -> int:
    """Where the code of a nature stands, in rows whose code is the shipped one."""
    told = {(row["content_type"], row["code"]): row["source"] for row in rows("nature_codes.csv")}
    bare = NatureCode.objects.filter(source="").values_list("pk", "content_type", "code")
    return _give(NatureCode, "source", {pk: told[kind, code] for pk, kind, code in bare if (kind, code) in told})


def _avoided() -> int:
    """Reasons to avoid a service stand behind one another in one text; the Chinese of each follows its English."""
    shipped = {row["carrier_avoid"] for name in RULES for row in rows(name) if row["carrier_avoid"]}
    english = {";".join(part.partition("|")[0] for part in text.split(";")): text for text in shipped}
    bare = dict(CountryRule.objects.filter(carrier_avoid__in=english).values_list("pk", "carrier_avoid"))
    past = CountryRule.pgh_event_model.objects.filter(pgh_obj_id__in=bare, carrier_avoid__contains="|")  # type: ignore[attr-defined]
    emptied = set(past.values_list("pgh_obj_id", flat=True))
    changed = list(CountryRule.objects.filter(pk__in=bare.keys() - emptied))
    for row in changed:
        row.carrier_avoid = english[row.carrier_avoid]
    CountryRule.objects.bulk_update(changed, ["carrier_avoid"], batch_size=500)
    return len(changed)
