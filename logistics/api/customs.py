"""REST resources of customs: what is declared of a note, gaps, differing values, the tables of rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.selectors import stores_for
from core.api.addresses import described
from core.api.fields import Scoped
from core.api.views import ApiView, json_answer
from core.clock import utcnow
from core.errors import Missing
from core.listing.rest import Resource, Write
from logistics.choices import GoodsAction
from logistics.models import (
    Brand,
    CountryRule,
    GoodsClassRule,
    NationalCode,
    NatureCode,
    RulePack,
    StopWordRule,
    TaxNumber,
)
from logistics.selectors import dispatch as selectors
from logistics.selectors import signing
from logistics.selectors.customs import declarations
from logistics.services.customs import packs, tables

RIGHT = "logistics.change_service"


def _limit(digits: int = 14, places: int = 2) -> serializers.DecimalField:
    return serializers.DecimalField(digits, places, min_value=0, required=False, allow_null=True)


def _text(longest: int) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, allow_blank=True)


class CountryRuleInput(serializers.Serializer):
    """The rule of a country from a day on; what is not named stays."""

    country = serializers.RegexField(r"^[A-Z]{2}$")
    valid_from = serializers.DateField()
    currency = _text(3)
    duty_free_max, tax_free_max, pos_tax_max, flat_amount, formal_above, review_above = (_limit() for _i in range(6))
    value_basis = _text(20)
    pos_tax_scheme = _text(30)
    tax_percent = _limit(6, 3)
    duty_rule, duty_rule_zh = _text(300), _text(300)
    flat_currency, formal_currency, review_currency, band_currency = (_text(3) for _i in range(4))
    flat_unit = _text(12)
    recipient_id, recipient_id_zh = _text(200), _text(200)
    hs_digits = serializers.IntegerField(min_value=4, max_value=12, required=False)
    sensitive = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    carrier_avoid = _text(1000)
    carrier_advice, carrier_advice_zh, rule_en, rule_zh = (_text(4000) for _i in range(4))


def set_country(*, country: str, valid_from: Any, actor: Any, now: Any, **changes: Any) -> CountryRule:
    """A new version of a country's rule, from its newest one."""
    row = CountryRule.objects.filter(country=country, valid_from__lte=valid_from).order_by("-valid_from").first()
    given = changes if row else {**changes, "country": country}
    return tables.set_rule(
        row=row or CountryRule(country=country), valid_from=valid_from, changes=given, actor=actor, now=now
    )


class GoodsClassInput(serializers.Serializer):
    """A class of goods from a day on."""

    code = serializers.CharField(max_length=40)
    valid_from = serializers.DateField()
    meaning_en, meaning_zh = _text(120), _text(120)
    prefixes = serializers.ListField(child=serializers.RegexField(r"^\d{2,10}$"), required=False)
    action = serializers.ChoiceField(GoodsAction.choices, required=False)
    note, note_zh = _text(300), _text(300)
    active = serializers.BooleanField(required=False)


def _version(
    model: Any,
    names: Mapping[str, Any],
    valid_from: Any,
    changes: Mapping[str, Any],
    actor: Any,
    now: Any,
    **first: Any,
) -> Any:
    """A new version of the row that ``names`` tell: changes to the one valid by then, or a row of its own that begins with
    ``first``."""
    held = model.objects.filter(**names, valid_from__lte=valid_from).order_by("-valid_from").first()
    given = changes if held else {**first, **changes, **names}
    return tables.set_rule(row=held or model(**names), valid_from=valid_from, changes=given, actor=actor, now=now)


def set_class(*, code: str, valid_from: Any, actor: Any, now: Any, **changes: Any) -> Any:
    """A new version of a class."""
    return _version(GoodsClassRule, {"code": code}, valid_from, changes, actor, now, action=GoodsAction.COUNTRY)


class StopWordInput(serializers.Serializer):
    """A stop word from a day on."""

    term = serializers.CharField(max_length=60)
    whole = serializers.BooleanField(default=True)
    level = serializers.ChoiceField(["block", "review"])
    reason, reason_zh = _text(120), _text(120)
    active = serializers.BooleanField(required=False)
    valid_from = serializers.DateField()


def set_word(*, term: str, whole: bool, valid_from: Any, actor: Any, now: Any, **changes: Any) -> Any:
    """A new version of a word."""
    names = {"term": term.casefold().strip(), "whole": whole}
    return _version(StopWordRule, names, valid_from, changes, actor, now)


class NationalCodeInput(serializers.Serializer):
    """A national tariff code from a day on."""

    country = serializers.RegexField(r"^[A-Z]{2}$")
    hs6 = serializers.RegexField(r"^\d{6}$")
    code = serializers.RegexField(r"^\d{7,12}$")
    description, description_zh = _text(200), _text(200)
    valid_from = serializers.DateField()


def set_code(*, country: str, hs6: str, valid_from: Any, actor: Any, now: Any, **changes: Any) -> Any:
    """A new version of a code."""
    return _version(NationalCode, {"country": country, "hs6": hs6}, valid_from, changes, actor, now)


class NatureCodeInput(serializers.Serializer):
    """A nature of transaction from a day on."""

    content_type = serializers.ChoiceField(tables.CONTENT_TYPES)
    code = serializers.RegexField(r"^[0-9A-Z]{1,8}$")
    meaning, meaning_zh, source, source_zh = _text(80), _text(80), _text(200), _text(200)
    valid_from = serializers.DateField()


def set_nature(*, content_type: str, valid_from: Any, actor: Any, now: Any, **changes: Any) -> Any:
    """A new version of a nature of transaction."""
    return _version(NatureCode, {"content_type": content_type}, valid_from, changes, actor, now)


class TaxNumberInput(serializers.Serializer):
    """A number we trade under."""

    scheme = serializers.CharField(max_length=30)
    number = serializers.CharField(max_length=40)
    holder = _text(120)
    store = Scoped(stores_for, "code", required=False, allow_null=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(required=False, allow_null=True)


def save_number(*, actor: Any, now: Any, **changes: Any) -> TaxNumber:
    """A new number."""
    return tables.save_number(row=TaxNumber(), changes=changes, actor=actor, now=now)


class BrandInput(serializers.Serializer):
    """A brand and its paper."""

    name = serializers.CharField(max_length=80)
    words = serializers.ListField(child=serializers.CharField(max_length=80), required=False)
    document = _text(200)
    allowed_from = serializers.DateField(required=False, allow_null=True)
    allowed_to = serializers.DateField(required=False, allow_null=True)


def save_brand(*, actor: Any, now: Any, **changes: Any) -> Brand:
    """A new brand."""
    return tables.save_brand(row=Brand(), changes=changes, actor=actor, now=now)


class PackInput(serializers.Serializer):
    """A set of country rules: rows with the columns of the file."""

    name = serializers.CharField(max_length=100)
    valid_from = serializers.DateField()
    source = _text(300)
    rows = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=4000)), max_length=400
    )


def load_pack(*, actor: Any, now: Any, **given: Any) -> RulePack:
    """Load a pack; the answer names the open orders it touches."""
    return packs.load(actor=actor, now=now, **given)


class CountryRuleResource(Resource):
    """Customs rules of countries."""

    listing, path = "country-rules", "settings/country-rules"
    create = Write(CountryRuleInput, set_country, RIGHT)


class GoodsClassResource(Resource):
    """Classes of goods."""

    listing, path = "goods-classes", "settings/goods-classes"
    create = Write(GoodsClassInput, set_class, RIGHT)


class StopWordResource(Resource):
    """Stop words."""

    listing, path = "stop-words", "settings/stop-words"
    create = Write(StopWordInput, set_word, RIGHT)


class NationalCodeResource(Resource):
    """National tariff codes."""

    listing, path = "national-codes", "settings/national-codes"
    create = Write(NationalCodeInput, set_code, RIGHT)


class NatureCodeResource(Resource):
    """Natures of transaction in the electronic customs data."""

    listing, path = "nature-codes", "settings/nature-codes"
    create = Write(NatureCodeInput, set_nature, RIGHT)


class TaxNumberResource(Resource):
    """Tax numbers."""

    listing, path = "tax-numbers", "settings/tax-numbers"
    create = Write(TaxNumberInput, save_number, RIGHT)


class BrandResource(Resource):
    """Brands."""

    listing, path = "brands", "settings/brands"
    create = Write(BrandInput, save_brand, RIGHT)


class PackResource(Resource):
    """Rule packs."""

    listing, path = "rule-packs", "settings/rule-packs"
    create = Write(PackInput, load_pack, RIGHT)


class GapResource(Resource):
    """Lines that lack customs data."""

    listing = "customs-gaps"


class DifferenceResource(Resource):
    """Declared values that differ from the price paid."""

    listing = "value-differences"


class CustomsOut(serializers.Serializer):
    """What the rules of today say of a note, and what was declared."""

    note = serializers.CharField()
    country = serializers.CharField()
    declared_value = serializers.DecimalField(14, 4)
    currency = serializers.CharField()
    content_type = serializers.CharField()
    rules_of = serializers.DateField()
    findings = serializers.ListField(child=serializers.DictField())
    landed = serializers.DictField(allow_null=True)
    declaration = serializers.DictField(allow_null=True)


class NoteCustoms(ApiView):
    """``/api/v1/dispatch-notes/<id>/customs/``: findings, landed-cost hint, declaration."""

    permissions = {"GET": "logistics.view_note"}

    @described(operation_id="dispatch_notes_customs", tags=["dispatch-notes"], responses=CustomsOut)
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The customs of one note."""
        note = selectors.notes_for(self.actor).filter(pk=pk).first()
        if note is None:
            raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
        case = signing.cases([note], utcnow())[note.pk]
        hint, held = case.landed, declarations.declaration_of(note)
        return json_answer({
            "note": note.number, "country": note.country, "declared_value": f"{note.declared_value:.4f}",
            "currency": note.declared_currency, "content_type": note.content_type,
            "rules_of": f"{case.book.day:%Y-%m-%d}" if case.book else None,
            "findings": [
                {"code": f.code, "level": f.level, "line": f.line, "approved": f.key in case.approved, "fields": dict(f.fields)}
                for f in case.findings
            ],
            "landed": None if hint is None else {
                "currency": hint.currency, "duty": _amount(hint.duty), "tax": _amount(hint.tax), "total": _amount(hint.total),
                "headings": hint.headings, "tax_at_sale": hint.tax_at_sale,
            },
            "declaration": declarations.public(held, personal=self.actor.has_perm("orders.view_personal")) if held else None,
        })  # fmt: skip


def _amount(value: Any) -> str | None:
    return None if value is None else f"{value:.2f}"


RESOURCES: list[type] = [
    CountryRuleResource, GoodsClassResource, StopWordResource, NationalCodeResource, NatureCodeResource, TaxNumberResource, BrandResource,
    PackResource, GapResource, DifferenceResource,
]  # fmt: skip
ROUTES = [path("dispatch-notes/<int:pk>/customs/", NoteCustoms.as_view(), name="dispatch-notes-customs")]
