"""Ops connect a web hook, see what came, map it and run it again: the lead is owned, and its source has the name."""

import json
import time
import urllib.request

import pytest

from leads.models import Lead
from tests import factories as make

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def send(address, body):
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status


def test_ops_connect_a_source_map_it_and_its_lead_is_owned(product, settings):
    settings.PUBLIC_URL = product.url
    rep = make.rep("Ana Lind")
    make.publish(make.rule(make.group("Inbound", [rep])))
    odile = make.user("Odile Marchand", is_ops=True)

    with product.signed_in(odile, width="phone") as page:
        page.goto(f"{product.url}/connections/")
        page.get_by_role("link", name="Connect").last.click()
        page.get_by_role("link", name="Web hook").click()
        page.get_by_label("Name").fill("Partner portal")
        page.get_by_label("Intent").fill("demo")
        page.get_by_role("button", name="Connect").click()
        address = page.get_by_label("The address others send to").input_value()
        assert address.startswith(f"{product.url}/in/webhook/")

        assert send(address, {"k1": "Ida Beck", "k2": "ida@example.net"}) == 200
        page.wait_for_timeout(1500)
        page.reload()
        page.get_by_text("Refused").first.wait_for()

        page.get_by_role("link", name="Mapping").click()
        page.get_by_label("Field for k1").select_option(label="Name")
        page.get_by_label("Field for k2").select_option(label="E-mail")
        page.get_by_label("Run the kept deliveries again by it").check()
        began = time.monotonic()
        page.get_by_role("button", name="Save").click()
        while not Lead.objects.filter(owner=rep).exists():
            assert time.monotonic() - began < 5, "the lead is not owned"
            time.sleep(0.1)
        page.get_by_role("link", name="Overview").click()
        page.get_by_role("link", name="open the lead").first.click()
        page.get_by_text("Partner portal").first.wait_for()

    lead = Lead.objects.get()
    assert (lead.source, lead.intent, lead.private.name) == ("Partner portal", "demo", "Ida Beck")
