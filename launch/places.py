"""Where things lie: the checkout, the data, the sockets, the server binaries; and the user who runs the servers."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .errors import LaunchError

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BUILD = ROOT / "build"
# sockaddr_un holds 107 bytes of path; PostgreSQL adds the longest name.
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432.lock"
URL_SAFE = re.compile(r"[A-Za-z0-9/_.\-]+")


def read_env_file() -> None:
    """Take settings from `.env` in the checkout (NAME=value lines); what the environment already has wins."""
    path = ROOT / ".env"
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            os.environ.setdefault(name, value.strip().strip("\"'"))


def data_folder() -> Path:
    """The folder of the embedded data: SAMPAN_DATA, else `var/` in the checkout."""
    given = os.environ.get("SAMPAN_DATA", "").strip()
    return (Path(given).expanduser() if given else ROOT / "var").absolute()


def venv_python() -> Path:
    """The interpreter of the project's own environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@dataclass(frozen=True)
class ServerUser:
    """Who the servers run as when the launcher is root; PostgreSQL refuses to be root."""

    uid: int
    gid: int


def server_user() -> ServerUser | None:
    """The unprivileged user for the servers; None when the launcher itself is not root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise LaunchError(
            "Started as root, and this system has no user 'nobody' for the database: start as a normal user."
        ) from None
    return ServerUser(entry.pw_uid, entry.pw_gid)


def reachable_by_others(folder: Path) -> bool:
    """Whether any user may walk to this folder, i.e. every folder on the way is open for passing."""
    path = folder.resolve()
    while not path.exists():
        path = path.parent
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


@dataclass(frozen=True)
class Places:
    """The folders of one data folder."""

    data: Path
    cluster: Path
    valkey: Path
    run: Path
    binaries: Path

    @property
    def services(self) -> Path:
        """Locks, state and logs of the servers; belongs to the user who started."""
        return self.data / "services"

    @property
    def log(self) -> Path:
        """Log files."""
        return self.data / "log"

    @property
    def database_url(self) -> str:
        """How to reach the embedded PostgreSQL."""
        return f"postgresql://sampan@/sampan?host={self.run}"

    @property
    def redis_url(self) -> str:
        """How to reach the embedded Valkey."""
        return f"unix://{self.run}/valkey.sock"

    @property
    def postgres_socket(self) -> Path:
        """The socket file of the embedded PostgreSQL."""
        return self.run / ".s.PGSQL.5432"

    @property
    def valkey_socket(self) -> Path:
        """The socket file of the embedded Valkey."""
        return self.run / "valkey.sock"


def places(data: Path | None = None) -> Places:
    """All folders of a data folder; nothing is created.

    As root the servers run as `nobody`: when the data folder lies under a private folder (such as /root) their files
    live under /var/lib/sampan instead, in a folder named after the data folder.
    """
    data = (data or data_folder()).absolute()
    base = data
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    if os.geteuid() == 0 and not reachable_by_others(data):
        base = Path("/var/lib/sampan") / mark
    return Places(data, base / "postgres", base / "valkey", runtime_folder(base, mark), base / "servers")


def runtime_folder(base: Path, mark: str) -> Path:
    """The folder for sockets: in the data folder when its path is short and plain, else a private temporary one."""
    folder = base / "run"
    if len(os.fsencode(folder)) + len(LONGEST_SOCKET_NAME) <= SOCKET_PATH_LIMIT and URL_SAFE.fullmatch(str(folder)):
        return folder
    for temp in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - made private and checked in make_private
        folder = temp / f"sampan-{os.geteuid()}-{mark}"
        if len(os.fsencode(folder)) + len(LONGEST_SOCKET_NAME) <= SOCKET_PATH_LIMIT and URL_SAFE.fullmatch(str(folder)):
            return folder
    raise LaunchError("No folder with a path short enough for a socket was found: set TMPDIR to a short, plain path.")


def make_folder(folder: Path, user: ServerUser | None = None, private: bool = True) -> None:
    """Create a folder, owned by `user`, closed to others when `private`; refuses one that belongs to somebody else."""
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    owner = folder.stat().st_uid
    wanted = user.uid if user else os.geteuid()
    if user and owner == os.geteuid():
        os.chown(folder, user.uid, user.gid)
    elif owner != wanted:
        name = pwd.getpwuid(owner).pw_name if owner in {p.pw_uid for p in pwd.getpwall()} else str(owner)
        raise LaunchError(
            f"The folder {folder} belongs to {name}: start as {name}, or set SAMPAN_DATA to another folder."
        )
    if new or private:
        folder.chmod(0o700 if private else 0o755)


def say(text: str) -> None:
    """One line for the person at the keyboard; a closed terminal must not keep a stop from going on."""
    try:
        print(text, flush=True)
    except OSError:
        pass


def warn(text: str) -> None:
    """One line of refusal."""
    print(text, file=sys.stderr, flush=True)
