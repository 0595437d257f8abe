"""Values from the environment: read as what they are, refused with one sentence."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from erp import env
from launch.places import ROOT, venv_python


@pytest.mark.parametrize(
    ("read", "value", "part"),
    [
        (lambda: env.flag("X", False), "maybe", "give 1 or 0"),
        (lambda: env.number("X", 1, 1, 9), "10", "from 1 to 9"),
        (lambda: env.number("X", 1, 1, 9), "four", "from 1 to 9"),
        (lambda: env.choice("X", "a", {"a", "b"}), "c", "give one of a, b"),
        (lambda: env.time_zone("X", "UTC"), "Mars/Olympus", "give a zone name"),
        (lambda: env.time_zone("X", "UTC"), "../../etc/passwd", "give a zone name"),
        (lambda: env.database("X", ""), "mysql://h/db", "mysql://, which is not known here"),
        (lambda: env.database("X", ""), "postgresql://h:notaport/db", "cannot be read as an address"),
        (lambda: env.database("X", ""), "postgresql://h", "names no database"),
        (lambda: env.redis_address("X", ""), "http://h", "give one like redis://host:6379/0"),
        (lambda: env.mail("X"), "smtp+tls://", "names no mail server"),
        (lambda: env.mail("X"), "pigeon://h", "pigeon://, which is not known here"),
        (lambda: env.folder("X", Path("/d")), "s3://bucket", "s3://, which is not known here"),
        (lambda: env.folder("X", Path("/d")), "file://relative", "file:///absolute/path"),
        (lambda: env.secret("X", "a tool"), "short", "too short for a secret"),
        (lambda: env.fernet_keys("X"), "not-a-key", "not 32 bytes"),
    ],
)
def test_a_wrong_value_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], object], value: str, part: str
) -> None:
    monkeypatch.setenv("X", value)
    with pytest.raises(SystemExit) as refused:
        read()
    sentence = str(refused.value)
    assert part in sentence
    assert sentence.startswith("X")
    assert "\n" not in sentence


def test_values_are_read_as_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", " yes ")
    assert env.flag("X", False) is True
    monkeypatch.setenv("X", "a, b,,c")
    assert env.words("X") == ["a", "b", "c"]
    monkeypatch.setenv("X", "postgresql://u:p%40w@h:5433/shop?sslmode=require")
    found = env.database("X", "")
    assert (found["NAME"], found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "shop",
        "u",
        "p@w",
        "h",
        5433,
    )
    assert found["OPTIONS"] == {"sslmode": "require"}
    monkeypatch.setenv("X", "smtp+tls://u:p@mail:587")
    assert env.mail("X")["EMAIL_USE_TLS"] is True
    first, second = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("X", f"{first}, {second}")
    assert env.fernet_keys("X") == [first, second]
    monkeypatch.delenv("X")
    assert env.mail("X")["EMAIL_BACKEND"].endswith("console.EmailBackend")


def test_the_broker_is_named_as_celery_wants_it() -> None:
    assert env.broker_address("redis://h:6379/2") == "redis://h:6379/2"
    assert env.broker_address("unix:///run/valkey.sock") == "redis+socket:///run/valkey.sock?virtual_host=0"
    assert env.broker_address("unix:///run/valkey.sock?db=5") == "redis+socket:///run/valkey.sock?virtual_host=5"


def test_secrets_come_from_mounted_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("k" * 40 + "\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "key"))
    assert env.secret("X", "a tool") == "k" * 40
    monkeypatch.setenv("X_FILE", str(tmp_path / "none"))
    with pytest.raises(SystemExit, match="cannot be read"):
        env.secret("X", "a tool")


PRODUCTION = {
    "DATABASE_URL": "postgresql://sampan@db/sampan",
    "REDIS_URL": "redis://valkey:6379/0",
    "SECRET_KEY": Fernet.generate_key().decode() + "0123456789abcdef",
    "FIELD_ENCRYPTION_KEY": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "shop.example",
}


def production_check(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Django's own check of the settings an installation on servers has."""
    given = {name: value for name, value in (PRODUCTION | changes).items() if value}
    environment = {"PATH": os.environ["PATH"], "SAMPAN_DATA": str(tmp_path), **given}
    argv = [str(venv_python()), "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_production_settings_pass_the_deployment_check(tmp_path: Path) -> None:
    done = production_check(tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_ENCRYPTION_KEY", "ALLOWED_HOSTS"])
def test_an_installation_on_servers_does_not_start_without(tmp_path: Path, name: str) -> None:
    done = production_check(tmp_path, **{name: ""})
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert done.stderr.startswith(f"{name} is not set")
