"""Who decides which texts go out by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from django_scopes import scopes_disabled

from conversations import services
from conversations.models import Template
from conversations.services.seeding import load_reference
from core.errors import NotAllowed
from tests.factories.accounts import NOW, make_person, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def texts() -> Any:
    with scopes_disabled():
        load_reference(now=NOW)
        yield


def test_a_clerk_adds_no_text_that_goes_out_by_itself() -> None:
    clerk, head = make_person("service").actor, make_person("supervisor").actor
    given: dict[str, Any] = {"language": "en", "body": "Hello", "purpose": "own", "kind": "order", "now": NOW}
    with pytest.raises(NotAllowed):
        services.create_template(code="S01", send_mode="auto", actor=clerk, **given)
    assert not Template.objects.filter(code="S01").exists()
    services.create_template(code="S01", send_mode="manual", actor=clerk, **given)
    services.create_template(code="S02", send_mode="auto", actor=head, **given)


def test_a_copy_for_a_store_goes_out_as_the_text_of_the_house_does() -> None:
    text, clerk = Template.objects.filter(send_mode="auto", store=None).earliest("pk"), make_person("service").actor
    made = services.copy_for_store(template=text, store=make_store(), actor=clerk, now=NOW)
    assert (made.send_mode, made.body) == ("auto", text.body)


def test_every_text_says_in_both_languages_when_it_is_sent() -> None:
    house = Template.objects.filter(store=None)
    assert not house.filter(when_en="").exists() and not house.filter(when_zh="").exists()
    assert not house.exclude(guardrail="").filter(guardrail_zh="").exists()
    text = house.filter(code="X03U").earliest("pk")
    with translation.override("zh-hans"):
        assert text.when == text.when_zh and text.must_be == text.guardrail_zh
    with translation.override("en"):
        assert text.when == text.when_en and text.must_be == text.guardrail


def test_notes_reach_texts_loaded_before_there_were_two_languages() -> None:
    Template.objects.filter(code="T01").update(when_en="", guardrail_zh="")
    Template.objects.filter(code="T02").update(when_en="", guardrail_zh="", when_zh="own words")
    assert load_reference(now=NOW) == Template.objects.filter(code="T01").count()
    assert not Template.objects.filter(code="T01", when_en="").exists()
    assert Template.objects.filter(code="T02").first().when_en == "", "what staff wrote stays"  # type: ignore[union-attr]
    assert load_reference(now=NOW) == 0
