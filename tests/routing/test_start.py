"""Start: from one form to shared leads, for each of the five kinds of team; what is wrong is told beside its field."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from leads.models import Lead, WebForm
from reps.models import Group, Invitation, Pause, Rep, User
from routing import live, rulesets, start
from tests import factories as make

pytestmark = pytest.mark.django_db
PEOPLE = [("Ana Ruiz", "ana@team.example", "Spain, PT", "example.net"), ("Ben Ode", "ben@team.example", "", "")]


@pytest.fixture
def ops(client):
    user = make.user("Odile", is_ops=True)
    client.force_login(user)
    return user


def sent(shape, people=PEOPLE, **more):
    found = {"respond_within": "15", "hours": "always", "time_zone": "Europe/Berlin", "team0": "Inside sales"}
    for n, _team in enumerate(start.SHAPES[shape].teams):
        found |= {f"people{n}-TOTAL_FORMS": "5", f"people{n}-INITIAL_FORMS": "0", f"team{n}": f"Group {n}"}
        for row, (name, email, countries, domains) in enumerate(people):
            found |= {f"people{n}-{row}-name": name, f"people{n}-{row}-email": email}
            found |= {f"people{n}-{row}-countries": countries, f"people{n}-{row}-domains": domains}
    if shape == "groups":
        found |= {"split": "size", "employees": "200"}
    return {**found, **more}


def arrive(**fields):
    lead = make.arrive(**fields)
    while live.route_ready(1).count:
        pass
    return Lead.objects.get(pk=lead.pk)


@pytest.mark.parametrize("shape", start.SHAPES)
def test_each_kind_of_team_shares_leads_after_one_form(client, ops, shape):
    answer = client.post(f"/start/{shape}/", sent(shape))

    assert (answer.status_code, answer.headers["Location"]) == (302, "/start/")
    assert Rep.objects.count() == 2
    assert rulesets.published(1).n == 1
    lead = arrive(country="FR", employees=20)
    assert lead.state == ("pooled" if shape == "pool" else "assigned")
    page = client.get("/start/").content.decode()
    assert str(WebForm.objects.get().uid) in page
    assert "Group 0" in page


def test_leads_of_a_country_go_to_who_covers_it_and_the_rest_to_who_named_none(client, ops):
    client.post("/start/territories/", sent("territories"))

    assert {arrive(country=code).owner.name for code in ("ES", "PT")} == {"Ana Ruiz"}
    assert arrive(country="JP").owner.name == "Ben Ode"


def test_leads_of_an_owned_company_go_to_its_owner(client, ops):
    client.post("/start/accounts/", sent("accounts"))

    assert {arrive(email=f"p{n}@example.net").owner.name for n in range(3)} == {"Ana Ruiz"}


@pytest.mark.parametrize(
    ("more", "fits", "fits_not"),
    [
        ({"split": "size", "employees": "500"}, {"employees": 500}, {"employees": 499}),
        ({"split": "countries", "countries": "Norway, SE"}, {"country": "SE"}, {"country": "DE"}),
    ],
)
def test_two_groups_are_told_apart(client, ops, more, fits, fits_not):
    client.post("/start/groups/", sent("groups", **more))

    assert (arrive(**fits).group.name, arrive(**fits_not).group.name) == ("Group 0", "Group 1")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"people0-0-email": ""}, "they are told of their leads there"),
        ({"people0-0-name": ""}, "Write their name."),
        ({"people0-0-email": "no address"}, "valid email"),
        ({"people0-1-email": "ana@team.example"}, "stands here twice"),
        ({"respond_within": "0"}, "greater than or equal to 1"),
        ({"respond_within": "soon"}, "whole number"),
        ({"time_zone": "Mars/Base"}, "Mars/Base"),
        ({"hours": "never"}, "never"),
        ({"people0-TOTAL_FORMS": "x"}, "did not arrive"),
        ({"people0-0-countries": "Atlantis"}, "We know no country “Atlantis”"),
        ({"team0": ""}, "required"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(client, ops, more, says):
    answer = client.post("/start/territories/", sent("territories", **more))

    assert answer.status_code == 200
    assert says in answer.content.decode().replace("&quot;", '"')
    assert not Rep.objects.exists()
    assert not Group.objects.exists()


def test_companies_are_read_however_they_are_written(client, ops):
    people = [("Ana", "ana@team.example", "", "https://www.Example.net/; example.org"), ("B", "b@team.example", "", "")]
    people[1] = (*people[1][:3], "?")
    answer = client.post("/start/accounts/", sent("accounts", people))
    assert "“?” is no address of a website" in answer.content.decode()

    people[1] = ("B", "b@team.example", "", "")
    client.post("/start/accounts/", sent("accounts", people))

    assert arrive(email="x@example.net").owner.name == "Ana"


def test_it_happens_once(client, ops):
    client.post("/start/small/", sent("small"))
    assert client.post("/start/small/", sent("small")).headers["Location"] == "/start/"

    assert (Group.objects.count(), WebForm.objects.count()) == (1, 1)


def test_the_first_person_may_be_who_does_it_and_keeps_their_password(client, ops):
    before = User.objects.get(pk=ops.pk).password
    row = client.get("/start/small/").context["teams"][0][1].forms[0]
    assert row.initial == {"name": ops.name, "email": ops.email}

    client.post("/start/small/", sent("small", [(ops.name, ops.email, "", ""), PEOPLE[1]], invite="on"))

    assert Rep.objects.filter(user=ops).exists()
    assert User.objects.get(pk=ops.pk).password == before
    assert [m.to for m in mail.outbox] == [["ben@team.example"]]


def test_who_was_named_comes_by_the_link_and_is_the_rep_that_got_leads_meanwhile(client, ops):
    client.post("/start/small/", sent("small", PEOPLE[:1], invite="on"))
    lead = arrive()
    (link,) = [word for word in mail.outbox[0].body.split() if "/invitation/" in word]
    path = "/" + link.split("/", 3)[3]

    newcomer = Client()
    newcomer.post(path, {"name": "Ana R.", "password": "a-long-and-odd-phrase-2026"})

    assert Invitation.objects.get().used_at is not None
    assert Rep.objects.get().user.name == "Ana R."
    assert str(lead.uid) in newcomer.get("/my-leads/").content.decode()


def test_a_test_lead_shows_who_got_it_and_why(client, ops):
    client.post("/start/small/", sent("small", PEOPLE[:1]))

    answer = client.post("/start/test/")
    while live.route_ready(1).count:
        pass
    page = client.get(answer.headers["Location"]).content.decode()

    assert "Ana Ruiz has it." in page
    assert Lead.objects.get().kind == "test"


def test_where_nobody_is_on_duty_it_says_who_would_have_got_it(client, ops):
    client.post("/start/small/", sent("small", PEOPLE[:1]))
    now = timezone.now()
    Pause.objects.create(
        rep=Rep.objects.get(), starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(minutes=5)
    )
    client.post("/start/test/")
    lead = Lead.objects.get()
    while live.route_ready(1).count:
        pass

    page = client.get(f"/start/?lead={lead.uid}").content.decode()

    assert Lead.objects.get().owner is None
    assert "Nobody is on duty for it right now." in page
    assert "Had it come on" in page
    assert "Ana Ruiz" in page


def test_only_ops_and_admins_start(client):
    client.force_login(make.rep("Ana").user)

    assert client.get("/start/").status_code == 403
    assert client.post("/start/small/", sent("small")).status_code == 403


def test_an_empty_installation_leads_there(client, ops):
    assert client.get("/board/").headers["Location"] == "/start/"
    assert client.get("/start/?lead=nonsense").status_code == 200
    assert client.get("/start/nonsense/").status_code == 404
