"""What each rep can: set in place, with the past kept, and nobody overwritten unseen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from reps import skills
from reps.models import RepSkill, Skill
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(client):
    found = make.rep("Ana")
    boss = make.user("Clara")
    make.group("DACH", [found]).managers.add(boss)
    client.force_login(boss)
    return found


def save(client, rep, *chosen, read=None, **fields):
    read = skills.mark(rep, now=timezone.now()) if read is None else read
    return client.post(
        reverse("team-skill", args=[rep.uid]),
        {"skill": [f"{skill.kind}:{skill.value}" for skill in chosen], "read": read, **fields},
    )


def held(rep):
    return [str(row.skill) for row in RepSkill.objects.at(timezone.now()).filter(rep=rep).order_by("skill__value")]


def test_skills_are_added_dropped_and_kept_in_the_past(client, ana):
    save(client, ana, kind="language", value="de")
    de = Skill.objects.get()
    save(client, ana, de, kind="Language", value="DE")
    assert held(ana) == ["language: de"]
    save(client, ana, kind="language", value="fr")
    assert held(ana) == ["language: fr"]
    assert RepSkill.objects.filter(skill=de).exclude(ends_at=None).count() == 1
    page = client.get(reverse("team-skills"), {"open": ana.uid})
    assert "language: fr" in page.text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"value": "de"}, "Say what kind of skill it is"),
        ({"kind": "language"}, "Say which"),
        ({"kind": "two words", "value": "x"}, "Enter a valid"),
        ({"kind": "l" * 41, "value": "x"}, "at most 40 signs"),
        ({"kind": "k", "value": "v" * 81}, "at most 80 signs"),
    ],
)
def test_what_is_wrong_is_named(client, ana, fields, says):
    answer = save(client, ana, **fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert not Skill.objects.exists()


def test_a_save_on_top_of_anothers_is_refused_and_told(client, ana):
    read = skills.mark(ana, now=timezone.now())
    save(client, ana, kind="language", value="de")
    answer = save(client, ana, read=read, kind="product", value="crm")
    assert answer.status_code == 422
    assert "Now it is: language: de." in answer.text
    assert held(ana) == ["language: de"]
    save(client, ana, read=answer.context["opened"]["read"], kind="product", value="crm")
    assert held(ana) == ["product: crm"]


def test_what_is_not_theirs_is_not_there(client, ana):
    kim = make.rep("Kim")
    assert save(client, kim, kind="language", value="da").status_code == 404
    assert client.get(reverse("team-skills"), {"open": kim.uid}).status_code == 404
    assert client.get(reverse("team-skills"), {"open": "x"}).status_code == 200
    client.force_login(ana.user)
    assert client.get(reverse("team-skills")).status_code == 403
    assert save(client, ana, kind="language", value="da").status_code == 403


def test_three_reps_cost_as_many_questions_as_one(client, ana, django_assert_num_queries):
    save(client, ana, kind="language", value="de")
    client.get(reverse("team-skills"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("team-skills"))
    asked = len(one)
    group = ana.memberships.get().group
    for n in range(2):
        other = make.rep(f"Rep {n}")
        make.join(group, other)
        save(client, other, kind="language", value="de")
    with django_assert_num_queries(asked):
        client.get(reverse("team-skills"))
