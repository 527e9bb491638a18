"""The pages of connections: add, address, settings, the list; for ops alone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from leads import secrets
from leads.connectors import all_connectors, sources
from leads.models import Connection, Inbound, Lead
from tests import factories as make
from tests.doors.sending import NOW, handle, post

pytestmark = pytest.mark.django_db


def test_every_connector_can_be_connected_and_its_manual_is_read(ops):
    shelf = ops.get(reverse("connection-shelf")).content.decode()

    for name, connector in all_connectors().items():
        page = ops.get(reverse("connection-new", args=[name]))
        assert page.status_code == 200, name
        assert connector.label.replace("/", "/") in shelf
        assert "<li>" in page.content.decode() or "<p>" in page.content.decode()


def test_ops_connect_google_ads_and_its_lead_arrives(ops):
    answer = ops.post(
        reverse("connection-new", args=["google_ads"]),
        {"name": "Search ads", "source": "Google", "intent": "demo", "own_key": "made-up-key"},
        follow=True,
    )
    door = Connection.objects.get(kind="google_ads")
    page = answer.content.decode()
    assert f"/in/google_ads/{secrets.address_of(door)}" in page
    assert "made-up-key" not in page

    ops.post(make.address(door), sources()["google_ads"].examples[0].body, content_type="application/json")
    handle()

    lead = Lead.objects.get()
    assert (lead.source, lead.intent, lead.channel) == ("Google", "demo", "ad")
    assert str(lead.uid) in ops.get(reverse("connection", args=[door.uid])).content.decode()


def test_a_missing_or_wrong_setting_is_named(ops):
    answer = ops.post(
        reverse("connection-new", args=["google_ads"]), {"name": "", "own_only_from": "10.0.0.0/8, nowhere"}
    )

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "“nowhere” is neither an IP address nor a network." in page
    assert page.count("This field is required.") == 2
    assert not Connection.objects.filter(kind="google_ads").exists()


def test_a_secret_is_kept_when_it_is_left_empty_and_never_shown(ops):
    door = make.connection("webhook", settings={"signature": "plain"}, secrets={"secret": "s3cret-word"})
    url = reverse("connection-edit", args=[door.uid])
    assert "s3cret-word" not in ops.get(url).content.decode()

    ops.post(url, {"name": "Mine", "own_signature": "plain", "own_secret": "", "own_header": "x-sig"})

    door.refresh_from_db()
    assert (door.name, door.settings["header"]) == ("Mine", "x-sig")
    assert secrets.configured(door, now=timezone.now()).secret("secret") == "s3cret-word"


def test_an_address_that_leaked_is_changed_and_the_old_one_stops(ops):
    door = make.connection("webhook")
    old = make.address(door)

    ops.post(reverse("connection-address", args=[door.uid]))

    door.refresh_from_db()
    assert make.address(door) != old
    assert ops.post(old, "{}", content_type="application/json").status_code == 404
    assert post(ops, door, {"name": "Ann"}).status_code == 200


def test_only_the_listed_addresses_may_send(ops):
    door = make.connection("webhook", settings={"only_from": "192.0.2.0/24"})

    outside = post(ops, door, {"name": "Ann"})
    inside = ops.post(make.address(door), '{"name": "Ann"}', content_type="application/json", REMOTE_ADDR="192.0.2.7")

    assert (outside.status_code, inside.status_code) == (403, 200)
    assert Inbound.objects.filter(state="kept").count() == 1


@pytest.mark.parametrize("name", ["connections", "connection-shelf"])
def test_only_ops_come_in(client, name):
    client.force_login(make.rep("Ana").user)

    assert client.get(reverse(name)).status_code == 403
    door = make.connection("webhook")
    for page in ("connection", "connection-edit", "connection-mapping", "connection-test", "deliveries"):
        assert client.get(reverse(page, args=[door.uid])).status_code == 403, page


def test_secrets_sealed_with_a_key_that_is_gone_can_be_entered_anew(ops, settings):
    door = make.connection("webhook", secrets={"secret": "x"})
    settings.SECRET_KEY = "another" * 10
    settings.SECRET_KEY_FALLBACKS = []
    ops.force_login(make.user("Odo", is_ops=True))
    for name in ("connection", "connection-edit", "connection-mapping", "connection-test", "deliveries"):
        assert ops.get(reverse(name, args=[door.uid])).status_code == 200, name
    entered = {"name": "Mine", "own_signature": "plain", "own_secret": "new"}
    assert ops.post(reverse("connection-edit", args=[door.uid]), entered).status_code == 302
    assert ops.post(reverse("connection-address", args=[door.uid])).status_code == 302
    door.refresh_from_db()
    assert secrets.configured(door, now=timezone.now()).secret("secret") == "new"
    assert secrets.address_of(door)


def test_a_signed_web_hook_is_not_told_that_its_address_alone_guards_it(ops):
    door = make.connection("webhook", settings={"signature": "plain"}, secrets={"secret": "s"})
    source, now = sources()["webhook"], timezone.now()

    assert source.proves(secrets.configured(door, now=now))
    assert not source.proves(secrets.configured(make.connection("webhook"), now=now))


def test_the_list_asks_as_much_for_many_connections_as_for_one(ops, django_assert_max_num_queries):
    for n in range(6):
        door = make.connection("webhook", name=f"Hook {n}")
        for _n in range(2):
            Inbound.objects.create(connection=door, state="set_aside", received_at=NOW, last_at=NOW, due_at=NOW)

    ops.get(reverse("connections"))  # a session's first page notes who it is
    with django_assert_max_num_queries(9):
        page = ops.get(reverse("connections")).content.decode()

    assert page.count("2 to look at") == 6


@pytest.mark.parametrize(
    ("how", "secret", "said"),
    [
        ("standard", "", "A signature needs a secret."),
        ("plain", "", "A signature needs a secret."),
        ("standard", "hello", "It must be base64"),
        ("standard", "whsec_", "It must be base64"),
    ],
)
def test_a_signature_that_could_never_fit_is_told_before_it_is_kept(ops, how, secret, said):
    given = {"name": "Shop", "own_signature": how, "own_secret": secret, "own_header": "x-signature"}

    answer = ops.post(reverse("connection-new", args=["webhook"]), given)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Connection.objects.filter(kind="webhook").exists()
