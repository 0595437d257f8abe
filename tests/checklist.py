"""The checklist in the tests: `covers` marks name known rows, `--checklist` prints which rows are proven by what."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

IDS = Path(__file__).parent / "house" / "checklist_ids.txt"
_proofs: dict[str, list[str]] = defaultdict(list)


def known_ids() -> list[str]:
    """Every row of the checklist, by its id."""
    return IDS.read_text().split()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--checklist`."""
    parser.addoption("--checklist", action="store_true", help="print which rows of the checklist the tests prove")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gather the marks; an id that is not in the checklist ends the run."""
    known = set(known_ids())
    for item in items:
        for mark in item.iter_markers("covers"):
            for row in mark.args:
                if row not in known:
                    raise pytest.UsageError(f"{item.nodeid} covers {row}, which is not a row of the checklist")
                test = item.nodeid.split("[")[0]
                if test not in _proofs[row]:
                    _proofs[row].append(test)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table."""
    if not terminalreporter.config.getoption("--checklist"):
        return
    ids = known_ids()
    write = terminalreporter.write_line
    for row in ids:
        write(f"{row:<8} {'; '.join(_proofs[row]) if row in _proofs else '-'}")
    groups: dict[str, list[str]] = defaultdict(list)
    for row in ids:
        groups[row.split("-")[0]].append(row)
    write("")
    for group, rows in groups.items():
        write(f"{group:<5} {sum(row in _proofs for row in rows):>3} of {len(rows)}")
    write(f"all   {sum(row in _proofs for row in ids):>3} of {len(ids)} rows are proven by tests")
