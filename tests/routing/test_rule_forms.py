"""Whatever the catalogues offer can be built, kept, opened and kept again unchanged; nonsense breaks nothing."""

import pytest
from django.urls import reverse

from leads.conditions import Type
from leads.conditions.operators import WITH_LIST, WITH_PAIR, WITHOUT_VALUE, Op
from leads.models import Attribute
from leads.qualify.freeze import catalogue_of
from routing import rulesets, wording
from routing.engine.strategies import shelf
from routing.web.rule_form import texts
from tests import factories as make
from tests.routing.test_rule_editor import keys, ops, signed_in, team, typed, url_of

__all__ = ["ops", "signed_in", "team"]
pytestmark = pytest.mark.django_db

SAMPLES = {
    Type.TEXT: ["Maschinen & Anlagen", 'He said "5" <b>', "Zürich"],
    Type.CHOICE: ["a", "b", "c"],
    Type.NUMBER: [-3, 0.5, 12_000],
    Type.MONEY: [10, 99.95, 1_000_000],
    Type.YES_NO: [False, True],
    Type.DATE: ["2026-01-31", "2026-02-28", "2027-01-01"],
    Type.COUNTRY: ["DE", "AT", "CH"],
    Type.LIST: ["Trial", "Pro", "Team, big"],
}


def offered():
    """Every field with every way to compare it, and a value that fits: (field, operator, value)."""
    for kind in Type:
        options = ["a", "b", "c"] if kind is Type.CHOICE else []
        Attribute.objects.create(key=f"own_{kind}", label=f"Own {kind}", type=kind.value, options=options)
    Attribute.objects.create(key="own_listed", label="Own listed", type="list", options=["x", "y", "z"])
    for field in catalogue_of(1):
        known = [option.value for option in field.options] or SAMPLES[field.type]
        for op in field.operators:
            yield field, op, known


def value_of(op, known):
    if op in WITHOUT_VALUE:
        return None
    if op is Op.IN_REGION:
        return ["DACH", "EU"]
    if op is Op.POSTAL_PREFIX:
        return ["80", "SW1"]
    if op is Op.POSTAL_BETWEEN:
        return ["10115", "14199"]
    if op in WITH_LIST:
        return known[:3]
    return known[:2] if op in WITH_PAIR else known[0]


def leaf_of(field, op, known):
    value = value_of(op, known)
    leaf = {"field": field.key, "operator": op.value}
    return leaf if op in WITHOUT_VALUE else {**leaf, "value": value}


def halves(found):
    """Two conditions that ask everything there is: one alone would have too many parts."""
    leaves = [leaf_of(*one) for one in found]
    return leaves[: len(leaves) // 2], leaves[len(leaves) // 2 :]


def test_everything_offered_opens_and_is_kept_unchanged(ops, team):
    first, second = halves(offered())
    row = make.rule_set(
        make.rule(team, {"any": [{"all": first[:60]}, {"none": first[60:]}]}, name="First"),
        make.rule(team, {"all": second}, name="Second"),
        make.rule(team, name="Rest"),
    )
    before = rulesets.body_of(row)

    for key in keys(row)[:2]:
        data = typed(ops.get(url_of(row, key)))
        answer = ops.post(url_of(row, key), {**data, "do": "save"})
        assert answer.status_code == 302, answer.context["form"]["errors"]

    row.refresh_from_db()
    assert rulesets.body_of(row) == before
    assert row.revision == 1


def test_everything_offered_can_be_built(ops, team):
    """As a person does it: a field, how to compare it, then its values; the last of a list waits beside the list."""
    row = make.rule_set(make.rule(team, name="Rest"))
    for number, leaves in enumerate(halves(offered())):
        data = {"name": f"Built {number}", "to": "group", "group": str(team.uid), "c-join": "any"}
        for n, leaf in enumerate(leaves):
            data |= built(f"c.{n}", leaf)
        read = typed(ops.get(url_of(row, "new")))["read"]
        answer = ops.post(url_of(row, "new"), {**data, "read": read, "do": "save"})
        assert answer.status_code == 302, answer.context["form"]["errors"]

        made = rulesets.body_of(row)["rules"][number]
        assert made["condition"] == {"any": leaves}
        ops.post(url_of(row, made["key"]), {**typed(ops.get(url_of(row, made["key"]))), "do": "save"})
        assert rulesets.body_of(row)["rules"][number] == made


def built(path, leaf):
    value, op = leaf.get("value"), leaf["operator"]
    data = {f"{path}-field": leaf["field"], f"{path}-op": op}
    if op in WITH_PAIR:
        return data | {f"{path}-value": texts.text_of(value[0]), f"{path}-upto": texts.text_of(value[1])}
    if op in WITH_LIST:
        import json

        return data | {f"{path}-values": json.dumps(value[:-1]), f"{path}-more": value[-1]}
    return data if value is None else data | {f"{path}-value": texts.text_of(value)}


@pytest.mark.parametrize("text", ["12000", "12,000", "12 000", "12'000", " 12000 ", "12\u202f000"])
def test_numbers_are_read_as_people_write_them(text):
    assert texts.number_of(text) == 12_000


@pytest.mark.parametrize("text", ["", "many", "1.2.3", "12,00", "1e5", "NaN", "9" * 50, "--1", "1,2,3"])
def test_what_is_no_number_stays_as_typed(text):
    assert texts.number_of(text) == text


def test_every_step_option_and_choice_has_words():
    missing = []
    for strategy in shelf().values():
        if not wording.has_words(strategy.name):
            missing.append(strategy.name)
        for name, field in strategy.Options.__dataclass_fields__.items():
            if not wording.has_words(strategy.name, name):
                missing.append(f"{strategy.name}.{name}")
            choices = field.metadata.get("choices", ())
            missing += [
                f"{strategy.name}.{name}={one}" for one in choices if not wording.has_words(strategy.name, name, one)
            ]

    assert missing == []


def every_shape(team, rep):
    """Rules with every step, destination, chain and stage there is."""
    yield from (
        {"steps": [{"strategy": s.name, **({"options": example(s, rep)} if s.EXAMPLE else {})}]}
        for s in shelf().values()
    )
    yield {"steps": []}
    yield {"steps": [{"strategy": "pool", "options": {"mode": "open"}}]}
    yield {"otherwise": [{"to": "next_rule"}], "escalation": []}
    yield {"otherwise": [{"to": "group", "group": team.pk + 1}, {"to": "pool", "group": team.pk + 1, "mode": "blind"}]}
    yield {"otherwise": [{"to": "hold"}], "respond_within": 20, "clock": "wall", "priority": 0}
    yield {"escalation": [{"after": 90, "do": "remind"}, {"after": 1800, "do": "release"}]}
    yield {"to": "rep", "group": None, "rep": rep}
    yield {"to": "territory", "group": None}
    yield {"to": "account", "group": None, "away": "backup", "returning": True}
    yield {"to": "desk", "group": None}
    yield {"to": "reject", "group": None, "reject_reason": "A student"}


def example(strategy, rep):
    return {**strategy.EXAMPLE, **({"rep": rep.pk} if "rep" in strategy.EXAMPLE else {})}


def test_every_step_destination_and_chain_is_kept_unchanged(ops, team):
    other = make.group("Blind", [make.rep("Cleo")], pool="blind")
    assert other.pk == team.pk + 1
    rep = team.memberships.first().rep
    shapes = [make.rule(team, {"field": "score", "operator": "is", "value": n}, name=f"R{n}") | shape
              for n, shape in enumerate(every_shape(team, rep))]  # fmt: skip
    row = make.rule_set(*shapes, make.rule(team, name="Rest"))
    before = rulesets.body_of(row)

    for key, shape in zip(keys(row), shapes, strict=False):
        answer = ops.post(url_of(row, key), {**typed(ops.get(url_of(row, key))), "do": "save"})
        assert answer.status_code == 302, (shape, answer.context["form"])

    row.refresh_from_db()
    for was, now in zip(before["rules"], rulesets.body_of(row)["rules"], strict=True):
        assert now == was
    assert row.revision == 1


NONSENSE = [
    {},
    {"do": "save"},
    {"do": "drop:c"},
    {"do": "drop:c.9.9.9"},
    {"do": "add:nowhere"},
    {"do": "less:c.0:x"},
    {"do": "step:nothing", "step-add": "nothing"},
    {"do": "step-up:0", "s.0-strategy": "skills", "s.0-o-kind": "\x00", "sharing": "own"},
    {"s.0-strategy": "no such", "sharing": "own", "s.1-strategy": "fixed", "s.1-o-rep": "x"},
    {"s.0-strategy": "offer", "s.0-o-seconds": "9" * 40, "sharing": "own"},
    {"s.0-strategy": "priority", "s.0-o-deal_size_at_least": "1e999", "sharing": "own"},
    {"name": "x" * 5000, "to": "reject", "reason": "\x00" * 10},
    {"name": "Half way \U0001f600", "to": "nowhere", "priority": "-1", "clock": "sun dial"},
    {"c-join": "xor", "c.0-field": "country", "c.0-op": "between", "c.0-values": "[[[", "c.0-value": "\x00"},
    {"c.0.1.2-field": "country", "c.5-join": "all", "c.5.0-field": "nothing", "c.5.0-op": "is"},
    {"c.0-field": "employees", "c.0-op": "between", "c.0-value": "9", "c.0-upto": "1"},
    {"c.0-field": "country", "c.0-op": "one_of", "c.0-values": '[1, null, "DE", {"a": 1}]', "c.0-more": "Narnia"},
    {f"c{'.0' * depth}-join": "all" for depth in range(1, 12)},
    {"e.0-to": "group", "e.1-to": "nowhere", "e.2-to": "pool", "e.2-group": "x"},
    {"silence": "own", "x.0-after": "soon", "x.0-do": "shout", "x.1-after": "0.0001", "x.1-do": "warn"},
    {"respond": "9" * 18, "read": "made up"},
    {"respond": "-5"},
    {"priority": "1.5"},
]


@pytest.mark.parametrize("data", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_answered_in_words(ops, team, data):
    row = make.rule_set(
        make.rule(team, {"field": "country", "operator": "is", "value": "DE"}), make.rule(team, name="Rest")
    )
    for key in ("new", keys(row)[0]):
        read = {} if "read" in data else {"read": typed(ops.get(url_of(row, key)))["read"]}
        assert ops.post(url_of(row, key), {**read, **data}).status_code in {200, 302, 409, 422}
        assert ops.post(reverse("rules-look", args=[row.uid, key]), data).status_code == 200
    for name, more in [("rules-order", {"revision": "x", "keys": "\x00"}), ("rules-restore", {})]:
        assert ops.post(reverse(name, args=[row.uid]), {**data, **more}).status_code == 302
