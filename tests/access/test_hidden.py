"""A rep reaches nothing of another's lead by any page or API; what waits in a blind pool is tried in tests/blind."""

import re

import pytest
from django.test import Client

from leads.models import LeadEvent
from routing import claim, handles, live
from tests import factories as make
from tests.blind import asked, inventory

pytestmark = [pytest.mark.blind, pytest.mark.django_db]

CANARY = "CANARY7Q"
LEAD = {
    "name": f"{CANARY} name",
    "company": f"{CANARY} company",
    "email": f"{CANARY}@canary7q.example",
    "phone": "+49 30 5550 7777",
    "message": f"{CANARY} message",
    "job_title": f"{CANARY} title",
    "city": f"{CANARY} city",
    "campaign": f"{CANARY} campaign",
    "product": f"{CANARY} product",
    "answers": {"why": f"{CANARY} answer"},
    "deal_size": 77771,
    "country": "DE",
    "industry": "Logistics",
}
# Ids and tokens are drawn, and hold any four digits now and then.
DRAWN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Za-z0-9_-]{32,}")
SECRETS = ("canary7q", "5550", "77771", "77,771")
ASKED = "?q=canary&source=canary&sort=private__email&ordering=email&format=json&fields=email&page=1&lead="


def crawl(client, lead, viewer):
    """Every route by GET, plain and by htmx, with and without questions: answers as (name, status, text)."""
    seen = []
    for name, path in asked.routes():
        if name.startswith("admin:") or name in inventory.ANYBODY.split():
            continue
        url = asked.fill(path, lead, viewer)
        for query in ("", ASKED + str(lead.uid)):
            for headers in ({}, {"HX-Request": "true"}):
                answer = client.get(url + query, headers=headers)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                told = body.decode("utf-8", "replace") + repr(sorted(answer.headers.items()))
                seen.append((name, answer.status_code, told))
    return seen


def leaks(seen):
    # The reader's own question may be shown again to the reader; nothing else may.
    own = ('value="canary"', "“canary”", "q=canary", "source=canary", "ordering=email")
    found = []
    for name, _status, told in seen:
        text = DRAWN.sub("", told).lower()
        for word in own:
            text = text.replace(word, "")
        found += [(name, secret) for secret in SECRETS if secret in text]
    return found


def signed_in(user):
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


@pytest.fixture
def blind_team(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    team = make.group("Pool", [ana, ben], pool="blind", steps=[{"strategy": "pool", "options": {"mode": "blind"}}])
    make.publish(make.rule(team, name="Pool"))
    return team, ana, ben


def test_the_crawl_sees_the_canary_where_it_may(blind_team):
    """Without this the tests below could pass because nothing is ever shown."""
    team, ana, _ben = blind_team
    make.arrive(**LEAD)
    live.route_ready(1)
    lead = claim.pull(group=team, rep=ana, by=ana.user)

    seen = crawl(signed_in(ana.user), lead, ana)

    assert {name for name, _secret in leaks(seen)} >= {"my-leads", "lead-show", "leads", "leads-csv", "api:lead-self"}
    assert {status for _name, status, _told in seen} <= {200, 204, 302, 400, 403, 404, 405}


def test_the_loser_of_a_claim_learns_nothing(blind_team):
    team, ana, ben = blind_team
    lead = make.arrive(**LEAD)
    live.route_ready(1)
    handle = handles.seal(viewer=ben.pk, lead=lead.pk)
    claim.pull(group=team, rep=ana, by=ana.user)

    answer = signed_in(ben.user).post(f"/pool/claim/{handle}/", headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert "Someone was faster" in answer.content.decode()
    assert leaks([("claim", 409, answer.content.decode())]) == []
    assert leaks(crawl(signed_in(ben.user), lead, ben)) == []


def test_another_reps_lead_is_not_there(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    team = make.group("DACH", [ana])
    make.join(team, ben, weight=0)
    make.publish(make.rule(team))
    lead = make.arrive(**LEAD)
    live.route_ready(1)
    client = signed_in(ben.user)

    assert leaks(crawl(client, lead, ben)) == []
    for path in ("touch", "note", "stage", "put-back", "return"):
        answer = client.post(
            f"/leads/{lead.uid}/{path}/", {"kind": "email", "text": "x", "stage": "won", "reason": "spam"}
        )
        assert answer.status_code == 404, path
    lead.refresh_from_db()
    assert (lead.owner, lead.responded_at, lead.events.count()) == (ana, None, 2)


def test_a_group_may_let_its_members_read_each_others_leads(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    team = make.group("DACH", [ana], visibility="group")
    make.join(team, ben, weight=0)
    make.publish(make.rule(team))
    lead = make.arrive(**LEAD)
    live.route_ready(1)
    client = signed_in(ben.user)

    assert client.get(f"/leads/{lead.uid}/").status_code == 200
    assert client.post(f"/leads/{lead.uid}/note/", {"text": "x"}).status_code == 404
    assert not LeadEvent.objects.filter(kind="opened").exists()


def test_a_manager_sees_their_own_groups_only(db):
    ana = make.rep("Ana")
    team, other = make.group("DACH", [ana]), make.group("Iberia")
    boss, stranger = make.user("Boss"), make.user("Stranger")
    team.managers.add(boss)
    other.managers.add(stranger)
    make.publish(make.rule(team))
    lead = make.arrive(**LEAD)
    live.route_ready(1)

    assert signed_in(boss).get(f"/leads/{lead.uid}/").status_code == 200
    assert leaks(crawl(signed_in(stranger), lead, ana)) == []
    answer = signed_in(stranger).post(f"/to-assign/{lead.uid}/", {"rep": str(ana.uid)})
    assert answer.status_code == 404


def test_a_rep_who_manages_a_blind_group_may_be_kept_blind(blind_team):
    team, ana, _ben = blind_team
    team.managers.add(ana.user)
    team.blind_for_managers = True
    team.save()
    lead = make.arrive(**LEAD)
    live.route_ready(1)

    assert leaks(crawl(signed_in(ana.user), lead, ana)) == []
