"""What the menu holds: little on an empty install, more once there is something behind it."""

import pytest
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db


def entries(user):
    client = Client()
    client.force_login(user)
    shell = client.get("/security/").context
    return [entry["name"] for entry in (*shell["nav"], *shell["nav_foot"])]


def test_an_empty_install_shows_a_manager_six_entries_and_a_rep_three():
    ana, clara = make.rep("Ana"), make.user("Clara")
    group = make.group("DACH", [ana])
    group.managers.add(clara)

    assert entries(clara) == ["board", "leads", "to-assign", "rules", "team", "reports"]
    assert entries(ana.user) == ["my-leads", "my-numbers", "how-shared"]


def test_who_manages_some_groups_reads_nothing_of_the_whole_house():
    clara = make.user("Clara")
    group = make.group("DACH", [make.rep("Ana")])
    group.managers.add(clara)
    make.publish(make.rule(group))
    make.group("Nordics", [make.rep("Nils")])

    assert entries(clara)[6:] == ["how-shared"]


def test_a_pool_is_a_reps_fourth_entry_and_published_rules_a_managers_seventh():
    ana, clara = make.rep("Ana"), make.user("Clara")
    group = make.group("DACH", [ana], pool="blind", steps=[{"strategy": "pool", "options": {"mode": "blind"}}])
    group.managers.add(clara)
    make.publish(make.rule(group))

    assert entries(ana.user) == ["my-leads", "pool", "my-numbers", "how-shared"]
    assert entries(clara)[6:] == ["how-shared", "changes", "health"]


def test_who_is_both_reads_each_page_once():
    ana = make.rep("Ana")
    group = make.group("DACH", [ana])
    group.managers.add(ana.user)
    make.publish(make.rule(group))

    found = entries(ana.user)

    assert len(found) == len(set(found)) == 11
