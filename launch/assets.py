"""Browser kit and printing fonts: from npm by lock file into build/, where git does not look."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from . import environment, trim
from .environment import clean_env, digest, last_words
from .errors import LaunchError
from .places import BUILD, ROOT, say

CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
NODE_MODULES = ROOT / "node_modules"
NODE_ENV = BUILD / "node"
VENDOR = BUILD / "static" / "vendor"
#: The CSS kit whole; pages get what is left of it when the classes that no page names are gone.
WHOLE_KIT = BUILD / "kit" / "tabler.min.css"
TRIMMED_KIT = VENDOR / "tabler" / "tabler.min.css"
FONTS = BUILD / "fonts"
STAMP = BUILD / "assets.stamp"
ICON_LIST = ROOT / "static" / "img" / "icons.txt"
LOCK_FILES = (ROOT / "package.json", ROOT / "package-lock.json")

KIT = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select/tom-select.complete.min.js",
    "tom-select/dist/css/tom-select.min.css": "tom-select/tom-select.css",
    "@zxing/browser/umd/zxing-browser.min.js": "zxing/zxing-browser.min.js",
}
SOURCE_MAP = re.compile(rb"(?://|/\*)[#@]\s*sourceMappingURL=[^\s*]*(?:\s*\*/)?")
SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
    'stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
)
FAMILIES = (
    "noto-sans",
    "noto-sans-sc",
    "noto-sans-kr",
    "noto-sans-arabic",
    "noto-sans-hebrew",
    "noto-sans-thai",
    "noto-sans-devanagari",
)
WEIGHTS = ("400Regular", "700Bold")


def _mark() -> str:
    return digest(*LOCK_FILES, ICON_LIST, Path(__file__))


def up_to_date() -> bool:
    """Whether build/ holds what the lock file, the icon list and this file say."""
    return STAMP.exists() and STAMP.read_text() == _mark()


def start_download(npm: str | None) -> subprocess.Popen[str] | None:
    """Begin `npm ci` beside the installation of packages; None when nothing is to be fetched or npm is missing."""
    if npm is None or up_to_date() or _fetched():
        return None
    say("Fetching the browser kit and the printing fonts …")
    return _npm_ci([npm])


def machine_npm() -> str | None:
    """The machine's own npm, when it has one that runs."""
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        done = subprocess.run([npm, "--version"], capture_output=True, env=clean_env(), check=False)
        if done.returncode == 0:
            return npm
    return None


def _fetched() -> bool:
    mark = NODE_MODULES / ".sampan"
    return mark.exists() and mark.read_text() == digest(*LOCK_FILES)


def _npm_ci(npm: list[str], path: str = "") -> subprocess.Popen[str]:
    env = clean_env(PATH=os.pathsep.join(filter(None, [path, os.environ.get("PATH", os.defpath)])))
    for bundle in CERTIFICATES:  # a Node of its own does not know the certificates the machine trusts
        if Path(bundle).exists():
            env.setdefault("NODE_EXTRA_CA_CERTS", bundle)
    Path(env["HOME"]).mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def prepare(download: subprocess.Popen[str] | None) -> None:
    """Bring build/ up to date; `download` is the npm started before, if any. Needs the set-up lock."""
    if up_to_date():
        return
    if not _fetched():
        process = download or _with_own_node()
        output, _none = process.communicate()
        if process.returncode != 0:
            raise LaunchError(f"The browser kit could not be fetched by npm: {last_words(output)}")
        (NODE_MODULES / ".sampan").write_text(digest(*LOCK_FILES))
    STAMP.unlink(missing_ok=True)
    build()
    trim_kit()
    STAMP.write_text(_mark())


def trim_kit() -> None:
    """Write the CSS kit anew when the sources of pages are others than before (in an image: once all are there)."""
    stamp = WHOLE_KIT.with_suffix(".stamp")
    if not WHOLE_KIT.exists() or not os.access(
        WHOLE_KIT.parent, os.W_OK
    ):  # in an image it was done when that was built
        return
    state = trim.state(ROOT)
    if TRIMMED_KIT.exists() and stamp.exists() and stamp.read_text() == state:
        return
    TRIMMED_KIT.parent.mkdir(parents=True, exist_ok=True)
    chooser = set(trim.WORD.findall((VENDOR / "tom-select" / "tom-select.complete.min.js").read_text()))
    TRIMMED_KIT.write_text(trim.trimmed(WHOLE_KIT.read_text(), trim.words(ROOT) | chooser))
    stamp.write_text(state)


def _with_own_node() -> subprocess.Popen[str]:
    say("This machine has no npm: installing one for this project …")
    if not (NODE_ENV / "done").exists():
        environment.make_venv(NODE_ENV)
        environment.install(NODE_ENV, ROOT / "requirements-node.txt")
        (NODE_ENV / "done").touch()
    say("Fetching the browser kit and the printing fonts …")
    programs = NODE_ENV / "bin"
    return _npm_ci([str(programs / "npm")], str(programs))


def build() -> None:
    """Copy the kit without its references to source maps, write the icon sprite, lay out the fonts."""
    for folder in (VENDOR, FONTS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for source, target in KIT.items():
        path = VENDOR / target
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(SOURCE_MAP.sub(b"", (NODE_MODULES / source).read_bytes()))
    WHOLE_KIT.parent.mkdir(exist_ok=True)
    WHOLE_KIT.write_bytes(SOURCE_MAP.sub(b"", (NODE_MODULES / "@tabler/core/dist/css/tabler.min.css").read_bytes()))
    (VENDOR / "icons.svg").write_text(sprite())
    for family in FAMILIES:
        for weight in WEIGHTS:
            for font in (NODE_MODULES / "@expo-google-fonts" / family / weight).glob("*.ttf"):
                shutil.copyfile(font, FONTS / font.name)


def sprite() -> str:
    """The icons named in static/img/icons.txt as one file of symbols; an unknown name is refused."""
    symbols = []
    for line in ICON_LIST.read_text().splitlines():
        name = line.split("#")[0].strip()
        if not name:
            continue
        try:
            svg = (NODE_MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text()
        except FileNotFoundError:
            raise LaunchError(
                f"static/img/icons.txt names the icon {name!r}, which the icon set does not have."
            ) from None
        body = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
        body = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", body, flags=re.S)
        symbols.append(SYMBOL.format(name=name, body=re.sub(r"\s*\n\s*", "", body)))
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n"
