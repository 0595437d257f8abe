"""The part of a start that needs the installed packages: one process, so that Django is loaded once.

Prints one JSON line at the end; a refusal is one sentence on standard error and exit code 3.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
from pathlib import Path

from .places import BUILD, ROOT, places
from .supervisor import REFUSED
from .translations import compile_all


def main() -> int:
    """Compile texts, collect static files, migrate, load starting data, and the demo into an empty database."""
    compile_all()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")
    import django

    django.setup()
    collect_static()
    if "--build" in sys.argv:  # an image is being built: there is no database yet
        return 0
    if unknown := unknown_migrations():
        where = os.environ.get("SAMPAN_DATA_SHOWN", "the database")
        print(
            f"The data in {where} was written by a newer Sampan (it has {unknown[0]}): start that version, "
            "or set SAMPAN_DATA to another folder. Nothing was changed.",
            file=sys.stderr,
        )
        return REFUSED
    if migrate() | reference_changed():
        call_quietly("load_reference")
        note_reference()
    print(json.dumps(people(demo_wanted=os.environ.get("SAMPAN_DEMO", "").strip() != "0")))
    return 0


def unknown_migrations() -> list[str]:
    """Migrations the database has and this copy of our apps does not: the mark of a newer version."""
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection, ignore_no_migrations=True)
    replaced = {old for migration in loader.disk_migrations.values() for old in migration.replaces}
    known = set(loader.disk_migrations) | replaced
    return sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if (app, name) not in known and app in settings.OUR_APPS
    )


def call_quietly(command: str) -> None:
    """Run a management command; what it prints is shown only when it fails."""
    from django.core.management import call_command

    call_command(command, stdout=io.StringIO())


def _reference_mark() -> str:
    mark = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/data/*.csv"), *ROOT.glob("*/services/seeding.py"), *ROOT.glob("*/seeding.py")]):
        mark.update(path.read_bytes())
    return mark.hexdigest()


def _reference_stamp() -> Path:
    return places().services / "reference.stamp"


def reference_changed() -> bool:
    """Whether the starting data this copy brings differs from what was loaded into this data folder."""
    stamp = _reference_stamp()
    return not stamp.exists() or stamp.read_text() != _reference_mark()


def note_reference() -> None:
    """Remember what was loaded."""
    stamp = _reference_stamp()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_reference_mark())


def migrate() -> bool:
    """Bring the database up to date; quick when it is. Whether anything was to do."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from .fresh import fewer_drawings

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    with contextlib.nullcontext() if executor.loader.applied_migrations else fewer_drawings():
        call_command("migrate", interactive=False, verbosity=0)
    return True


def first_tables(command: str) -> None:
    """Make the tables and load the starting data before one of our own commands runs in an embedded database that nobody has
    started yet. A database that was begun is left as it is."""
    import django
    from django.conf import settings
    from django.core.management import get_commands
    from django.db import connection

    django.setup()
    if (
        get_commands().get(command) not in settings.OUR_APPS
        or "core_systemmark" in connection.introspection.table_names()
    ):
        return
    migrate()
    call_quietly("load_reference")
    note_reference()


def _static_mark() -> str:
    mark = hashlib.sha256()
    roots = [ROOT / "static", BUILD / "static"]
    for path in sorted(path for root in roots for path in root.rglob("*") if path.is_file()):
        stat = path.stat()
        mark.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
    for path in (ROOT / "requirements.txt", ROOT / "erp" / "storage.py"):
        mark.update(path.read_bytes())
    return mark.hexdigest()


def collect_static() -> None:
    """Lay out static files under hashed names when any of them changed."""
    from django.conf import settings
    from django.core.management import call_command

    from .assets import trim_kit

    trim_kit()
    stamp, mark = BUILD / "static.stamp", _static_mark()
    if stamp.exists() and stamp.read_text() == mark and Path(settings.STATIC_ROOT).exists():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(mark)


def people(demo_wanted: bool) -> dict[str, bool]:
    """Whether there are logins after this start; an empty database gets the demo when it is wanted and exists."""
    from django.contrib.auth import get_user_model
    from django.core.management import get_commands
    from django.db import transaction

    commands = get_commands()
    users = get_user_model().objects
    if demo_wanted and "load_demo" in commands and not users.exists():
        with transaction.atomic():  # a demo cut short must not look like somebody's own database at the next start
            call_quietly("load_demo")
    return {"users": users.exists(), "demo": is_demo(), "sandbox_server": "sandbox_server" in commands}


def is_demo() -> bool:
    """Whether this database is a demo."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM core_systemmark WHERE name = 'demo')")
        return bool(cursor.fetchone()[0])


if __name__ == "__main__":
    sys.exit(main())
