"""A second signature is another person's, whichever door it comes through: the page, his own key, a key he made for a program."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django_scopes import scopes_disabled

from accounts.models import ApiToken, User
from accounts.services import create_token
from core.audit import Actor
from core.errors import Conflict
from logistics.models import NoteSignature
from logistics.services import dispatch
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store
from tests.factories.doors import make_key

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture(autouse=True)
def no_scope() -> Any:
    with scopes_disabled():
        yield


def through(door: str, person: User) -> Actor:
    """The person at the page, by a key of his own, by another key he made, or by a key that a program of his made."""
    if door == "page":
        return person.actor
    token, _key = create_token(program=f"{person.pk}-{door}", role="manager", actor=person.actor, now=NOW)
    if door == "key of a program":
        token, _key = create_token(program="made by a program", role="manager", actor=token.actor, now=NOW)
    return token.actor


DOORS = ["page", "own key", "other key", "key of a program"]


@pytest.mark.covers("DSP-03")
@pytest.mark.parametrize("first", DOORS)
def test_one_person_signs_once_by_whatever_doors(first: str) -> None:
    """Both signatures of one person are refused through every pair of doors; those of two persons are two."""
    boss, other = make_person("manager"), make_person("manager")
    for second in DOORS:
        note = make.make_note(make.ready_order(make_store()))
        dispatch.sign(note=note, kind="price", actor=through(first, boss), now=NOW)
        with pytest.raises(Conflict) as refused:
            dispatch.sign(note=note, kind="note", actor=through(second, boss), now=NOW)
        assert refused.value.code == "same_signer", f"{first}, then {second}"
    dispatch.sign(note=note, kind="note", actor=through(first, other), now=NOW)
    note.refresh_from_db()
    assert note.state == "released"
    assert set(NoteSignature.objects.filter(note=note).values_list("user", flat=True)) == {boss.pk, other.pk}


def test_a_value_asked_for_by_a_key_is_not_agreed_by_its_maker() -> None:
    """The same for a declared value that waits for a second person, in both directions."""
    for first, second in (("page", "own key"), ("own key", "page"), ("own key", "other key")):
        boss, other = make_person("manager"), make_person("supervisor")
        note = make.make_note()
        row = dispatch.declare_difference(
            note=note, line_id=note.lines.get().pk, value=Decimal(8), reason="price_correction", text="x", document="y",
            actor=through(first, boss), now=NOW,
        )  # fmt: skip
        with pytest.raises(Conflict) as refused:
            dispatch.agree_difference(difference=row, agree=True, actor=through(second, boss), now=NOW)
        assert refused.value.code == "second_person"
        dispatch.agree_difference(difference=row, agree=True, actor=other.actor, now=NOW)


def test_programs_whose_keys_were_made_at_the_machine_are_told_apart_by_name() -> None:
    """A key from the command line has nobody behind it: the program itself is the signer, and signs once."""
    for key in (make_key("manager", program="erp"), make_key("manager", program="wms")):
        assert key
    erp, wms = (ApiToken.objects.get(program=name).actor for name in ("erp", "wms"))
    note = make.make_note()
    dispatch.sign(note=note, kind="price", actor=erp, now=NOW)
    with pytest.raises(Conflict):
        dispatch.sign(note=note, kind="note", actor=Actor.from_json(erp.as_json()), now=NOW)
    dispatch.sign(note=note, kind="note", actor=wms, now=NOW)
    note.refresh_from_db()
    assert note.state == "released"
    boss = make_person("manager")
    kept = Actor.from_json(through("own key", boss).as_json())
    assert kept.person_id == boss.pk, "a job knows who answers for it"
