"""The engine loads without Django and all that comes with it, and reads no clock, randomness or environment."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "routing/engine").rglob("*.py"), *(ROOT / "leads/conditions").rglob("*.py")])
FOREIGN = ("django", "rest_framework", "celery", "psycopg", "redis", "config", "leads.models", "routing.models")

LOAD = """
import sys, pkgutil, importlib
import routing.engine, leads.conditions
for package in (routing.engine, leads.conditions):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)
from routing.engine.strategies import shelf
assert len(shelf()) >= 8
print("\\n".join(sys.modules))
"""


def test_the_engine_imports_no_framework_in_a_fresh_process():
    run = subprocess.run([sys.executable, "-c", LOAD], cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = run.stdout.split()
    assert "routing.engine.replay" in loaded
    assert [name for name in loaded if name.startswith(FOREIGN)] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_clock_no_randomness_no_environment(source):
    tree = ast.parse(source.read_text())

    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    called = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
    }
    assert imported & {"os", "random", "secrets", "time", "uuid", "socket", "sqlite3"} == set()
    assert called == set()
