"""No page of managers and ops, and no list of the admin, asks the database more often where there is more to show."""

import re
from collections import Counter

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.face.whole_house import House

pytestmark = pytest.mark.django_db

LISTS = """
    board leads leads-views leads-view-new to-assign by-hand worth-it reports figures leaderboard team team-week
    team-groups team-group-new territories territory-new team-skills rules how-shared questions returns return-rates
    proposals changes settings start health pausing invitations imports import-new connections connection-shelf
    hooks hook-new reports-by-mail
    forms form-new work-plans add-lead leads-sent telling told nav-counts assignment-log in-out
"""
OF_THE_RULES = "rules-set rules-draft rules-compare rules-again rules-simulate rules-share rules-publish rules-try"


def pages(house):
    """Every page whose length depends on how much there is, of what was there first."""
    found = {name: reverse(name) for name in LISTS.split()}
    found |= {name: reverse(name, args=[house.rules.uid]) for name in OF_THE_RULES.split()}
    of = {
        "team-group": house.group,
        "territory": house.territory,
        "rep-availability": house.ana,
        "rep-leave": house.ana,
        "rep-fair-share": house.ana,
        "rep-report": house.ana,
        "simulation": house.asked.simulation,
        "shared-draft": house.asked,
        "work-plan": house.group,
        "connection": house.door,
        "deliveries": house.door,
        "hook": house.hook,
        "hook-deliveries": house.hook,
        "form-edit": house.form,
        "form-endings": house.form,
        "form-held": house.form,
        "lead-show": house.lead,
        "lead-why": house.lead,
    }
    found |= {name: reverse(name, args=[thing.uid]) for name, thing in of.items()}
    found |= {name: reverse("figure", args=[name]) for name in ("speed_to_lead", "meetings", "pool_wait", "load")}
    for model in admin.site._registry:
        meta = model._meta
        found[f"admin: {meta.label}"] = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return found


def asked(client, url):
    """What one visit asks the database, each question without its values."""
    with CaptureQueriesContext(connection) as found:
        answer = client.get(url)
    assert answer.status_code == 200, url
    return Counter(re.sub(r"(#, )+#", "#", re.sub(r"\d+|%s|'[^']*'", "#", one["sql"])) for one in found)


def test_three_of_everything_cost_as_many_questions_as_one():
    house, client = House(), Client()
    client.force_login(house.odile)
    house.more()
    urls = pages(house)
    client.get(urls["to-assign"])  # from the second visit on it notes the time
    one = {name: asked(client, url) for name, url in urls.items()}
    house.more()
    house.more()

    # What a process reads once is asked with one only, so it is no question too many.
    more = {name for name, url in urls.items() if asked(client, url) - one[name]}
    # Nor is what was printed anew since, and is read once.
    assert {name: found for name in more if (found := asked(client, urls[name]) - one[name])} == {}
