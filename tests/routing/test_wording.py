"""Conditions in words: languages and countries by name, many countries by where they are, and no field asked twice."""

import pytest

from leads.conditions import parse
from leads.conditions.fields import catalogue
from leads.conditions.regions import REGIONS
from routing import wording
from routing.wording.conditions import countries_say


def says(*leaves, junction="any"):
    asked = [dict(zip(("field", "operator", "value"), leaf, strict=True)) for leaf in leaves]
    return wording.condition_text(parse({junction: asked} if asked[1:] else asked[0], catalogue()))


@pytest.mark.parametrize(
    ("leaves", "text"),
    [
        ([("language", "one_of", ["de", "pt-br"])], "Language is one of German, Brazilian Portuguese"),
        ([("language", "is", "tlh")], "Language is tlh"),
        (
            [("job_title", "contains", "student"), ("job_title", "contains", "intern")],
            "Job title contains student or intern",
        ),
        (
            [("job_title", "contains", "student"), ("company", "contains", "school")],
            "Job title contains student or Company contains school",
        ),
        (
            [("country", "is", "DE"), ("country", "is_not", "AT"), ("country", "is", "CH")],
            "Country is Germany or Country is not Austria or Country is Switzerland",
        ),
    ],
)
def test_what_is_asked_reads_as_people_say_it(leaves, text):
    assert says(*leaves) == text


def test_few_countries_are_read_as_they_were_chosen():
    assert says(("country", "one_of", ["DE", "AT", "CH"])) == "Country is one of Germany, Austria, Switzerland"


def test_many_countries_are_told_by_where_they_are_and_none_is_left_out():
    chosen = ["DE", "AT", "PL", "CZ", "HU", "JP", "BR", "AQ"]
    assert countries_say(chosen) == (
        "5 countries of Europe: Austria, Czechia, Germany, Hungary, Poland; Antarctica, Brazil, Japan"
    )
    assert countries_say(["BENELUX", *chosen[:5]]).startswith("Benelux; 5 countries of Europe: ")


def test_a_whole_region_goes_by_its_name():
    assert countries_say(sorted(REGIONS["EU"])) == "EU (27 countries)"
