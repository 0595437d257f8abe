"""Who decides which texts go out by themselves."""

from __future__ import annotations

from typing import Any

import pytest
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
