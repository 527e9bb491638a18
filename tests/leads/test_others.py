"""Other people of the company on a lead's page: as far as the reader may read their leads."""

import pytest

from leads.models import Account, Lead
from reps.models import Group
from routing import live
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def leads(db):
    """Three people of one company; Ana has the first two, the third waits in a blind pool of hers."""
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("DACH", [ana])))
    made = make.arrive(3, company="Northwind")
    while live.route_ready(1).count:
        pass
    account = Account.objects.create(name="Northwind Traders")
    Lead.objects.update(account=account)
    blind = make.group("Pool", [ana], pool="blind")
    Lead.objects.filter(pk=made[2].pk).update(owner=None, state="pooled", group=blind)
    for n, name in enumerate(("Ida One", "Jan Two", "Kim Hidden")):
        private = Lead.objects.get(pk=made[n].pk).private
        private.name = name
        private.save()
    return ana, [Lead.objects.get(pk=lead.pk) for lead in made]


def test_colleagues_of_the_company_are_shown_and_hidden_ones_are_not(client, leads):
    ana, (first, second, _hidden) = leads
    client.force_login(ana.user)

    page = client.get(f"/leads/{first.uid}/").content.decode()

    assert "Others at Northwind Traders" in page
    assert "Jan Two" in page
    assert f"/leads/{second.uid}/" in page
    assert "Kim Hidden" not in page


def test_without_an_account_or_others_there_is_no_such_part(client, leads):
    ana, (first, second, _hidden) = leads
    client.force_login(ana.user)
    Lead.objects.filter(pk=second.pk).update(account=None)

    assert "Others at" not in client.get(f"/leads/{first.uid}/").content.decode()
    assert "Others at" not in client.get(f"/leads/{second.uid}/").content.decode()


def test_whoever_oversees_the_pool_sees_all(client, leads):
    _ana, (first, _second, _hidden) = leads
    Group.objects.filter(name="Pool").update(blind_for_managers=False)
    client.force_login(make.user("Odile", is_ops=True))

    assert "Kim Hidden" in client.get(f"/leads/{first.uid}/").content.decode()
