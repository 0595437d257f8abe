"""`make test`, `make lint` and the other targets that need the tools for developers."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence

from .environment import clean_env
from .errors import LaunchError
from .places import ROOT, say, venv_python
from .supervisor import set_up

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The Chromium for the browser tests: SAMPAN_CHROMIUM, else the machine's."""
    given = os.environ.get("SAMPAN_CHROMIUM", "").strip()
    if given and not os.access(given, os.X_OK):
        raise LaunchError(f"SAMPAN_CHROMIUM is {given!r}, which cannot be run: give the path of a Chromium.")
    return given or next(filter(None, map(shutil.which, CHROMIUMS)), None)


def _tool(*argv: str, **more: str) -> int:
    return subprocess.run([str(venv_python()), *argv], cwd=ROOT, env=clean_env(**more), check=False).returncode


def test(arguments: Sequence[str], **more: str) -> int:
    """Run the tests; the whole suite on two processes, a named part on one."""
    set_up(dev=True)
    found = chromium()
    if found is None:
        say("Browser tests will be left out: no Chromium was found (install one, or set SAMPAN_CHROMIUM to its path).")
    elif found:
        more["SAMPAN_CHROMIUM"] = found
    whole = not any(not argument.startswith("-") for argument in arguments) and "-n" not in arguments
    spread = ["-n", "2", "--dist", "loadfile"] if whole and (os.cpu_count() or 1) > 1 else []
    return _tool("-m", "pytest", *spread, *arguments, **more)


CONTRACTS = "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"
CHECKS = (
    ("style", ("-m", "ruff", "check", ".")),
    ("types", ("-m", "mypy")),
    ("import contracts", ("-c", CONTRACTS)),
    ("file roles", ("-m", "pytest", "-q", "tests/house/test_imports.py")),
    ("migrations", ("manage.py", "makemigrations", "--check", "--dry-run")),
    ("deployment settings and API schema", ("manage.py", "check", "--deploy", "--fail-level", "WARNING")),
    ("translations", ("-m", "pytest", "-q", "tests/house/test_translations.py")),
)


def lint(arguments: Sequence[str]) -> int:
    """All checks but the tests; every one runs, the exit code says whether all passed."""
    set_up(dev=True)
    # the settings are looked at as they are behind a public address, with a key of the length that is asked for
    served = {"SAMPAN_HTTPS": "1", "SECRET_KEY": secrets.token_urlsafe(48)}
    failed = []
    for name, argv in CHECKS:
        say(f"== {name}")
        if _tool(*argv, **(served if "--deploy" in argv else {})) != 0:
            failed.append(name)
    say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def e2e(arguments: Sequence[str]) -> int:
    """Browser tests only; without a Chromium they fail instead of being left out."""
    return test(["-m", "browser", *arguments], SAMPAN_BROWSER="required")


CHAOS = ("--faults", "504", "--seconds", "1600", "--rate", "5", "--late", "30", "--settle", "240",
         "--share", "0.25", "--after", "0.35", "--unclear", "0.05", "--seeds", "1,2,3")  # fmt: skip


def chaos(arguments: Sequence[str]) -> int:
    """Kill processes at random while orders flow: three seeds at full size, or one run of the size that is asked for. A seed whose
    report is there already is not run again."""
    set_up(dev=True)
    whole = (*CHAOS, "--report", str(ROOT / "var" / "chaos"))
    return _tool("-m", "tests.chaos", *(arguments or whole))


def proof(arguments: Sequence[str]) -> int:
    """The whole suite with every guarantee at its full figure."""
    return test(list(arguments), SAMPAN_SCALE="full")


def bench(arguments: Sequence[str]) -> int:
    """The figures of PERFORMANCE beside their floor."""
    set_up(dev=True)
    return _tool("-m", "bench", *arguments)


def coverage_of_checklist(arguments: Sequence[str]) -> int:
    """Which rows of the checklist the tests prove."""
    set_up(dev=True)
    return _tool("-m", "pytest", "-q", "--collect-only", "--checklist", *arguments)
