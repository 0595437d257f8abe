"""Scripts of the pages: their stamped names can be made only when no two of them import each other."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

IMPORTS = re.compile(r"""^\s*import\s+(?:[^"']+\sfrom\s+)?["']\./([\w.]+)["']""", re.MULTILINE)


def test_no_script_imports_itself_over_others():
    folder = Path(settings.BASE_DIR) / "static" / "js"
    asked = {path.name: set(IMPORTS.findall(path.read_text())) for path in folder.glob("*.js")}
    assert asked["work.js"] and all(name in asked for names in asked.values() for name in names)
    done: set[str] = set()
    while rest := {name: names - done for name, names in asked.items() if name not in done}:
        free = {name for name, names in rest.items() if not names}
        assert free, f"these import each other: {sorted(rest)}"
        done |= free
