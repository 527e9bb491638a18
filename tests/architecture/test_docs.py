"""The docs say what the code says: generated pages are fresh, and every name, path and link in the others stands."""

import ast
import re
from importlib import import_module, util
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from rest_framework.test import APIClient

from reporting.management.commands.write_docs import FOLDER, documents
from tests import factories as make

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
HOUSE = "config|leads|reps|routing|reporting"
DOTTED = re.compile(rf"`((?:{HOUSE})(?:\.\w+)+)(?:\(\))?`")
PLACE = re.compile(rf"`((?:{HOUSE}|docs|tests|templates|static|requirements|\.ci)/[\w./-]*)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[\w-]*)?\)")
PART = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)#([\w-]+)\)")
# With what stands in the lines that go on after a backslash.
COMMAND = re.compile(r"manage\.py ([a-z_]+)((?:[^`\n\\]|\\\n)*)")
OPTION = re.compile(r"(?<!\S)(--[a-z-]+)")
ADR = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
JSON = "application/json"
PARTS = ["## Status", "## Context", "## Decision", "## Consequences"]


def found(pattern):
    return [(page, match) for page in PAGES for match in pattern.findall(page.read_text(encoding="utf-8"))]


def stands(name):
    """Whether the dotted name is a module, or something inside one."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        module = ".".join(parts[:cut])
        try:
            spec = util.find_spec(module)
        except ModuleNotFoundError:
            continue
        if spec is None:
            continue
        thing = import_module(module) if cut < len(parts) else None
        for part in parts[cut:]:
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


def test_generated_pages_are_what_the_code_says():
    folder = ROOT / FOLDER
    pages = [path for path in folder.rglob("*") if path.is_file()]
    written = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in pages}

    assert written == documents(), "run `manage.py write_docs` and commit what changed"


def test_every_dotted_name_in_the_docs_stands_in_the_code():
    gone = [f"{page.relative_to(ROOT)}: {name}" for page, name in found(DOTTED) if not stands(name)]

    assert len(found(DOTTED)) > 30, "the tour names its functions"
    assert gone == []


def test_every_path_and_link_in_the_docs_leads_somewhere():
    broken = [f"{page.relative_to(ROOT)}: {place}" for page, place in found(PLACE) if not (ROOT / place).exists()]
    links = [(page, place) for page, place in found(LINK) if pictures() or not place.endswith(".png")]
    broken += [f"{page.relative_to(ROOT)}: {place}" for page, place in links if not (page.parent / place).exists()]

    assert broken == []


def test_every_part_of_a_page_that_is_linked_stands_there():
    broken = [
        f"{page.relative_to(ROOT)}: {place}#{part}"
        for page, (place, part) in found(PART)
        if part not in parts_of(page.parent / place if place else page)
    ]

    assert broken == []


def parts_of(page):
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_page_is_reached_from_the_readme():
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop().resolve()
        if page.suffix == ".md" and page.exists() and page not in reached:
            reached.add(page)
            ahead += [page.parent / place for place in LINK.findall(page.read_text(encoding="utf-8"))]

    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in reached] == []


def test_every_command_in_the_docs_can_be_given():
    given = [(command, ["", *OPTION.findall(options)]) for _page, (command, options) in found(COMMAND)]
    told = {(command, option) for command, options in given for option in options}
    unknown = []
    for command, option in sorted(told):
        known = get_commands().get(command)
        if known is None:
            unknown.append(command)
            continue
        parser = load_command_class(known, command).create_parser("manage.py", command)
        if option and option not in parser._option_string_actions:
            unknown.append(f"{command} {option}")

    assert len(told) > 20
    assert unknown == []


def pictures():
    """They are taken of the finished pages; from the first one on, all must be there."""
    return (ROOT / "docs/img").is_dir()


def test_decisions_are_numbered_without_a_gap_and_have_their_four_parts():
    records = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))

    assert [int(ADR.fullmatch(path.name)[1]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {int(path.name[:4])}. "), path.name
        assert [line for line in lines if line.startswith("## ")] == PARTS, path.name
        assert len(lines) < 40, path.name
        assert f"({path.name})" in (ROOT / "docs/adr/README.md").read_text(encoding="utf-8"), path.name


def test_every_setting_of_the_environment_is_told_in_operations():
    source = ast.parse((ROOT / "config/env.py").read_text(encoding="utf-8"))
    read = {
        node.args[0].value
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("_env.") and node.args
        if isinstance(node.args[0], ast.Constant)
    }

    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert {"DATABASE_URL", "SECRET_KEY"} <= read
    assert sorted(name for name in read if f"`{name}`" not in page) == []


@pytest.mark.contract
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scope", "method", "path", "body", "content_type"),
    [
        ("", "POST", "", '{"name": "Ida"}', JSON),
        ("leads:read", "POST", "", '{"name": "Ida"}', JSON),
        ("leads:write", "POST", "", '{"colour": "red"}', JSON),
        ("leads:write", "POST", "", "{", JSON),
        ("leads:write", "POST", "", "Ida", "text/plain"),
        ("leads:write", "POST", "", f'{{"name": "{"x" * 6_000_000}"}}', JSON),
        ("leads:read", "GET", "11111111-1111-1111-1111-111111111111/", "", JSON),
        ("leads:write", "GET", "bulk/", "", JSON),
    ],
    ids=["no key", "no scope", "unknown field", "no JSON", "plain text", "too large", "nothing there", "method"],
)
def test_every_refusal_stands_in_the_table_of_the_api_page(scope, method, path, body, content_type):
    client = APIClient()
    if scope:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {make.key_and_secret(scope)[1]}")

    answer = client.generic(method, f"/api/v1/leads/{path}", body, content_type=content_type).json()

    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert f"| {answer['status']} | `{answer['code']}` |" in page
