"""Who may give whom which rights: nobody more than their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts import services
from core.errors import Conflict, NotAllowed
from core.models import ActivityEntry
from tests.factories.accounts import NOW, make_person, make_store

pytestmark = pytest.mark.django_db


def member_ids(person: Any) -> set[int]:
    return set(person.memberships.values_list("store_id", flat=True))


def test_memberships_in_stores_one_does_not_look_at_stay() -> None:
    here, there = make_store(), make_store()
    boss, clerk = make_person("manager"), make_person("service", [here, there])
    looking = replace(boss.actor, store_ids=frozenset({here.pk}))  # one store is chosen at the top of the page
    services.change_person(person=clerk, stores=[here], display_name="Li", actor=looking, now=NOW)
    assert member_ids(clerk) == {here.pk, there.pk}
    services.change_person(person=clerk, stores=[], actor=looking, now=NOW)
    assert member_ids(clerk) == {there.pk}


def test_a_manager_of_one_store_gives_no_other() -> None:
    here, there = make_store(), make_store()
    boss = make_person("manager", [here])
    clerk = make_person("service", [here])
    given: dict[str, Any] = {"role": "manager", "password": "Xy12!kkkkz", "actor": boss.actor, "now": NOW}
    with pytest.raises(NotAllowed):
        services.create_person(username="all", all_stores=True, **given)
    with pytest.raises(NotAllowed):
        services.create_person(username="other", stores=[there], **given)
    with pytest.raises(NotAllowed):
        services.change_person(person=clerk, all_stores=True, actor=boss.actor, now=NOW)
    with pytest.raises(NotAllowed):
        services.change_person(person=clerk, stores=[here, there], actor=boss.actor, now=NOW)
    clerk.refresh_from_db()
    assert (clerk.all_stores, member_ids(clerk)) == (False, {here.pk})
    assert member_ids(services.create_person(username="own", stores=[here], **given)) == {here.pk}


@pytest.mark.parametrize("stores", [None, "there"])
def test_a_manager_of_one_store_leaves_the_people_of_others_alone(stores: str | None) -> None:
    here, there = make_store(), make_store()
    boss, other = make_person("manager", [here]), make_person("administrator", [there] if stores else None)
    for change in ({"active": False}, {"role": "service"}, {"display_name": "x"}):
        with pytest.raises(NotAllowed):
            services.change_person(person=other, actor=boss.actor, now=NOW, **change)
    other.refresh_from_db()
    assert (other.is_active, other.role) == (True, "administrator")


def test_nobody_promotes_themselves() -> None:
    admin = make_person("administrator")
    with pytest.raises(Conflict) as refused:
        services.change_person(person=admin, role="manager", actor=admin.actor, now=NOW)
    assert refused.value.code == "not_yourself"
    services.change_person(person=admin, role="administrator", display_name="Me", actor=admin.actor, now=NOW)
    admin.refresh_from_db()
    assert (admin.role, admin.display_name) == ("administrator", "Me")


def test_tokens_reach_no_further_than_their_makers() -> None:
    here, there = make_store(), make_store()
    boss = make_person("manager", [here])
    for stores in ([], [there], [here, there]):
        with pytest.raises(NotAllowed):
            services.create_token(program="p", role="manager", stores=stores, actor=boss.actor, now=NOW)
    made, _key = services.create_token(program="p", role="manager", stores=[here], actor=boss.actor, now=NOW)
    assert (made.all_stores, [store.pk for store in made.stores.all()]) == (False, [here.pk])
    wide, _key = services.create_token(program="p", role="service", actor=make_person("manager").actor, now=NOW)
    with pytest.raises(NotAllowed):
        services.revoke_token(token=wide, actor=boss.actor, now=NOW)
    services.revoke_token(token=made, actor=boss.actor, now=NOW)
    made.refresh_from_db()
    assert made.revoked_at == NOW


def test_own_settings_leave_a_line_and_are_nobody_elses() -> None:
    ann, bea = make_person("service"), make_person("service")
    services.change_preferences(person=ann, actor=ann.actor, now=NOW, display_name="Ann", theme=ann.theme)
    line = ActivityEntry.objects.get(verb="person.preferences")
    assert (line.subject_id, line.actor_ref, line.params) == (
        ann.pk,
        ann.pk,
        {"changes": {"display_name": ["", "Ann"]}},
    )
    services.change_preferences(person=ann, actor=ann.actor, now=NOW, display_name="Ann")
    assert ActivityEntry.objects.filter(verb="person.preferences").count() == 1
    with pytest.raises(NotAllowed):
        services.change_preferences(person=ann, actor=bea.actor, now=NOW, display_name="Bea")
