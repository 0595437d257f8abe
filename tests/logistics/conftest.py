"""Fixtures that several files of these tests ask for by name. A file in which people sign says
``pytest.mark.usefixtures("no_rule_signs")``; ``reference_house`` and ``written_house`` are the same with the starting data."""

from collections.abc import Iterator

import pytest
from django_scopes import scopes_disabled

from conversations.services.seeding import load_reference as load_templates
from logistics.services.seeding import load_reference
from tests.factories import dispatch as make
from tests.logistics.sources_stage import office, source, tracking_house

__all__ = ["office", "source", "tracking_house"]


@pytest.fixture
def no_rule_signs() -> Iterator[None]:
    """Nobody's scope; no rule signs unless a test says so."""
    with scopes_disabled():
        make.no_rule_signs()
        yield


@pytest.fixture
def reference_house() -> Iterator[None]:
    """The same with services, rates and rules of customs as they are shipped."""
    with scopes_disabled():
        load_reference(now=make.NOW)
        make.no_rule_signs()
        yield


@pytest.fixture
def written_house(reference_house: None) -> None:
    """The same with the texts to buyers."""
    load_templates(now=make.NOW)
