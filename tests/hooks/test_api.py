"""A client as Zapier writes one: auth test, sample, subscribe, receive, unsubscribe; and what it is refused."""

import pytest
from django.utils import timezone

from leads.hook_kinds import HookEvent
from leads.models import Hook, IdempotencyKey
from tests import factories as make
from tests.hooks.receiving import drain, hook, receiver, say

pytestmark = [pytest.mark.django_db, pytest.mark.contract]


class Zap:
    """Knows addresses, JSON and a key, and nothing of us."""

    def __init__(self, client, key):
        self.client, self.headers = client, {"authorization": f"Bearer {key}"}

    def get(self, path):
        return self.client.get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path, body, **headers):
        return self.client.post(
            f"/api/v1/{path}", body, content_type="application/json", headers={**self.headers, **headers}
        )

    def delete(self, path):
        return self.client.delete(f"/api/v1/{path}", headers=self.headers)


@pytest.fixture
def zap(client):
    _key, plain = make.key_and_secret("hooks")
    return Zap(client, plain)


def names(value):
    if not isinstance(value, dict):
        return None
    return {key: names(inner) for key, inner in value.items() if key not in {"answers", "attributes", "tracking"}}


def test_a_zap_subscribes_receives_what_the_sample_showed_and_unsubscribes(zap):
    label = zap.get("key/").json()
    made_up = zap.get("hooks/samples/lead.assigned/").json()
    rep = make.rep("Ana")
    lead = make.arrive(name="Ida Beck", answers={"Fleet": "40"})
    with receiver() as got:
        subscribed = zap.post("hooks/", {"url": got.url, "event": "lead.created"})
        hook_id = subscribed.json()["id"]
        say(lead)
        drain()
        sample = zap.get("hooks/samples/lead.created/").json()
        poll = zap.get("hooks/events/lead.created/").json()
        gone = zap.delete(f"hooks/{hook_id}/")
        say(lead, rep=rep.pk)
        drain()

    assert label["label"].endswith(": Test")
    assert subscribed.status_code == 201
    assert (len(made_up), made_up[0]["type"], made_up[0]["test"]) == (1, "lead.assigned", True)
    assert len(got.came) == 1
    assert names(got.bodies[0]) == names(sample[0]) == names(made_up[0])
    assert isinstance(poll, list)
    assert gone.status_code == 204
    assert zap.delete(f"hooks/{hook_id}/").status_code == 404
    assert zap.get("hooks/").json() == {"results": []}
    assert Hook.objects.get().secret == ""


@pytest.mark.parametrize("event", list(HookEvent))
def test_the_sample_of_every_event_has_the_same_names(zap, event):
    (sample,) = zap.get(f"hooks/samples/{event.value}/").json()

    assert sample["type"] == event.value
    assert names(sample) == names(zap.get("hooks/samples/lead.created/").json()[0])


def test_polls_are_arrays_newest_first_by_ids_that_are_those_of_the_hook(client):
    pytest.importorskip("standardwebhooks")
    _key, plain = make.key_and_secret("hooks")
    zap = Zap(client, plain)
    poll = zap.get("hooks/events/lead.created/?after=")

    assert poll.status_code == 200
    assert 'rel="next"' in poll["Link"]
    assert zap.get("hooks/events/lead.created/?after=x").json()["errors"][0]["field"] == "after"
    assert zap.get("hooks/events/lead.nothing/").status_code == 404
    assert zap.get("hooks/events/lead.created/?page=2").status_code == 400


def test_a_key_unsubscribes_only_what_it_subscribed_itself(client, zap):
    _key, plain = make.key_and_secret("hooks")
    other = Zap(client, plain)
    made_by_hand, _secret = hook("https://127.0.0.1/hook")
    own = zap.post("hooks/", {"url": "https://127.0.0.1/zap", "event": "lead.created"}).json()["id"]

    assert [other.delete(f"hooks/{uid}/").status_code for uid in (own, made_by_hand.uid)] == [404, 404]
    assert zap.delete(f"hooks/{made_by_hand.uid}/").status_code == 404
    assert zap.delete(f"hooks/{own}/").status_code == 204
    assert set(Hook.objects.values_list("pk", "active")) >= {(made_by_hand.pk, True)}


def test_the_same_subscription_sent_twice_is_one(zap):
    with receiver() as got:
        body = {"url": got.url, "events": ["lead.won", "lead.lost"], "name": "CRM"}
        first = zap.post("hooks/", body, **{"idempotency-key": "once"})
        second = zap.post("hooks/", body, **{"idempotency-key": "once"})

    assert first.json() == second.json()
    assert first.json()["secret"].startswith("whsec_")
    assert Hook.objects.count() == 1
    assert "whsec_" not in str(IdempotencyKey.objects.values().get()), "the secret is not stored in plain"
    assert "secret" not in zap.get("hooks/").json()["results"][0]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://169.254.169.254/", "event": "lead.won"}, "url"),
        ({"url": "https://user:pw@example.net/", "event": "lead.won"}, "url"),
        ({"event": "lead.won"}, "url"),
        ({"url": "https://example.net/", "event": "lead.nothing"}, "event"),
        ({"url": "https://example.net/"}, "events"),
        ({"url": "https://example.net/", "events": []}, "events"),
        ({"url": "https://example.net/", "event": "lead.won", "secret": "mine"}, "secret"),
        ({"url": "https://example.net/", "event": "lead.won", "unseen_by_reps": True}, "unseen_by_reps"),
        ({"url": "https://example.net/", "event": "lead.won", "group": "x"}, "group"),
        ({"url": "https://example.net/", "event": "lead.won", "name": "a\x00b"}, "name"),
        ([], "body"),
    ],
)
def test_a_wrong_subscription_is_refused_by_name(zap, body, field):
    answer = zap.post("hooks/", body)

    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json().get("errors", [{"field": "body"}])}
    assert not Hook.objects.exists()


def test_a_key_without_the_scope_and_people_are_refused(client):
    _key, plain = make.key_and_secret("leads:read")
    other = Zap(client, plain)

    assert other.get("hooks/").status_code == 403
    assert other.post("hooks/", {"url": "https://example.net/", "event": "lead.won"}).status_code == 403
    assert other.get("key/").json()["scopes"] == ["leads:read"]
    assert client.get("/api/v1/hooks/").status_code == 401
    client.force_login(make.user("Ops", is_ops=True))
    assert client.get("/api/v1/hooks/").status_code == 403
    assert timezone.now()
