"""Refusals before anything is installed, kit and catalogue building."""

from __future__ import annotations

import gettext
import importlib.util
import os
import socket
import sys
from pathlib import Path

import pytest

from launch import assets, environment, supervisor, trim
from launch.errors import LaunchError
from launch.places import places
from launch.translations import compile_all


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(LaunchError, match=r"Python 3\.9\.2 is too old"):
        environment.check_python()


def test_a_full_disk_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match="is full"):
        environment.check_room(tmp_path / "not" / "there", 10**18)
    assert list(tmp_path.iterdir()) == []


def test_a_python_without_its_installer_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LaunchError, match="apt install python"):
        environment.make_venv(tmp_path / "venv")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            "WARNING: x\nERROR: No matching distribution found for y\nhint",
            "ERROR: No matching distribution found for y",
        ),
        ("npm warn a\nnpm error network refused\nnpm error more", "npm error network refused"),
        ("a\nOSError: [Errno 28] No space left on device", "the disk is full; free some space and start again."),
        ("Traceback\n  x\ndb.IntegrityError: twice\nDETAIL: key", "db.IntegrityError: twice"),
        ("", "it said nothing"),
        ("one\ntwo", "two"),
    ],
)
def test_a_tool_that_fails_is_quoted_in_one_line(output: str, words: str) -> None:
    assert environment.last_words(output) == words


@pytest.mark.parametrize("value", ["0", "65535", "-1", "http", "８０００", "80 80"])
def test_a_wrong_port_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(LaunchError, match="give a number from 1 to 65534"):
        supervisor.wanted_port()


def test_a_taken_port_is_refused() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(LaunchError, match="is taken by another program"):
            supervisor.check_port(other.getsockname()[1])


def test_a_second_start_on_the_same_data_is_refused(tmp_path: Path) -> None:
    where = places(tmp_path / "data")
    first = supervisor.take_run_lock(where, 8000)
    with pytest.raises(LaunchError, match=r"already runs on this data \(process \d+, http://127\.0\.0\.1:8000\)"):
        supervisor.take_run_lock(where, 8001)
    first.release()
    supervisor.take_run_lock(where, 8001).release()


def test_references_to_source_maps_are_cut_out() -> None:
    text = b"a{}\n/*# sourceMappingURL=tabler.min.css.map */\n//# sourceMappingURL=x.js.map\nend"
    assert assets.SOURCE_MAP.sub(b"", text) == b"a{}\n\n\nend"


def test_of_the_kit_only_what_pages_name_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    css = (
        '/*! licence */@charset "utf-8";:root{--a:url("x;}{")}a,.btn:hover{b:c}.card .gone,.row:not(.gone)>td{d:e}.gone{f:g}'
        "@media print{.gone{h:i}}@media (min-width:1px){.card,.gone{j:k}}@keyframes gone{from{l:m}to{n:o}}/* note */"
        ":root{--b:1;--c:var(--b);--ours:2;--used:3}[data-vc=x]{q:r}.row{--d:4;s:var(--used)}:root{--e:5}"
    )
    left = (
        '/*! licence */@charset "utf-8";:root{--a:url("x;}{")}a,.btn:hover{b:c}.row:not(.gone)>td{d:e}'
        "@media (min-width:1px){.card{j:k}}@keyframes gone{from{l:m}to{n:o}}:root{--ours:2;--used:3}.row{s:var(--used)}"
    )
    assert trim.trimmed(css, {"btn", "card", "row", "--ours", "--a"}) == left
    (tmp_path / "templates").mkdir()
    page = tmp_path / "templates" / "page.html"
    page.write_text('<p class="card btn">')
    (tmp_path / "vendor" / "tom-select").mkdir(parents=True)
    (tmp_path / "vendor" / "tom-select" / "tom-select.complete.min.js").write_text("row --a --ours")
    places = {
        "ROOT": tmp_path,
        "VENDOR": tmp_path / "vendor",
        "WHOLE_KIT": tmp_path / "kit.css",
        "TRIMMED_KIT": tmp_path / "build" / "kit.css",
    }
    for name, value in places.items():
        monkeypatch.setattr(assets, name, value)
    assets.trim_kit()
    assert not assets.TRIMMED_KIT.exists()
    assets.WHOLE_KIT.write_text(css)
    assets.trim_kit()
    assert assets.TRIMMED_KIT.read_text() == left
    page.write_text('<p class="btn">')
    os.utime(page, (9, 9))  # an older file than the one before: files of an image keep the times they had
    (tmp_path / "templates" / "other.html").touch()
    assets.trim_kit()
    assert "card" not in assets.TRIMMED_KIT.read_text()


def test_the_sprite_holds_the_icons_of_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    icons = tmp_path / "@tabler/icons/icons/outline"
    icons.mkdir(parents=True)
    (icons / "truck.svg").write_text('<!-- note -->\n<svg width="24"\n  height="24">\n  <path d="M0 0" />\n</svg>\n')
    (tmp_path / "icons.txt").write_text("# list\ntruck\n\n")
    monkeypatch.setattr(assets, "NODE_MODULES", tmp_path)
    monkeypatch.setattr(assets, "ICON_LIST", tmp_path / "icons.txt")
    assert '<symbol id="truck" viewBox="0 0 24 24"' in assets.sprite()
    assert '<path d="M0 0" /></symbol>' in assets.sprite()
    (tmp_path / "icons.txt").write_text("lorry\n")
    with pytest.raises(LaunchError, match="names the icon 'lorry'"):
        assets.sprite()


def test_lock_files_name_no_place_to_fetch_from() -> None:
    for path in [*environment.ROOT.glob("requirements*"), environment.ROOT / "package-lock.json"]:
        text = path.read_text()
        assert "resolved" not in text, path
        assert not any(mark in text for mark in ("--index-url", "--find-links", "--extra-index-url", "file:")), path


def test_catalogues_are_compiled_without_gettext_tools(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (folder / "django.po").write_text(head + 'msgid "Order"\nmsgstr "订单"\n')
    assert [path.name for path in compile_all(tmp_path)] == ["django.po"]
    with (folder / "django.mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Order") == "订单"
    assert compile_all(tmp_path) == []


def test_an_environment_lent_by_a_link_is_not_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy whose `.venv` is a link to another copy's makes one of its own and leaves the other alone."""
    lent, link = tmp_path / "lent", tmp_path / ".venv"
    lent.mkdir()
    (lent / "kept").write_text("theirs")
    link.symlink_to(lent)
    made: list[Path] = []
    monkeypatch.setattr(environment, "VENV", link)
    monkeypatch.setattr(environment, "STAMP", link / "stamp.json")
    monkeypatch.setattr(environment, "make_venv", lambda folder: (made.append(folder), folder.mkdir()))
    monkeypatch.setattr(environment, "install", lambda folder, requirements: None)
    environment.prepare(dev=False)
    assert made == [link]
    assert not link.is_symlink()
    assert (lent / "kept").read_text() == "theirs"
