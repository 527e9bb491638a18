"""Manners of every file: a first sentence, a name that says something, nothing of one machine or one person."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NO_NAMES = {"utils", "helpers", "common", "misc", "services", "util", "helper"}
# Written in pieces, as this file is read too.
REGISTRIES = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("debian", "org"))
HOSTS = [".".join(parts) for parts in REGISTRIES]
PLACES = ["/" + part for part in ("work/", "root/", "home/[a-z]", "Users/[A-Z]")]
FOREIGN = re.compile("|".join([re.escape(host) for host in HOSTS] + [rf"(?<![\w.\-]){place}" for place in PLACES]))
ADDRESS = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
# Domains kept for examples by RFC 2606 and 6761.
EXAMPLES = re.compile(r"(^|\.)(example(\.(com|net|org))?|test|invalid|localhost)$|^127\.0\.0\.1$")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def modules() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts]


def test_every_module_opens_with_a_sentence():
    silent = []
    for path in modules():
        source = path.read_text(encoding="utf-8")
        opening = (ast.get_docstring(ast.parse(source)) or "").split("\n\n", maxsplit=1)[0]
        if source.strip() and not re.fullmatch(r"[^\s].*[.:)?]", opening, re.DOTALL):
            silent.append(str(path.relative_to(ROOT)))

    assert silent == []


def test_no_module_has_a_name_that_says_nothing():
    assert [str(path.relative_to(ROOT)) for path in modules() if path.stem in NO_NAMES] == []


def test_no_file_names_a_registry_or_a_place_of_one_machine():
    found = [f"{path}: {match.group()}" for path, text in texts() for match in FOREIGN.finditer(text)]

    assert found == []


def test_no_address_of_a_real_person_stands_in_a_file():
    ours = [(path, text) for path, text in texts() if "vendor" not in path.parts and path.parts[0] != "requirements"]

    found = [f"{path}: {m.group()}" for path, text in ours for m in ADDRESS.finditer(text) if not EXAMPLES.search(m[1])]

    assert found == []


def test_the_first_package_file_of_config_stays_light():
    """The pytest plugin and the supervisor import from it before the settings are known."""
    assert ast.parse((ROOT / "config/__init__.py").read_text()).body[1:] == []
