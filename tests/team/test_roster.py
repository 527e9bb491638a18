"""The roster grid: what a manager sees, what a change does and says, and that nobody overwrites another unseen."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reps import members, ramp
from reps.models import Group, Membership
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(client):
    ana, ben, kim = (make.rep(name) for name in ("Ana", "Ben", "Kim"))
    boss = make.user("Clara")
    weighted = [{"strategy": name} for name in ("availability", "capacity", "weighted")]
    dach = make.group("DACH", [ana, ben], steps=weighted)
    dach.managers.add(boss)
    other = make.group("Nordics", [kim])
    client.force_login(boss)
    return {"ana": ana, "ben": ben, "kim": kim, "dach": dach, "other": other, "boss": boss}


def row_of(team, name="ana"):
    return members.row_at(group=team["dach"], rep=team[name], now=timezone.now())


def url_of(team, name="ana", group="dach"):
    return reverse("team-member", args=[team[name].uid, team[group].uid])


def typed(row, go="save", **fields):
    terms = members.terms_of(row) if row else {"weight": 1, "tier": 1}
    kept = {name: value for name, value in terms.items() if value not in {None, False}}
    return kept | {"read": members.mark(row), "go": go} | fields


def test_a_manager_sees_the_reps_of_their_groups_only(client, team):
    page = client.get(reverse("team"))

    assert [row["rep"].name for row in page.context["rows"]] == ["Ana", "Ben"]
    assert [column["group"].name for column in page.context["columns"]] == ["DACH"]
    assert "2 reps in 1 group. 2 on duty now." in page.text
    assert "Nordics" not in page.text


def test_what_is_not_theirs_is_not_there(client, team):
    assert client.get(reverse("team"), {"open": team["kim"].uid}).status_code == 404
    assert client.get(reverse("team"), {"open": f"{team['ana'].uid}.{team['other'].uid}"}).status_code == 404
    assert client.post(url_of(team, group="other"), typed(None)).status_code == 404
    assert client.post(reverse("team-limit", args=[team["kim"].uid]), {"cap_open": 3}).status_code == 404
    client.force_login(team["ana"].user)
    assert client.get(reverse("team")).status_code == 403
    assert client.post(url_of(team), typed(row_of(team), weight=9)).status_code == 403
    assert row_of(team).weight == 1


def test_a_look_tells_everybodys_part_and_changes_nothing(client, team):
    page = client.post(url_of(team), typed(row_of(team), "look", weight=3, cap_day=8))

    assert "Ana 75 % instead of 50 %" in page.text
    assert "Ben 25 % instead of 50 %" in page.text
    assert "At most: 8 a day." in page.text
    assert Membership.objects.count() == 3
    assert row_of(team).weight == 1


def test_a_save_closes_the_row_and_opens_the_next(client, team):
    before = row_of(team)
    answer = client.post(url_of(team), typed(before, weight=3, tier=2, cap_open=5), follow=True)

    assert "Saved: Ana in DACH." in answer.text
    after = row_of(team)
    assert (after.weight, after.tier, after.cap_open) == (3, 2, 5)
    before.refresh_from_db()
    assert before.ends_at == after.starts_at
    assert before.weight == 1
    assert "Tiers do not count in DACH" in answer.text


def test_a_save_without_a_change_keeps_the_row(client, team):
    before = row_of(team).pk
    client.post(url_of(team), typed(row_of(team)))
    assert row_of(team).pk == before


def test_a_ramp_goes_on_with_the_new_weight(client, team):
    ramp.start(row=row_of(team), percents=[25, 50], days=7, now=timezone.now())
    client.post(url_of(team), typed(row_of(team), weight=4))

    rows = Membership.objects.filter(rep=team["ana"], ends_at=None) | Membership.objects.filter(
        rep=team["ana"], ends_at__gt=timezone.now()
    )
    assert [(row.percent, row.weight) for row in rows.order_by("starts_at")] == [(25, 4), (50, 4), (100, 4)]


def test_a_save_on_top_of_anothers_is_refused_and_told_and_then_taken(client, team):
    read = row_of(team)
    members.change(
        group=team["dach"], rep=team["ana"], read=members.mark(read), terms={"weight": 7}, now=timezone.now()
    )
    answer = client.post(url_of(team), typed(read, weight=2))

    assert answer.status_code == 422
    assert "Somebody changed this meanwhile: it is weight 7, tier 1." in answer.text
    assert row_of(team).weight == 7
    again = answer.context["opened"]["form"]
    assert again["weight"].value() == "2"
    client.post(url_of(team), typed(row_of(team), weight=2, read=again["read"].value()))
    assert row_of(team).weight == 2


@pytest.mark.parametrize(
    ("fields", "label", "says"),
    [
        ({"weight": ""}, "Weight", "This field is required."),
        ({"weight": "1001"}, "Weight", "less than or equal to 1000"),
        ({"tier": "0"}, "Tier", "greater than or equal to 1"),
        ({"cap_day": "-1"}, "Leads a day", "greater than or equal to 0"),
        ({"cap_hour": "x\x00y"}, "Leads an hour", "Enter a whole number."),
        ({"read": "x\x00"}, "", "Somebody changed this meanwhile"),
    ],
)
def test_what_is_wrong_is_named(client, team, fields, label, says):
    answer = client.post(url_of(team), typed(row_of(team)) | fields)

    assert answer.status_code == 422
    assert label in answer.text
    assert says in answer.text
    assert row_of(team).weight == 1


def test_weight_0_says_that_nothing_comes_and_nobody_left_says_so(client, team):
    assert "Ana keeps the place in DACH" in client.post(url_of(team), typed(row_of(team), "look", weight=0)).text
    client.post(url_of(team, "ben"), typed(row_of(team, "ben"), weight=0))
    page = client.post(url_of(team), typed(row_of(team), "look", weight=0))
    assert "Nobody gets leads of DACH any more." in page.text


def test_taken_out_ends_the_row_and_says_what_stays(client, team):
    make.publish(make.rule(team["dach"]))
    looked = client.post(url_of(team), typed(row_of(team), "look-out"))
    assert "Ben 100 % instead of 50 %" in looked.text
    assert row_of(team)
    answer = client.post(url_of(team), typed(row_of(team), "out"), follow=True)
    assert "Ana is out of DACH." in answer.text
    assert row_of(team) is None
    assert Membership.objects.filter(rep=team["ana"]).exclude(ends_at=None).exists()


def test_somebody_of_another_group_is_taken_in_by_name(client, team):
    answer = client.post(reverse("team-add"), {"who": "kim", "group": team["dach"].uid})
    assert answer.context["opened"]["rep"] == team["kim"]
    looked = client.post(url_of(team, "kim"), typed(None, "look", weight=2))
    assert "Kim 50 % instead of nothing" in looked.text
    client.post(url_of(team, "kim"), typed(None, weight=2))
    assert row_of(team, "kim").weight == 2
    assert client.post(url_of(team, "kim"), typed(None, weight=3)).status_code == 422  # a double click
    assert row_of(team, "kim").weight == 2


@pytest.mark.parametrize(
    ("who", "says"), [("Nobody", "No rep has this name"), ("Ana", "Ana is in DACH already."), ("", "is required")]
)
def test_who_cannot_be_taken_in_is_told_why(client, team, who, says):
    answer = client.post(reverse("team-add"), {"who": who, "group": team["dach"].uid})
    assert answer.status_code == 422
    assert says in answer.text


def test_two_of_one_name_are_told_apart_by_address(client, team):
    twin = make.rep("Kim")
    assert "Type the e-mail address" in client.post(reverse("team-add"), {"who": "Kim", "group": team["dach"].uid}).text
    found = client.post(reverse("team-add"), {"who": twin.user.email.upper(), "group": team["dach"].uid})
    assert found.context["opened"]["rep"] == twin


def test_a_membership_that_is_planned_is_not_run_over(client, team):
    later = timezone.now() + timedelta(days=3)
    make.join(team["dach"], team["kim"], starts_at=later, weight=5)
    client.post(url_of(team, "kim"), typed(None, weight=2))
    assert row_of(team, "kim").ends_at == later


def test_the_limit_over_all_groups_is_for_who_manages_all_of_them(client, team):
    url = reverse("team-limit", args=[team["ana"].uid])
    client.post(url, {"cap_open": 12})
    team["ana"].refresh_from_db()
    assert team["ana"].cap_open == 12
    stale = client.post(url, {"cap_open": 5})
    assert stale.status_code == 422
    assert "It is 12 now." in stale.text
    make.join(team["other"], team["ana"])
    assert client.post(url, {"cap_open": 5, "read": 12}).status_code == 404


def test_three_reps_cost_as_many_questions_as_one(client, team, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(reverse("team"))
    with CaptureQueriesContext(connection) as two:
        client.get(reverse("team"))
    for n in range(4):
        make.join(team["dach"], make.rep(f"More {n}"))
    more = Group.objects.create(name="More")
    more.managers.add(team["boss"])
    make.join(more, team["ana"])
    with django_assert_num_queries(len(two)):
        client.get(reverse("team"))


def test_filters_stay_when_a_change_is_saved(client, team):
    answer = client.post(f"{url_of(team)}?q=an&open=x", typed(row_of(team), weight=2))
    assert answer["Location"] == f"{reverse('team')}?q=an"
    assert [row["rep"].name for row in client.get(answer["Location"]).context["rows"]] == ["Ana"]


def test_ops_see_everybody_and_who_is_in_no_group(client, team):
    make.rep("Zoe")
    client.force_login(make.user("Odile", is_ops=True))
    page = client.get(reverse("team"))
    assert [row["rep"].name for row in page.context["rows"]] == ["Ana", "Ben", "Kim", "Zoe"]
