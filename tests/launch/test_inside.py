"""The part of a start that needs the database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from launch import inside


@pytest.mark.django_db
def test_data_of_a_newer_version_is_noticed() -> None:
    assert inside.unknown_migrations() == []
    MigrationRecorder(connection).record_applied("core", "9999_from_the_future")
    assert inside.unknown_migrations() == ["core.9999_from_the_future"]


@pytest.mark.django_db
def test_migrations_of_packages_are_not_taken_for_ours() -> None:
    MigrationRecorder(connection).record_applied("auth", "9999_from_the_future")
    assert inside.unknown_migrations() == []
