"""The house rules that a layer list cannot say: roles of files, shop windows, pure rules, no hidden imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = [
    "accounts",
    "worklist",
    "stores",
    "customers",
    "products",
    "inventory",
    "conversations",
    "orders",
    "logistics",
    "disputes",
    "finance",
    "reports",
    "demo",
]
APPS = [app for app in APPS if (ROOT / app).is_dir()]
OURS = {*APPS, "core", "erp", "launch", "tests", "bench"}

#: The files of an app from top to bottom; each may import those on lines below its own, and its own.
FILES = [
    {"apps"},
    {"management"},
    {"urls"},
    {"views", "api", "admin"},
    {"listings", "panels"},
    {"filters", "forms"},
    {"tasks", "subscribers", "followups", "placeholders", "checks", "documents"},
    {"services"},
    {"connectors", "reading"},  # reading: the readers of files, run in a process with limits
    {"selectors"},
    {"models"},
    {"rules", "states", "roles"},
    {"events", "choices", "policies", "contracts", "registry"},
]
LEVEL = {name: len(FILES) - index for index, names in enumerate(FILES) for name in names}
#: What a shop is able to do stands in its connector and nowhere else; asking for it opens no connection.
ALSO = {("selectors", "connectors")}
FREE = {"migrations", "__init__"}
WINDOW = {"models", "choices", "events", "selectors", "services", "registry", "contracts"}
#: The demonstration drives the pretend shop itself, as its buyers and carriers.
DRIVES = {"demo": "stores.connectors.sandbox"}
PURE = {"rules"}
NOT_PURE = {"django", "rest_framework", "celery", "psycopg2", "requests", "random", "os"}
LONGEST_FILE = 400


@dataclass(frozen=True)
class Import:
    """One import statement of one of our files."""

    path: Path
    line: int
    module: str
    inside_function: bool

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} imports {self.module}"


def sources(*folders: str) -> Iterator[Path]:
    """Our Python files, without migrations."""
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def imports(path: Path) -> list[Import]:
    """Every import of a file, those inside functions too; names taken from one of our packages count as its modules."""
    package = path.relative_to(ROOT).with_suffix("").parts
    found: list[Import] = []

    def visit(node: ast.AST, inside: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(path, node.lineno, alias.name, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: -node.level]) if node.level else ""
            module = ".".join(filter(None, [base, node.module or ""]))
            for alias in node.names:
                deeper = ROOT.joinpath(*module.split("."), alias.name)
                is_module = deeper.is_dir() or deeper.with_suffix(".py").exists()
                found.append(Import(path, node.lineno, f"{module}.{alias.name}" if is_module else module, inside))
        for child in ast.iter_child_nodes(node):
            visit(child, inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))

    visit(ast.parse(path.read_text()), False)
    return found


def role(module: str) -> str:
    """The file of an app a module belongs to: `orders.services.intake` is `services`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def module_name(path: Path) -> str:
    """Dotted name of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def role_faults(app: str) -> list[str]:
    """Imports inside one app that go up or sideways, and files nobody provided for."""
    faults = []
    for path in sources(app):
        here = role(module_name(path))
        if here not in LEVEL and here not in FREE:
            faults.append(f"{path.relative_to(ROOT)}: no such file role in the house")
            continue
        for found in imports(path):
            if not found.module.startswith(f"{app}."):
                continue
            there = role(found.module)
            if there in FREE or here in FREE or (here, there) in ALSO:
                continue
            if LEVEL.get(there, 0) > LEVEL[here]:
                faults.append(f"{found}: {here} may not import {there}")
    return faults


@pytest.mark.parametrize("app", APPS)
def test_files_of_an_app_import_downwards(app: str) -> None:
    assert not (faults := role_faults(app)), "\n".join(faults)


@pytest.mark.parametrize("app", APPS)
def test_other_apps_are_seen_through_their_shop_window(app: str) -> None:
    faults = [
        str(found)
        for path in sources(app)
        for found in imports(path)
        if (target := found.module.split(".")[0]) in APPS
        and target != app
        and role(found.module) not in WINDOW
        and not found.module.startswith(DRIVES.get(app, "-"))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("app", ["core", *APPS])
def test_rules_are_pure(app: str) -> None:
    faults = [
        str(found)
        for path in sources(app)
        if role(module_name(path)) in PURE
        for found in imports(path)
        if found.module.split(".")[0] in NOT_PURE or role(found.module) in {"models", "selectors", "services"}
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("app", ["core", "erp", *APPS])
def test_no_import_of_ours_hides_in_a_function(app: str) -> None:
    faults = [
        str(found)
        for path in sources(app)
        if path.name != "apps.py"
        for found in imports(path)
        if found.inside_function and found.module.split(".")[0] in OURS and found.module.split(".")[0] != "launch"
    ]
    # celery asks for the schedule after the apps are loaded; there is no earlier moment
    faults = [fault for fault in faults if not fault.startswith("erp/celery.py")]
    assert not faults, "\n".join(faults)


def test_nobody_imports_the_roof_or_the_tests() -> None:
    faults = [
        str(found)
        for path in sources("core", "launch", *APPS)
        for found in imports(path)
        if found.module.split(".")[0] in {"erp", "tests", "bench"}
    ]
    assert not faults, "\n".join(faults)


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources("core", "erp", "launch", *APPS)
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_the_check_sees_a_forbidden_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: an import that goes up, hidden in a function, is found."""
    monkeypatch.setattr(
        "tests.house.test_imports.ROOT" if __name__ == "tests.house.test_imports" else f"{__name__}.ROOT", tmp_path
    )
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "views.py").write_text("")
    (tmp_path / "orders" / "rules.py").write_text("def f():\n    from . import views\n    import django.db\n")
    assert role_faults("orders") == ["orders/rules.py:2 imports orders.views: rules may not import views"]
    assert [found.module for found in imports(tmp_path / "orders" / "rules.py") if found.inside_function] == [
        "orders.views",
        "django.db",
    ]
