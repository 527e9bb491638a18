"""A claim bot and an export loop: stopped in words, and the people who answer for it are told, once an hour."""

import logging

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from leads import dispatch
from leads.models import Delivery, Export, Lead
from reps.models import Rep
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db
POOL = [{"strategy": "pool", "options": {"mode": "blind"}}]


@pytest.fixture
def ana(db):
    return make.rep("Ana")


@pytest.fixture
def team(ana):
    made = make.group("Pool", [ana, make.rep("Ben")], pool="blind", steps=POOL)
    made.managers.add(make.user("Mona"))
    make.publish(make.rule(made, name="Pool"))
    make.arrive(6)
    live.route_ready(1)
    return made


def signed_in(user, **more):
    client = Client(**more)
    client.force_login(user)
    return client


def pull(client, team, **headers):
    return client.post(f"/pool/{team.uid}/pull/", headers=headers)


def test_a_bot_gets_no_more_than_a_person_could(limit, clock, ana, team):
    limit(claims="3/min")
    client = signed_in(ana.user)

    answers = [pull(client, team) for _n in range(20)]

    assert [a.status_code for a in answers] == [200] * 3 + [429] * 17
    assert Lead.objects.filter(owner=ana).count() == 3
    assert answers[3]["Retry-After"] == "60"
    said = answers[3].content.decode()
    assert "That was too many tries in one minute." in said
    assert "Pull next lead" not in said
    clock.now += 60
    assert pull(client, team).status_code == 200


def test_a_fragment_says_so_too(limit, ana, team):
    limit(claims="1/min")
    client = signed_in(ana.user)
    htmx = {"HX-Request": "true"}
    pull(client, team, **htmx)

    refused = pull(client, team, **htmx)

    assert refused.status_code == 429
    assert "too many tries" in refused.content.decode()
    assert "<html" not in refused.content.decode()
    assert "too many tries" in client.get(f"/pool/?group={team.uid}").content.decode()
    assert "too many tries" not in signed_in(Rep.objects.get(user__name="Ben").user).get("/pool/").content.decode()


GUESSES = ["a", "A" * 300, "..", "00000000-0000-4000-8000-000000000000", "eyJ0", "%00"]


def test_guessed_handles_count_like_any_try(limit, ana, team):
    limit(claims="4/min")
    client = signed_in(ana.user)

    codes = [client.post(f"/pool/claim/{handle}/", {"group": str(team.uid)}).status_code for handle in GUESSES]

    assert codes == [409] * 4 + [429] * 2
    assert not Lead.objects.filter(owner=ana).exists()


def test_the_managers_of_the_pool_are_told_once_an_hour(limit, clock, ana, team):
    limit(claims="1/min")
    make.user("Otto", is_ops=True)
    client = signed_in(ana.user)

    for _n in range(10):
        pull(client, team)
    clock.now += 60
    for _n in range(10):
        pull(client, team)
    dispatch.drain(now=timezone.now())

    told = Delivery.objects.filter(event="many_claims")
    assert {row.user.name for row in told} == {"Mona"}
    assert sorted(told.values_list("channel", flat=True)) == ["email", "in_app"]
    (sent,) = [m for m in mail.outbox if "claims" in m.subject]
    assert sent.subject == "Ana claims faster than people do"
    assert "often in a minute than allowed" in sent.body
    assert "/board/" in sent.body
    mona = team.managers.get()
    assert "Somebody claims faster than people do" in signed_in(mona).get("/my-leads/counts/")["HX-Trigger"]


# Files.


@pytest.fixture
def ops(db):
    return make.user("Otto", is_ops=True)


FILES = ["/leads/export.csv", "/reports/export.csv", "/imports/export/accounts.csv", "/imports/export/territories.csv",
         "/imports/export/reps.csv"]  # fmt: skip
WHAT = {"leads", "reports", "accounts", "territories", "reps", "rep_report"}


def read(answer):
    return b"".join(answer) if answer.streaming else answer.content


def test_every_file_is_kept_with_its_rows(ops, ana, team, caplog):
    make.account("Acme", domain="acme.example")
    caplog.set_level(logging.INFO, logger="leads.exports")
    client = signed_in(ops)

    rows = {}
    for path in [*FILES, f"/reports/{ana.uid}/export.csv"]:
        answer = client.get(path)
        assert answer.status_code == 200, path
        made = Export.objects.latest("pk")
        assert made.by == ops
        assert made.rows == len(read(answer).decode("utf-8-sig").strip().splitlines()) - 1, path
        rows[made.what] = made.rows

    assert set(rows) == WHAT
    assert (rows["leads"], rows["reps"], rows["accounts"]) == (6, 2, 1)
    assert f"user {ops.pk} takes out leads, 6 rows" in caplog.messages


def test_a_question_for_the_head_alone_takes_nothing_out(limit, ops):
    limit(exports="1/h")

    for path in FILES:
        assert signed_in(ops).head(path).status_code == 200

    assert not Export.objects.exists()


@pytest.mark.parametrize("path", FILES)
def test_a_loop_of_exports_is_stopped_in_words(limit, clock, ops, path):
    limit(exports="2/h")
    client = signed_in(ops)

    answers = [client.get(f"{path}?n={n}") for n in range(5)]

    assert [a.status_code for a in answers] == [200, 200, 429, 429, 429]
    said = answers[2].content.decode()
    assert "At most 2 files an hour can be taken out." in said
    assert "Try again in 60 minutes." in said
    assert answers[2]["Retry-After"] == "3600"
    assert Export.objects.count() == 2
    clock.now += 3600
    assert client.get(path).status_code == 200


def test_other_tables_are_no_way_round_and_others_are_not_stopped(limit, ops):
    limit(exports="2/h")
    codes = [signed_in(ops).get(path).status_code for path in FILES]

    assert codes == [200, 200, 429, 429, 429]
    assert signed_in(make.user("Ada", is_superuser=True)).get(FILES[0]).status_code == 200


def test_a_leaving_rep_is_noticed_by_ops_and_admins_once(limit, ana, ops):
    limit(exports="1/h")
    make.user("Ada", is_superuser=True)
    make.user("Mona")
    client = signed_in(ana.user)

    for n in range(6):
        client.get(f"/leads/export.csv?q={n}")
    dispatch.drain(now=timezone.now())

    told = Delivery.objects.filter(event="many_exports", channel="email")
    assert sorted(row.user.name for row in told) == ["Ada", "Otto"]
    assert [m.subject for m in mail.outbox] == ["Ana takes out many files"] * 2
    assert "/admin/leads/export/" in mail.outbox[0].body
    assert signed_in(make.user("Bea", is_superuser=True)).get("/admin/leads/export/").status_code == 200


def test_who_may_not_take_it_out_uses_nothing_up_and_leaves_no_row(limit, ana):
    limit(exports="9/h")

    assert [signed_in(ana.user).get(path).status_code for path in FILES[1:]] == [403] * 4

    assert not Export.objects.exists()
