"""A Chromium for browser tests: found, not installed. Without one they are left out aloud, or fail when required."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable() -> str | None:
    """The Chromium of this machine."""
    return os.environ.get("SAMPAN_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)


#: Loaded, and what the page fetched by itself as it came (panels, lists) has arrived and stands.
ARRIVED = """() => document.readyState === 'complete' &&
    !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"""


def arrived(window: Any) -> None:
    """Wait until the page stands: half a second quicker than a silent network, which only polling pages need."""
    window.wait_for_load_state("load")
    window.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    window.wait_for_function(ARRIVED)


_ran = 0


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the browser tests that really ran."""
    global _ran
    _ran += report.when == "call" and "browser" in report.keywords and report.outcome != "skipped"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where browser tests are required, a run without any has failed."""
    if os.environ.get("SAMPAN_BROWSER") == "required" and not _ran and "PYTEST_XDIST_WORKER" not in os.environ:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many browser tests ran."""
    ran = [
        r
        for key in ("passed", "failed")
        for r in terminalreporter.getreports(key)
        if r.when == "call" and "browser" in r.keywords
    ]
    left = [r for r in terminalreporter.getreports("skipped") if "browser" in r.keywords]
    required = os.environ.get("SAMPAN_BROWSER") == "required"
    if ran or left or required:
        terminalreporter.write_line(
            f"browser tests: {len(ran)} ran, {len(left)} left out" + ("" if executable() else " (no Chromium found)")
        )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, one per test process."""
    path = executable()
    if path is None:
        if os.environ.get("SAMPAN_BROWSER") == "required":
            pytest.fail("browser tests are required and no Chromium was found", pytrace=False)
        pytest.skip("no Chromium was found")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, live_server: Any) -> Iterator[Any]:
    """A fresh window on the live server (1440 px wide, English); console errors and refused resources fail the test."""
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="Asia/Shanghai"
    )
    context.set_default_timeout(90_000)  # a busy machine proves nothing
    window = context.new_page()
    faults: list[str] = []
    window.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    window.on("pageerror", lambda error: faults.append(str(error)))
    window.faults = faults
    yield window
    context.close()
    assert faults == []
