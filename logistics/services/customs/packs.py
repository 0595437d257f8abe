"""A new set of country rules, taken in from a file; it lists the open orders whose findings it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.reach import need_reach
from logistics.models import CountryRule, RulePack
from logistics.rules.customs import Country, files
from logistics.selectors.customs import book as books
from logistics.selectors.customs import effects
from logistics.services.customs import tables
from logistics.services.seeding_customs import PLAIN, row_of

#: Columns a file of rules must have.
COLUMNS = (
    "iso2", "country_en", "group_code", "currency", "duty_free_max", "tax_free_max", "value_basis", "pos_tax_max", "pos_tax_scheme",
    "std_tax_pct", "duty_rule", "flat_charge_amount", "flat_charge_currency", "flat_charge_unit", "formal_entry_above",
    "formal_entry_currency", "recipient_id", "hs_digits", "review_above", "review_above_currency", "seed_low", "seed_high",
    "seed_currency", "seed_weight_rule", "sensitive_goods", "carrier_avoid", "carrier_advice", "rule_en", "rule_zh", "confidence",
)  # fmt: skip
#: Columns it may have: the Chinese of its texts.
CHINESE = ("duty_rule_zh", "recipient_id_zh", "carrier_advice_zh")
_IGNORED = {"valid_from", "name", "confidence"}


def read(rows: Sequence[Mapping[str, str]], valid_from: date) -> list[Country]:
    """The rules of a file. Refuses missing columns and the first row that cannot be read, naming row and column."""
    if not rows:
        raise Invalid("empty_pack", _("The file has no rows."), errors={"file": [str(_("The file has no rows."))]})
    missing = [name for name in COLUMNS if name not in rows[0]]
    if missing:
        raise Invalid(
            "columns_missing", _("Columns are missing: %(names)s"), names=", ".join(missing), errors={"file": missing}
        )
    made: dict[str, Country] = {}
    for number, row in enumerate(rows, start=2):
        plain = {name: str(row.get(name) or "") for name in (*COLUMNS, *CHINESE)}
        try:
            rule = files.country({**plain, "effective_from": f"{valid_from:%Y-%m-%d}"})
            _fits(rule, plain)
        except (ValueError, ArithmeticError) as error:
            raise Invalid(
                "bad_row", _("Row %(row)s cannot be read: %(what)s"), row=number, what=str(error)[:120],
                errors={"file": [f"{number}: {error}"[:200]]},
            ) from error  # fmt: skip
        if rule.code in made:
            raise Invalid(
                "twice", _("%(country)s stands in the file twice."), country=rule.code, errors={"file": [rule.code]}
            )
        made[rule.code] = rule
    return list(made.values())


def _fits(rule: Country, plain: Mapping[str, str]) -> None:
    """Refuse what the table cannot hold, naming the first column. Raises ``ValueError``."""
    for name, text in plain.items():
        if "\x00" in text:
            raise ValueError(name)
    row = row_of(rule)
    try:
        row.clean_fields(exclude=["pack"])
        tables.check(row)
    except ValidationError as error:
        name, said = next(iter(error.message_dict.items()))
        raise ValueError(f"{name}: {said[0]}") from error
    except Invalid as error:
        raise ValueError(error.message) from error


@transaction.atomic
def load(
    *, name: str, valid_from: date, rows: Sequence[Mapping[str, str]], source: str = "", actor: Actor, now: datetime
) -> RulePack:
    """Take in a pack of country rules that counts from a day on. Countries whose rule stays the same get no new version, and
    what a file does not tell (duty by value, manual figures by weight) stays. Answers the pack with the open notes whose
    findings change. Refuses people without the right, a name that is taken, a file that cannot be read."""
    if not actor.has_perm("logistics.change_service"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [None], now)
    if RulePack.objects.filter(name=name.strip()).exists():
        raise Conflict("pack_there", _("There is a pack with this name already."), field="name")
    given = read(rows, valid_from)
    held = books.book(valid_from).countries
    fresh = [
        rule for rule in (_joined(rule, held.get(rule.code)) for rule in given) if _differs(rule, held.get(rule.code))
    ]
    notes = effects.open_notes([rule.code for rule in fresh])
    before = effects.findings_on(notes, valid_from, now)
    pack = RulePack.objects.create(
        name=name.strip()[:100], valid_from=valid_from, countries=sorted(rule.code for rule in fresh), source=source[:300],
        loaded_by_id=actor.user_id, loaded_label=actor.label[:150], loaded_at=now,
    )  # fmt: skip
    CountryRule.objects.filter(country__in=[rule.code for rule in fresh], valid_from=valid_from).delete()
    made = [row_of(rule) for rule in fresh]
    for row in made:
        row.pack = pack
    CountryRule.objects.bulk_create(made)
    pack.touched = effects.differences(notes, before, effects.findings_on(notes, valid_from, now))
    pack.save(update_fields=["touched"])
    audit.record(
        pack, "rulepack.load", actor=actor, now=now, text=gettext_noop("%(countries)s countries from %(day)s, %(notes)s open notes"),
        countries=len(fresh), day=f"{valid_from:%Y-%m-%d}", notes=len(pack.touched),
    )  # fmt: skip
    return pack


def _joined(rule: Country, held: Country | None) -> Country:
    """A rule of a file with what the file has no columns for."""
    if held is None:
        return rule
    plain = (rule.bands[0].low, rule.bands[0].high) if rule.bands else None
    outer = (min((b.low for b in held.bands if b.low is not None), default=None),
             max((b.high for b in held.bands if b.high is not None), default=None))  # fmt: skip
    bands = held.bands if plain == outer else rule.bands
    told = {name: getattr(held, name) for name in CHINESE if _silent(rule, held, name)}
    if rule.carrier_avoid and rule.carrier_avoid == _english(held.carrier_avoid):
        told["carrier_avoid"] = held.carrier_avoid
    return replace(rule, duty_steps=held.duty_steps, tax_inside=held.tax_inside, bands=bands, **told)


def _silent(rule: Country, held: Country, name: str) -> bool:
    """Whether a file says the same in English and nothing in Chinese: what stands there goes on."""
    english = name.removesuffix("_zh")
    return not getattr(rule, name) and getattr(rule, english) == getattr(held, english)


def _english(text: str) -> str:
    """Services to avoid without the Chinese of their reasons."""
    return ";".join(part.partition("|")[0] for part in text.split(";"))


def _differs(rule: Country, held: Country | None) -> bool:
    names = [*(name for name in PLAIN if name not in _IGNORED), "sensitive", "bands", "duty_steps"]
    return held is None or any(getattr(rule, name) != getattr(held, name) for name in names)
