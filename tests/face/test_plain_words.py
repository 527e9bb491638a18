"""No engine word on any page, mail or error: what people read goes through gettext, and all of it is read here."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("config", "leads", "reps", "routing", "reporting")
# Which arguments of a call are texts.
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (0,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (1,)),
}
# What people read instead stands in docs/glossary.md.
ENGINE_WORDS = re.compile(
    r"\b(desks?|slates?|snapshots?|ledgers?|entitled|hops?|folded|doorbells?|turn lock|worlds?|set[- ]aside|epochs?|"
    r"laps(e|es|ed)|spells?|intakes?|shadows?|receipts?|roster prints?|handoffs?|dead letter|released?|payloads?|"
    r"strategy|strategies|nudges?|arrears|stranded)\b",
    re.IGNORECASE,
)
# Ordinary words here, or keys of JSON that ops type in the admin.
MEANT = re.compile(r'rest of the world|\[\{".*?\}\]|%\(\w+\)s|\{\{.*?\}\}', re.DOTALL)
_COMMENT = re.compile(r"\{% comment.*?%\}.*?\{% endcomment %\}", re.DOTALL)
_LINE = re.compile(r"\{%\s*translate\s+(\"[^\"]*\"|'[^']*')")
_BLOCK = re.compile(r"\{%\s*blocktranslate.*?%\}(.*?)\{%\s*endblocktranslate\s*%\}", re.DOTALL)


def texts_of_code(source):
    for node in ast.walk(ast.parse(source)):
        name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        for n in CALLS.get(name, ()):
            if n < len(node.args) and isinstance(node.args[n], ast.Constant):
                yield str(node.args[n].value)


def texts_of_template(source):
    source = _COMMENT.sub("", source)
    yield from (found[1][1:-1] for found in _LINE.finditer(source))
    yield from (found[1] for found in _BLOCK.finditer(source))


def all_texts():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from ((path.relative_to(ROOT), text) for text in texts_of_code(path.read_text()))
    for path in sorted((ROOT / "templates").rglob("*.*")):
        yield from ((path.relative_to(ROOT), text) for text in texts_of_template(path.read_text()))


def engine_words(text):
    return [found[0] for found in ENGINE_WORDS.finditer(MEANT.sub("", text))]


def test_people_read_no_engine_word():
    texts = list(all_texts())

    assert len(texts) > 3_000
    assert [(str(path), words, text) for path, text in texts if (words := engine_words(text))] == []


@pytest.mark.parametrize(
    "source",
    ['_("It goes to the desk.")', 'ngettext("%(n)d offer lapses", "%(n)d offers lapse", n)', 'gettext_lazy("Hop 2")'],
)
def test_code_is_read(source):
    assert [words for text in texts_of_code(source) for words in engine_words(text)]


def test_templates_are_read_without_their_comments():
    source = (
        "{% comment %}the desk{% endcomment %}{% translate 'Your ledger' %}"
        "{% blocktranslate %}a slate{% endblocktranslate %}"
    )

    assert [engine_words(text) for text in texts_of_template(source)] == [["ledger"], ["slate"]]
    assert engine_words('Like [{"to": "desk"}], in the rest of the world') == []
