"""Tables of customs: their notes in the reader's language, and what an older house still lacks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django_scopes import scopes_disabled

from logistics.models import GoodsClassRule, NatureCode, StopWordRule
from logistics.selectors.customs import shipped
from logistics.services import reference_texts
from logistics.services.seeding_customs import load_customs
from logistics.views.customs_parts import finding_text
from tests.factories import dispatch as make
from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture(autouse=True)
def house() -> Any:
    """Nobody's scope, the shipped tables."""
    with scopes_disabled():
        load_customs(now=NOW)
        yield


def desk() -> Client:
    """A manager at his desk."""
    client = Client()
    client.force_login(make_person("manager"))
    return client


def test_every_shipped_note_is_there_in_both_languages() -> None:
    tables = shipped.shipped()
    assert not [row.code for row in tables.classes if bool(row.note) != bool(row.note_zh)]
    assert not [row.term for row in tables.stopwords if bool(row.reason) != bool(row.reason_zh)]
    powder, gift = GoodsClassRule.objects.get(code="powder"), StopWordRule.objects.get(term="bag")
    goods = {
        "article": "A",
        "goods": "powder",
        "goods_en": "powders",
        "goods_zh": "粉末",
        "note": powder.note,
        "note_zh": powder.note_zh,
    }
    word = {"article": "A", "term": gift.term, "reason": gift.reason, "reason_zh": gift.reason_zh}
    for language, note, reason in (("en", powder.note, gift.reason), ("zh-hans", powder.note_zh, gift.reason_zh)):
        with translation.override(language):
            assert note in finding_text("SENSITIVE", goods) and reason in finding_text("DESC_STOPWORD", word)
    shown = desk().get("/dispatch/customs/classes/", headers={"accept-language": "zh-hans"}).content.decode()
    assert powder.note_zh in shown or powder.note in shown


def test_an_older_house_gets_what_its_rows_lack_and_keeps_what_people_wrote() -> None:
    for model, column in ((GoodsClassRule, "note_zh"), (NatureCode, "source")):  # rows from before there was such a column
        held = list(model._base_manager.all())
        model._base_manager.all().delete()
        model._base_manager.bulk_create(
            model(**{**{f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields}, "id": None, column: ""})
            for row in held
        )
    GoodsClassRule.objects.filter(code="powder").update(note="Ask first.")
    NatureCode.objects.filter(content_type="gift").update(code="39")
    reference_texts.complete()
    assert GoodsClassRule.objects.get(code="powder").note_zh == "" and GoodsClassRule.objects.get(code="liquid").note_zh
    assert "from memory" in NatureCode.objects.get(content_type="sale_of_goods").source
    assert NatureCode.objects.get(content_type="gift").source == ""
