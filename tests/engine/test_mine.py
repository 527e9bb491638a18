"""Rules found in what people gave by hand: counted right, and never made by chance."""

import random

import pytest

from routing.hand_rules.mine import FEWEST, Case, Question, mine, tail

ANA, BEN, KIM = (("rep", n) for n in (1, 2, 3))
PLACES = {"rep": 3, "group": 1}


def asks(field, value):
    return Question(
        field, {"field": field, "operator": "is", "value": value}, lambda folded: folded.get(field) == value
    )


def cases(*rows):
    """(how many, where to, facts)."""
    return [Case(facts, frozenset({to})) for n, to, facts in rows for _ in range(n)]


SPAIN, FAIR = asks("country", "ES"), asks("source", "fair")


def told(found):
    return [(f.tree, f.place, f.given, f.leads) for f in found]


def test_eighteen_of_twenty():
    given = cases((18, ANA, {"country": "ES"}), (2, BEN, {"country": "ES"}), (6, ANA, {}), (9, BEN, {}), (9, KIM, {}))

    assert told(mine(given, [SPAIN], places=PLACES)) == [(SPAIN.tree, ANA, 18, 20)]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(7, ANA, {"country": "ES"}), (20, BEN, {})], "too few"),
        ([(15, ANA, {"country": "ES"}), (5, BEN, {"country": "ES"}), (20, KIM, {})], "a quarter went elsewhere"),
        (
            [(18, ANA, {"country": "ES"}), (2, BEN, {"country": "ES"}), (90, ANA, {}), (10, BEN, {})],
            "Ana gets all alike",
        ),
    ],
)
def test_what_is_no_rule(rows, why):
    assert mine(cases(*rows), [SPAIN], places=PLACES) == [], why


def test_with_one_rep_there_is_nothing_to_choose():
    given = cases((20, ANA, {"country": "ES"}), (20, ANA, {}))

    assert mine(given, [SPAIN], places={"rep": 1}) == []


def test_two_questions_only_where_one_does_not_do():
    given = cases(
        (12, ANA, {"country": "ES", "source": "fair"}),
        (9, BEN, {"country": "ES", "source": "web"}),
        (9, KIM, {"country": "FR", "source": "fair"}),
    )

    (found, *_rest) = mine(given, [SPAIN, FAIR], places=PLACES)

    assert told([found]) == [({"all": [SPAIN.tree, FAIR.tree]}, ANA, 12, 12)]
    alone = cases((12, ANA, {"country": "ES", "source": "fair"}), (9, BEN, {"source": "fair"}), (9, KIM, {}))
    assert told(mine(alone, [SPAIN, FAIR], places=PLACES)) == [(SPAIN.tree, ANA, 12, 12)]


def test_what_says_the_same_is_offered_once():
    given = cases((20, ANA, {"country": "ES", "source": "fair"}), (20, BEN, {}))

    assert told(mine(given, [SPAIN, FAIR], places=PLACES)) == [(SPAIN.tree, ANA, 20, 20)]


def test_chance_makes_no_rules():
    """200 desks at which everything was given by lot, with 40 things to ask: hardly ever is a rule found."""
    draw = random.Random(7)
    questions = [asks(field, value) for field in "abcdefgh" for value in range(5)]
    found = 0
    for _ in range(200):
        given = [
            Case({q: draw.randrange(5) for q in "abcdefgh"}, frozenset({draw.choice((ANA, BEN))})) for _ in range(60)
        ]
        found += bool(mine(given, questions, places={"rep": 2}))

    assert found <= 4


def test_the_tail_is_the_binomial_one():
    assert tail(18, 20, 0.5) == pytest.approx(211 / 2**20)
    assert tail(0, 5, 0.3) == pytest.approx(1)
    assert tail(FEWEST, FEWEST, 0.5) == 2**-FEWEST
