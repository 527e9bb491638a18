"""Who covers what: overlaps and holes by name, the form with its areas, and that nobody overwrites another unseen."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from reps.models import Territory, TerritoryCover
from routing.coverage import market
from routing.engine.world import Area, AreaKind
from routing.engine.world import Territory as Part
from tests import factories as make

pytestmark = pytest.mark.django_db
EMPTY = {f"area-{part}": "" for part in ("countries", "names", "low", "high", "industries", "segments")}


@pytest.fixture
def team(client):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    boss = make.user("Clara")
    dach = make.group("DACH", [ana, ben])
    dach.managers.add(boss)
    other = make.group("Nordics", [make.rep("Kim")])
    client.force_login(boss)
    return {"ana": ana, "ben": ben, "dach": dach, "other": other}


def territory(name, group, *reps, **area):
    made = Territory.objects.create(name=name, group=group, market=[area])
    for rep in reps:
        TerritoryCover.objects.create(territory=made, rep=rep, starts_at=timezone.now() - timedelta(days=9))
    return made


def postal(low, high, *countries):
    return Area(AreaKind.POSTAL, countries=frozenset(countries), low=low, high=high)


def typed(team, **fields):
    return {
        "name": "Berlin",
        "group": team["dach"].uid,
        "reps": [team["ana"].uid],
        "read": "new",
        "area-kind": "postal",
        **EMPTY,
        "area-countries": "Germany",
        "area-low": "10115",
        "area-high": "10999",
        "go": "save",
    } | fields


@pytest.mark.parametrize(
    ("one", "two", "both"),
    [
        (postal("10115", "10999", "DE"), postal("10", "10", "DE"), ("10115", "10999")),
        (postal("80", "85", "DE"), postal("853", "87", "DE"), ("853", "85")),
        (postal("80", "85", "DE"), postal("86", "87", "DE"), None),
        (postal("80", "85", "DE"), postal("80", "85", "AT"), None),
        (postal("80", "85"), postal("80", "85", "AT"), ("80", "85")),
    ],
)
def test_postal_ranges_overlap_as_the_rules_read_them(one, two, both):
    parts = [Part(1, 1, (one,), frozenset({1})), Part(2, 1, (two,), frozenset({2}))]
    found = market.overlaps(parts)

    assert [(o.area.low, o.area.high) for o in found] == ([both] if both else [])
    codes = [f"{n:05}" for n in range(100_000)]
    facts = [
        {"country": land, "postal_code": code} for land in ("DE", "AT") for code in codes[::7] + codes[10100:11000]
    ]
    assert any(one.covers(lead) and two.covers(lead) for lead in facts) == bool(both)


def test_the_same_reps_or_nobody_are_no_overlap():
    land = Area(AreaKind.COUNTRY, countries=frozenset({"DE"}))
    for reps, groups in (((1, 1), (1, 1)), ((1, None), (1, 2))):
        parts = [
            Part(n, g, (land,), frozenset({r} if r else ())) for n, (r, g) in enumerate(zip(reps, groups, strict=True))
        ]
        assert market.overlaps(parts) == []


def test_overlaps_are_named_with_what_follows(client, team):
    territory("Mitte", team["dach"], team["ana"], kind="postal", countries=["DE"], low="10115", high="10999")
    territory("Berlin", team["dach"], team["ben"], kind="postal", countries=["DE"], low="10", high="14")
    territory("North", team["other"], team["ben"], kind="country", countries=["DK"])
    territory("Jutland", team["dach"], team["ana"], kind="country", countries=["DK"])
    page = client.get(reverse("territories"))

    assert "Ana (Mitte) and Ben (Berlin) both cover Germany 10115-10999: they share its leads." in page.text
    assert "Ben (North) and Ana (Jutland) both cover Denmark, in different groups" in page.text
    assert [row["territory"].name for row in page.context["rows"]] == ["Berlin", "Jutland", "Mitte"]


def test_holes_are_named_by_country_and_by_part(client, team):
    territory("Germany", team["dach"], team["ana"], kind="country", countries=["DE"])
    territory("Lyon", team["dach"], team["ben"], kind="postal", countries=["FR"], low="69", high="69")
    territory("Iberia", team["dach"], kind="country", countries=["PT", "ES"])
    for country, code in (("DE", "10115"), ("FR", "69001"), ("FR", "75001"), ("PT", "1000"), ("PT", "2000")):
        make.arrive(country=country, postal_code=code)
    old = make.arrive(country="BR")
    Lead.objects.filter(pk=old.pk).update(arrived_at=timezone.now() - timedelta(days=31))
    page = client.get(reverse("territories"))

    (europe,) = [part for part in page.context["tree"] if part["name"] == "Europe"]
    assert (europe["holes"], europe["overlaps"]) == (2, 0)
    assert [c["name"] for c in europe["countries"] if c["wrong"]] == ["France", "Portugal"]
    assert page.context["problems"]["holes"] == [
        "No rep covers Portugal: 2 leads came from there in the last 30 days. The territory Iberia has no rep.",
        "France is covered in parts: 1 of 2 leads of the last 30 days fits no rep's territory.",
    ]


def test_world_covers_all_and_no_territory_is_no_problem(client, team):
    make.arrive(country="PT")
    assert client.get(reverse("territories")).context["problems"]["holes"] == []
    territory("Rest", team["dach"], team["ana"], kind="world")
    assert client.get(reverse("territories")).context["problems"]["holes"] == []


def test_a_territory_is_made_and_its_covers_change_by_rows(client, team):
    assert client.post(reverse("territory-new"), typed(team)).status_code == 302
    made = Territory.objects.get()
    assert made.market == [{"kind": "postal", "countries": ["DE"], "low": "10115", "high": "10999"}]
    url = reverse("territory", args=[made.uid])
    read = client.get(url).context["form"]["read"].value()
    client.post(url, typed(team, reps=[team["ben"].uid], read=read, name="Berlin city"))
    covers = TerritoryCover.objects.order_by("starts_at", "pk")
    assert [(row.rep.name, row.ends_at is None) for row in covers] == [("Ana", False), ("Ben", True)]
    stale = client.post(url, typed(team, read=read))
    assert stale.status_code == 422
    assert "Now it is Berlin city, covers Germany 10115-10999, and stands with Ben." in stale.text
    assert client.post(url, typed(team, read=stale.context["form"]["read"].value())).status_code == 302
    read = client.get(url).context["form"]["read"].value()
    client.post(url, {"go": "remove", "read": read})
    assert not Territory.objects.get().active
    assert not TerritoryCover.objects.at(timezone.now()).exists()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "This field is required."),
        ({"area-countries": "Atlantis"}, "Countries: “Atlantis” is not known."),
        ({"area-low": "", "area-high": ""}, "From: fill this in."),
        ({"area-high": "09"}, "Until comes before from."),
        ({"area-kind": "country"}, "From and until belong to postal codes only."),
        ({"area-kind": ""}, "Choose what kind of area this is"),
        ({"area-kind": "moon"}, "Kind: choose one of the list."),
        ({"area-names": "Bayern"}, "Names belong to regions and cities only."),
        ({"area-kind": "", "area-countries": "", "area-low": "", "area-high": ""}, "at least one area"),
        ({"group": "x"}, "Select a valid choice"),
        ({"reps": ["x\x00"]}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_named_and_kept(client, team, fields, says):
    answer = client.post(reverse("territory-new"), typed(team, **fields))
    assert answer.status_code == 422
    assert says in answer.text
    assert not Territory.objects.exists()


def test_two_of_one_name_are_refused(client, team):
    territory("Berlin", team["other"], kind="world")
    assert "Another territory has this name." in client.post(reverse("territory-new"), typed(team)).text


def test_what_is_not_theirs_is_not_there(client, team):
    foreign = territory("North", team["other"], kind="world")
    url = reverse("territory", args=[foreign.uid])
    assert client.get(url).status_code == 404
    assert client.post(url, {"go": "remove", "read": ""}).status_code == 404
    assert client.post(reverse("territory-new"), typed(team, group=team["other"].uid)).status_code == 422
    client.force_login(team["ana"].user)
    assert client.get(reverse("territories")).status_code == 403
    assert client.get(reverse("territory-new")).status_code == 403


def test_more_rows_keep_what_was_typed(client, team):
    page = client.post(reverse("territory-new"), typed(team, go="more", name=""))
    assert [area["low"] for area in page.context["areas"]] == ["10115", "", "", ""]
    assert page.status_code == 200


def test_three_territories_cost_as_many_questions_as_one(client, team, django_assert_num_queries):
    territory("A", team["dach"], team["ana"], kind="city", countries=["FR"], names=["Lyon"])
    make.arrive(country="FR")
    client.get(reverse("territories"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("territories"))
    for name in "BC":
        territory(name, team["dach"], team["ben"], kind="city", countries=["PT"], names=[name])
        make.arrive(country="PT")
    with django_assert_num_queries(len(one)):
        client.get(reverse("territories"))
