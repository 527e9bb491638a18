"""What came through a connection: seen with its reason, run again, hidden where it is blind."""

import pytest
from django.urls import reverse

from leads.models import Inbound, Lead, LeadPrivate
from routing import live
from tests import factories as make
from tests.doors.sending import NOW, handle, post

pytestmark = pytest.mark.django_db


def test_a_refused_delivery_is_seen_with_its_reason_and_taken_by_hand(ops):
    door = make.connection("webhook", settings={"signature": "plain"}, secrets={"secret": "s"})
    assert post(ops, door, {"name": "Ann", "email": "ann@example.net"}).status_code == 401
    row = Inbound.objects.get()
    page = ops.get(reverse("delivery", args=[door.uid, row.uid])).content.decode()
    assert "It is not signed." in page
    assert "ann@example.net" in page

    ops.post(reverse("deliveries-again", args=[door.uid]), {"delivery": str(row.uid)})
    handle()

    assert LeadPrivate.objects.get().email == "ann@example.net"


def test_all_refused_ones_run_again_at_once(ops):
    door = make.connection("webhook")
    for n in range(3):
        post(ops, door, {"k": f"n{n}@example.net"})
    handle()
    assert Inbound.objects.filter(state="refused").count() == 3
    door.mapping = {"email": "k"}
    door.save()

    ops.post(reverse("deliveries-again", args=[door.uid]), {"state": "refused"})
    handle()

    assert Lead.objects.count() == 3


def test_the_body_of_a_blind_lead_is_not_shown_to_who_pulls_from_that_pool(client):
    rep = make.rep("Ana")
    rep.user.is_ops = True
    rep.user.save()
    group = make.group("Blind", [rep], pool="blind", blind_for_managers=True)
    make.publish(make.rule(group, steps=[{"strategy": "pool", "options": {"mode": "blind"}}]))
    door = make.connection("webhook")
    post(client, door, {"name": "Hidden Person", "email": "hidden@example.net"})
    handle()
    live.route_ready(1)
    assert Lead.objects.get().state == "pooled"
    client.force_login(rep.user)

    tried = client.post(reverse("connection-test", args=[door.uid]), {"pick": str(Inbound.objects.get().uid)})
    assert "hidden@example.net" not in tried.content.decode().casefold()
    for url in (
        reverse("delivery", args=[door.uid, Inbound.objects.get().uid]),
        reverse("connection-mapping", args=[door.uid]),
        reverse("connection-test", args=[door.uid]),
        reverse("connection", args=[door.uid]),
    ):
        assert "hidden@example.net" not in client.get(url).content.decode().casefold(), url


def test_a_delivery_that_is_none_cannot_run_again(ops):
    door = make.connection("webhook")
    assert ops.post(reverse("deliveries-again", args=[door.uid]), {"delivery": "abc"}).status_code == 404


def test_more_than_anybody_counts_is_said_to_be_more(ops):
    door = make.connection("webhook")
    Inbound.objects.bulk_create(
        Inbound(connection=door, state="set_aside", received_at=NOW, last_at=NOW, due_at=NOW) for _n in range(101)
    )

    assert "99+ to look at" in ops.get(reverse("connections")).content.decode()


def test_a_sender_that_is_not_listed_is_seen_by_ops_and_comes_in_once_it_is(ops):
    door = make.connection("webhook", settings={"only_from": "192.0.2.0/24"})
    post(ops, door, {"name": "Ann"})
    row = Inbound.objects.get()
    assert (row.state, row.error) == ("refused", "127.0.0.1 is not one of the addresses that may send here.")
    again = reverse("deliveries-again", args=[door.uid])

    ops.post(again, {"state": "refused"})
    handle()
    assert not Lead.objects.exists()

    door.settings = {"only_from": "127.0.0.1"}
    door.save()
    ops.post(again, {"state": "refused"})
    handle()
    assert Lead.objects.count() == 1


def test_a_delivery_tells_of_its_last_run(ops):
    door = make.connection("webhook", mapping={"name": "who"})
    post(ops, door, {"colour": "blue"})
    handle()
    row = Inbound.objects.get()
    for _n in range(2):
        ops.post(reverse("deliveries-again", args=[door.uid]), {"delivery": str(row.uid)})
        handle()

    page = ops.get(reverse("delivery", args=[door.uid, row.uid])).content.decode()

    assert page.count("<b>Refused</b>") == 1
    assert "run 2 times before" in page


def test_a_delivery_that_was_run_again_names_each_lead_once(ops):
    door = make.connection("webhook")
    post(ops, door, {"name": "Ann", "id": "1"})
    handle()
    ops.post(reverse("deliveries-again", args=[door.uid]), {"delivery": str(Inbound.objects.get().uid)})
    handle()

    page = ops.get(reverse("deliveries", args=[door.uid])).content.decode()
    assert page.count(f"/leads/{Lead.objects.get().uid}/") == 1
