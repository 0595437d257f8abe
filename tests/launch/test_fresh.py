"""The quicker migration of an empty database gives the same database."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from launch.places import ROOT, venv_python
from launch.servers import postgres_program
from launch.services import attach

MIGRATE = """
import contextlib, sys, django
django.setup()
from django.core.management import call_command
from launch.fresh import fewer_drawings
with fewer_drawings() if sys.argv[1] == "sooner" else contextlib.nullcontext():
    call_command("migrate", verbosity=0, interactive=False)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("SAMPAN_SCALE") != "full", reason="takes a minute; part of make proof")
def test_the_quicker_migration_gives_the_same_schema() -> None:
    dumps = []
    for way in ("sooner", "plain"):
        base = Path(tempfile.mkdtemp(prefix="sampan-fresh-"))
        base.chmod(0o755)
        with attach(base / "data", durable=False) as share:
            environment = {
                "PATH": os.environ["PATH"],
                "SAMPAN_DATA": str(base / "data"),
                "DJANGO_SETTINGS_MODULE": "erp.settings",
            }
            subprocess.run([str(venv_python()), "-c", MIGRATE, way], cwd=ROOT, env=environment, check=True)
            argv = [
                postgres_program(share.where, "pg_dump"),
                "--schema-only",
                "-h",
                str(share.where.run),
                "-U",
                "sampan",
                "sampan",
            ]
            text = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
            dumps.append(
                [line for line in text.splitlines() if not line.startswith("\\")]
            )  # \restrict carries a random word
        shutil.rmtree(base)
    assert len(dumps[0]) > 1000
    assert dumps[0] == dumps[1]
