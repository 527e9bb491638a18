"""The installer where it cannot do its work: it says what is wrong and what to do, and leaves no half-made stamp."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "requirements"
NOWHERE = "http://127.0.0.1:9/simple"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE, tmp_path / "requirements")
    return tmp_path


def load(copy: Path):
    spec = importlib.util.spec_from_file_location("install", copy / "requirements" / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_index_that_does_not_answer_is_explained(copy):
    env = {**os.environ, "PIP_INDEX_URL": NOWHERE, "PIP_RETRIES": "0", "UV_INDEX_URL": NOWHERE, "UV_OFFLINE": "1"}
    env |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(copy)}

    done = subprocess.run(
        [sys._base_executable, copy / "requirements/install.py", "run"],
        env=env,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "could not be made" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not (copy / ".venv/installed.txt").exists()


def test_an_old_python_is_named_with_what_is_needed(copy, monkeypatch, capsys):
    install = load(copy)
    monkeypatch.setattr(install, "OLDEST", (99, 0))

    assert install.main("run") == 2

    assert "needs Python 99.0 or newer" in capsys.readouterr().out


def test_what_is_installed_is_known_until_the_pins_change(copy):
    install = load(copy)
    install.PYTHON.parent.mkdir(parents=True)
    install.PYTHON.touch()
    install.STAMP.write_text(install.digest("test"))

    assert install.is_fresh("test")
    assert install.is_fresh("run"), "the test set holds all of the run set"

    with (copy / "requirements" / "test.txt").open("a") as pins:
        pins.write("# changed\n")

    assert not install.is_fresh("test")
    install.STAMP.write_text(install.digest("run"))
    assert install.is_fresh("run")
    assert not install.is_fresh("test")


def test_no_index_is_named_and_every_pin_has_a_hash():
    for name in ("run.txt", "test.txt", "uv.txt"):
        text = (SOURCE / name).read_text()
        pins = [line for line in text.splitlines() if "==" in line and not line.startswith(("#", " "))]

        assert "://" not in text
        assert pins
        assert all(line.endswith("\\") for line in pins), f"a pin without a hash in {name}"
