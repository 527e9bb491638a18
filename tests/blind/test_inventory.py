"""Each route opens to whom the inventory says, and no page a signed-in rep reads is kept by a browser."""

import pytest
from django.test import Client

from tests.blind import asked, inventory, twins

pytestmark = [pytest.mark.blind, pytest.mark.django_db]


@pytest.fixture
def world(db):
    return twins.build()


def answers(client, world, names):
    """(name, lead, answer) of each GET, for a lead that waits, one a colleague took, and one on offer."""
    wanted = set(names.split())
    for name, path in asked.routes():
        if name in wanted:
            for lead in (world.leads[1], world.taken, world.leads[4]):
                yield name, lead, client.get(asked.fill(path, lead, world.viewer, asked.about(name, world)))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_every_route_is_in_the_inventory():
    found = {name for name, _path in asked.routes() if not name.startswith("admin:")}

    assert found - inventory.listed() == set(), "new routes: place them in tests/blind/inventory.py"
    assert inventory.listed() - found == set(), "routes that are gone"


def test_a_rep_opens_their_own_pages_and_no_browser_keeps_them(world):
    seen = list(answers(signed_in(world.viewer.user), world, inventory.REP))

    assert {(name, a.status_code) for name, _lead, a in seen if a.status_code not in {200, 204}} == set()
    kept = {name for name, _lead, a in seen if "no-store" not in a.headers.get("Cache-Control", "")}
    assert kept == set()


def test_a_lead_that_is_not_theirs_is_as_one_that_never_was(world):
    client = signed_in(world.viewer.user)

    for name, _lead, answer in answers(client, world, inventory.OF_A_LEAD):
        assert answer.status_code == 404, name
    for name, path in asked.routes():
        if name in inventory.REP_ACTS.split() and "<uuid:uid>" in path and "leads/" in path:
            assert client.post(asked.fill(path, world.taken, world.viewer), {}).status_code == 404, name


def test_pages_of_others_refuse_a_rep(world):
    client = signed_in(world.viewer.user)

    seen = {(name, answer.status_code) for name, _lead, answer in answers(client, world, inventory.NOT_REPS)}

    assert {one for one in seen if one[1] not in {403, 404, 405}} == set()


def test_nothing_opens_without_signing_in(world):
    everything = f"{inventory.REP} {inventory.REP_ACTS} {inventory.OF_A_LEAD} {inventory.NOT_REPS}"

    seen = {(name, answer.status_code) for name, _lead, answer in answers(Client(), world, everything)}

    assert {one for one in seen if one[1] not in {302, 401, 403, 404, 405}} == set()


def test_the_admin_sends_a_rep_to_its_sign_in(world):
    client = signed_in(world.viewer.user)

    for name, path in asked.routes():
        if name.startswith("admin:") and not path.startswith("admin/jsi18n") and name != "admin:login":
            answer = client.get(asked.fill(path, world.leads[1], world.viewer))
            assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/admin/login/") or (
                name == "admin:logout" and answer.status_code == 302
            ), name
