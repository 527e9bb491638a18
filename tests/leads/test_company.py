"""Company names in one spelling, and how alike two are: legal forms fall away, a missing word is never forgiven."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.company import alike, key_of


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Müller & Söhne GmbH & Co. KG", "muller sohne"),
        ("Müller GmbH&Co.KG", "muller"),
        ("ACME, Inc.", "acme"),
        ("Acme  S.A.", "acme"),
        ("Acme B.V.", "acme"),
        ("Acme SpA", "acme"),
        ("Acme S.p.A.", "acme"),
        ("Bar Pty. Ltd.", "bar"),
        ("Foo sp. z o.o.", "foo"),
        ("Foo Oy", "foo"),
        ("AB Volvo", "volvo"),
        ("Volvo AB", "volvo"),
        ("Tiffany & Co.", "tiffany"),
        ("I.B.M. Corp.", "ibm"),
        ("O'Reilly Media LLC", "oreilly media"),
        ("Ørsted A/S", "orsted"),
        ("Delta Air Lines, Inc.", "delta air lines"),
        ("日本電気", "日本電気"),
        ("AG", "ag"),
        ("...", ""),
    ],
)
def test_a_name_has_one_spelling(name, key):
    assert key_of(name) == key


@given(st.text(max_size=60))
@pytest.mark.property
def test_the_spelling_of_a_spelling_is_itself_or_shorter_and_never_fails(name):
    key = key_of(name)

    assert len(key) <= 200
    assert key == " ".join(key.split())
    assert len(key_of(key).split()) <= len(key.split())


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        ("acme", "acme", 100),
        ("delta", "delta air lines", 16),
        ("delta air lines", "air lines delta", 99),
        ("face book", "facebook", 98),
        ("microsoft", "microsft", 94),
        ("muller", "mueller", 92),
        ("alstom", "alston", 83),
        ("deutsche bank hamburg", "deutsche bank homburg", 85),
        ("deutsche telekom", "deutsche telekom it", 60),
        ("studio 54", "studio 55", 50),
        ("", "", 0),
    ],
)
def test_how_alike_two_names_are(one, other, score):
    assert alike(one, other) == alike(other, one) == score


@given(st.text("abc ", min_size=1, max_size=20), st.text("abc ", min_size=1, max_size=20))
@pytest.mark.property
def test_likeness_is_the_same_both_ways_and_whole_only_for_the_same(one, other):
    left, right = key_of(one), key_of(other)

    assert 0 <= alike(left, right) == alike(right, left) <= 100
    assert (alike(left, right) == 100) is (left == right != "")
