"""One step, or a whole group, asked about one lead: what the tables of strategies compare."""

from routing.engine.decide import decide
from routing.engine.slate import Slate
from routing.engine.strategies import shelf
from routing.engine.strategy import read_options
from tests.engine.builders import NINE, lead, rule, rules, to_group

TO_ONE = rules(rule("all", to_group(1)))


def narrow(name, team, at=NINE, about=None, **options):
    """The slate of group 1 after one step."""
    strategy = shelf()[name]
    members = team.groups[1].members
    read, faults = read_options(strategy.Options, options)
    assert faults == []
    return strategy.narrow(Slate(at, 1, members, members), about or lead(), team, read)


def standing(slate):
    return [member.rep for member in slate.standing]


def dropped(slate):
    return {number: why.code.value for number, why in slate.dropped}


def told(decision):
    """What a decision comes to: outcome, rep, reason."""
    return (decision.outcome.value, decision.rep, decision.reason.code.value)


def verdicts(decision):
    """What is said of everybody considered."""
    return {row.rep: row.code.value for row in decision.considered}


def step(name, **options):
    return {"strategy": name, "options": options} if options else {"strategy": name}


def ask(team, about=None, at=NINE, ruled=TO_ONE):
    """The decision on one lead."""
    return decide(about or lead(), team, ruled, at=at)
