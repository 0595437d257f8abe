"""The project's own environment: `.venv` with the packages of the lock files, made anew only when those change."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from . import too_old
from .errors import LaunchError
from .places import BUILD, ROOT, VENV, say, venv_python

ROOM_TO_INSTALL = 1_200_000_000  # bytes; environment, packages in transit and browser kit together
ROOM_TO_RUN = 100_000_000
STAMP = VENV / "sampan.json"


def check_python() -> None:
    """Refuse an interpreter that is too old."""
    if refusal := too_old(sys.version_info):
        raise LaunchError(refusal)
    if sys.platform not in {"linux", "darwin"}:
        raise LaunchError("The embedded servers run on Linux and macOS: elsewhere start with `docker compose up`.")


def check_room(folder: Path, needed: int) -> None:
    """Refuse to start on a disk that is about to be full."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise LaunchError(
            f"The disk of {folder} is full: {free // 1_000_000} MB are free and "
            f"{needed // 1_000_000} MB are needed; free some space and start again."
        )


def digest(*paths: Path) -> str:
    """One mark for the contents of files."""
    mark = hashlib.sha256()
    for path in paths:
        mark.update(path.read_bytes())
    return mark.hexdigest()


def _stamp() -> dict[str, str]:
    try:
        found = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and venv_python().exists() else {}


def up_to_date(dev: bool) -> bool:
    """Whether `.venv` holds what the lock files say for this interpreter."""
    return _wanted(dev).items() <= _stamp().items()


def _wanted(dev: bool) -> dict[str, str]:
    wanted = {"python": "{}.{}".format(*sys.version_info), "place": str(VENV), "run": digest(ROOT / "requirements.txt")}
    if dev:
        wanted["dev"] = digest(ROOT / "requirements-dev.txt")
    return wanted


def prepare(dev: bool) -> None:
    """Bring `.venv` up to date; does nothing when it is. Needs the set-up lock."""
    if up_to_date(dev):
        return
    check_room(ROOT, ROOM_TO_INSTALL)
    stamp, wanted = _stamp(), _wanted(dev)
    if any(stamp.get(key) != wanted[key] for key in ("python", "place")):
        say("Making the environment (.venv) …")
        if VENV.is_symlink():  # somebody else's environment: it is not ours to empty
            VENV.unlink()
        make_venv(VENV)
        stamp = {}
    else:
        STAMP.unlink(missing_ok=True)
    say("Installing the packages of the lock file …")
    install(VENV, ROOT / ("requirements-dev.txt" if dev else "requirements.txt"))
    half = STAMP.with_suffix(".new")
    half.write_text(json.dumps(wanted))
    half.replace(STAMP)


def make_venv(folder: Path) -> None:
    """An empty environment with pip; from the machine's own pip when Python came without its installer."""
    has_installer = importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")
    has_pip = importlib.util.find_spec("pip") is not None
    if not importlib.util.find_spec("venv") or not (has_installer or has_pip):
        version = "{}.{}".format(*sys.version_info)
        raise LaunchError(
            f"This Python cannot make environments (its venv or ensurepip part is missing): "
            "install it, on Debian and Ubuntu with "
            f"`apt install python{version}-venv`."
        )
    argv = [sys.executable, "-m", "venv", "--clear", *([] if has_installer else ["--without-pip"]), str(folder)]
    run(argv, "The environment could not be made")


def install(folder: Path, requirements: Path) -> None:
    """Install a lock file with its hashes into an environment."""
    python = folder / "bin" / "python"
    argv = [str(python), "-m", "pip"]
    if not any(folder.glob("lib/python3*/site-packages/pip")):
        argv = [sys.executable, "-m", "pip", "--python", str(python)]
    argv += [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
        "--only-binary=:all:",
        "-r",
        str(requirements),
    ]
    run(argv, "The packages could not be installed")


def clean_env(**more: str) -> dict[str, str]:
    """The environment for tools: ours without what would turn a tool to another Python."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "PIP_USER", "PIP_TARGET"))
    }
    return {"HOME": str(BUILD / "home"), "PATH": os.defpath, **kept, **more}


def run(argv: Sequence[str], refusal: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a tool to its end and return what it printed; its last words become one sentence when it fails."""
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=env or clean_env(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        raise LaunchError(f"{refusal}: {argv[0]} is not there.") from None
    if done.returncode != 0:
        raise LaunchError(f"{refusal}: {last_words(done.stderr or done.stdout)}")
    return done.stdout


def last_words(output: str) -> str:
    """The line of a tool's output that says why it failed."""
    if "No space left on device" in output or "ENOSPC" in output:
        return "the disk is full; free some space and start again."
    lines = [
        line.strip()
        for line in output.splitlines()
        if line.strip() and not line.strip().startswith(("WARNING", "[notice]", "npm warn"))
    ]
    errors = [line for line in lines if line.lower().startswith(("error", "npm error", "fatal"))]
    raised = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Exit)\b.*: ", line)]
    if raised and not errors:
        return raised[-1][:400]
    return (errors or lines or ["it said nothing"])[0 if errors else -1][:400]
