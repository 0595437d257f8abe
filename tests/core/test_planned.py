"""Statements that are planned once for a connection answer as others do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import NotSupportedError, connection, transaction

from core import planned

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    planned._of.clear()
    monkeypatch.setattr(planned, "MOST", 20)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        cursor.execute("CREATE TEMPORARY TABLE boats (id bigint, name text)")
        cursor.execute("INSERT INTO boats VALUES (1, 'Ann 100%'), (2, 'Bo')")
        yield
        cursor.execute("DROP TABLE boats")


def ask(sql: str, *values: str | int) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def prepared() -> int:
    return int(str(ask("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'planned%%'")[0][0]))


def test_a_page_is_prepared_when_it_comes_again_with_the_same_values() -> None:
    with planned.page():
        for _turn in range(3):
            assert ask("SELECT name FROM boats WHERE name LIKE '%%100%%%%' AND id < %s", 5) == [("Ann 100%",)]
        assert ask("SELECT name FROM boats WHERE name LIKE '%%100%%%%' AND id < %s", 1) == []
    assert prepared() == 1


def test_a_row_is_planned_once_for_all_ids() -> None:
    with planned.row():
        answers = [ask("SELECT name FROM boats WHERE id = %s", pk) for pk in (1, 2, 3, 1)]
    assert answers == [[("Ann 100%",)], [("Bo",)], [], [("Ann 100%",)]]
    assert prepared() == 1


def test_no_more_than_some_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planned, "MOST", 2)
    with planned.page():
        for number in (1, 2, 3, 1, 2, 3, 3):
            assert ask("SELECT name FROM boats WHERE id = %s", number) == ask(
                "SELECT name FROM boats WHERE id = %s", number
            )
    assert prepared() == 2


def test_a_column_that_changed_its_type_meanwhile_is_read_anew() -> None:
    with planned.row():
        for _turn in range(2):
            ask("SELECT id FROM boats WHERE name = %s", "Bo")
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE boats ALTER id TYPE text")
        with pytest.raises(NotSupportedError), transaction.atomic():
            ask("SELECT id FROM boats WHERE name = %s", "Bo")
        assert ask("SELECT id FROM boats WHERE name = %s", "Bo") == [("2",)]


def test_nothing_is_prepared_behind_a_pooler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    with planned.row():
        for _turn in range(3):
            assert ask("SELECT name FROM boats WHERE id = %s", 2) == [("Bo",)]
    assert prepared() == 0
