"""The draft in the admin and the pages around it: stale saves, publishing with examples, going back, leaving."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from reps.models import Rep
from routing import live, rulesets
from routing.models import RuleSet, SavedExample
from routing.rulesets import examples
from tests import factories as make

pytestmark = pytest.mark.django_db

GERMANY = {"field": "country", "operator": "is", "value": "DE"}


def signed_in(name, **fields):
    browser = Client()
    browser.user = make.user(name, **fields)
    browser.force_login(browser.user)
    return browser


@pytest.fixture
def ops(db):
    return signed_in("Ada Ops", is_superuser=True, is_ops=True)


@pytest.fixture
def team(db):
    return make.group("DACH", [make.rep("Ana"), make.rep("Ben")])


@pytest.fixture
def drafted(team):
    return make.rule_set(make.rule(team, GERMANY, name="Germany"), make.rule(team, name="Everything else"))


def change_url(row):
    return reverse("admin:routing_ruleset_change", args=[row.pk])


def typed(browser, row):
    """The form as a browser would send it back untouched."""
    page = browser.get(change_url(row))
    data = {}
    form = page.context["adminform"].form
    for field in form:
        data[field.html_name] = field.value() if field.value() is not None else ""
    for inline in page.context["inline_admin_formsets"]:
        formset = inline.formset
        for one in [formset.management_form, *formset.forms]:
            for field in one:
                value = field.value()
                data[field.html_name] = "" if value is None else value
    return data


def errors(page):
    return [str(error) for error in page.context["adminform"].form.non_field_errors()]


def test_saving_the_draft_counts_a_revision_and_saving_nothing_does_not(ops, drafted):
    data = typed(ops, drafted)

    ops.post(change_url(drafted), data)
    drafted.refresh_from_db()
    untouched = drafted.revision
    ops.post(change_url(drafted), {**typed(ops, drafted), "rules-0-name": "Deutschland"})
    drafted.refresh_from_db()

    assert (untouched, drafted.revision) == (1, 2)
    assert drafted.rules.first().name == "Deutschland"


def test_no_steps_and_no_escalation_stay_what_they_are(ops, drafted):
    drafted.rules.filter(name="Germany").update(steps=[], escalation=[])

    ops.post(change_url(drafted), {**typed(ops, drafted), "rules-0-name": "Deutschland"})

    kept = drafted.rules.get(name="Deutschland")
    assert (kept.steps, kept.escalation) == ([], [])
    assert drafted.rules.get(name="Everything else").steps is None


def test_a_stale_save_is_refused_in_words_and_both_texts_stay(ops, drafted):
    ben = signed_in("Ben Ops", is_superuser=True, is_ops=True)
    mine = {**typed(ops, drafted), "rules-0-name": "Mine", "name": "My rules"}
    ben.post(change_url(drafted), {**typed(ben, drafted), "rules-1-name": "The rest"})

    page = ops.post(change_url(drafted), mine)

    said = " ".join(errors(page))
    assert page.status_code == 200
    assert "somebody else saved this draft" in said
    assert re.search(r"Ben Ops saved at \d\d:\d\d\.", said)
    assert "Name: “Everything else” became “The rest”" in said
    shown = page.content.decode()
    assert 'value="Mine"' in shown
    assert 'value="My rules"' in shown
    assert set(RuleSet.objects.get().rules.values_list("name", flat=True)) == {"Germany", "The rest"}

    again = {**mine, "read": page.context["adminform"].form["read"].value()}
    assert ops.post(change_url(drafted), again).status_code == 302
    assert set(RuleSet.objects.get().rules.values_list("name", flat=True)) == {"Mine", "Everything else"}


def test_what_was_typed_into_a_rule_that_is_gone_is_not_lost(ops, drafted):
    mine = {**typed(ops, drafted), "rules-0-name": "Mine"}
    body = rulesets.body_of(drafted)
    rulesets.replace(rule_set=drafted, revision=1, body={"rules": body["rules"][1:]}, by=None)

    page = ops.post(change_url(drafted), mine)

    assert "Germany: Removed from place 1" in " ".join(errors(page))
    assert 'value="Mine"' in page.content.decode()


def test_a_form_without_what_it_was_read_at_is_refused(ops, drafted):
    page = ops.post(change_url(drafted), {**typed(ops, drafted), "read": "made up"})

    assert errors(page) == ["This page cannot be saved any more. Open it again."]


@pytest.mark.parametrize(
    "escalation",
    [
        '{"after": 5}',
        '[{"after": 0, "do": "remind"}]',
        '[{"after": 60, "do": "shout"}]',
        '[{"after": true, "do": "warn"}]',
        '[{"after": 60, "do": "warn"}, {"after": 30, "do": "remind"}]',
    ],
)
def test_an_escalation_that_cannot_be_read_is_refused(ops, drafted, escalation):
    page = ops.post(change_url(drafted), {**typed(ops, drafted), "rules-0-escalation": escalation})

    assert page.status_code == 200
    assert page.context["inline_admin_formsets"][0].formset.errors[0]["escalation"]


def test_publishing_tells_of_broken_examples_and_takes_a_reason(ops, drafted):
    make.publish()
    lead = make.arrive(country="Germany")
    live.route_ready(1)
    saved = ops.post(f"/admin/leads/lead/{lead.pk}/example/", {"name": "A German", "rule_set": drafted.pk})
    drafted.rules.filter(name="Germany").update(group=make.group("Elsewhere", [make.rep("Cleo")]))
    url = f"/admin/routing/ruleset/{drafted.pk}/publish/"

    asks = ops.get(url).content.decode()
    refused = ops.post(url, {"comment": "Moved"})
    done = ops.post(url, {"comment": "Moved", "override": "Cleo covers it"})

    assert saved.status_code == 302
    assert SavedExample.objects.get().by.name == "Ada Ops"
    assert "“A German” is broken." in asks
    assert "Goes to: “DACH” becomes “Elsewhere”." in asks
    assert (refused.status_code, done.status_code) == (200, 302)
    assert "Moved" in refused.content.decode()
    assert RuleSet.objects.get().published.overridden == "Cleo covers it"


def test_versions_are_compared_in_words_and_one_may_go_back(ops, drafted):
    make.publish()
    drafted.rules.filter(name="Germany").update(name="Allemagne")
    make.publish()
    url = reverse("rules-compare", args=[drafted.uid])

    page = ops.get(f"{url}?from=1&to=2").content.decode()
    same = ops.get(url).content.decode()
    stale = ops.post(reverse("rules-go-back", args=[drafted.uid, 1]), {"revision": "9"}, follow=True)
    ops.post(reverse("rules-go-back", args=[drafted.uid, 1]), {"revision": "1", "why": "Wrong name"})

    assert "Changed at place 1" in page
    assert "Allemagne" in page
    assert "They read the same" in same
    assert "saved the draft meanwhile" in stale.content.decode()
    assert drafted.rules.first().name == "Germany"
    assert [ops.get(f"{url}?from={name}").status_code for name in ("9", "x")] == [404, 404]


def test_who_may_compare_and_who_may_go_back(team, drafted):
    make.publish()
    manager = signed_in("Mona")
    team.managers.add(manager.user)
    make.group("Another, which Mona does not answer for")
    ana = Client()
    ana.force_login(Rep.objects.get(user__name="Ana").user)
    url, back = reverse("rules-compare", args=[drafted.uid]), reverse("rules-go-back", args=[drafted.uid, 1])

    assert [c.get(url).status_code for c in (manager, ana, Client())] == [200, 403, 302]
    assert [c.post(back).status_code for c in (manager, ana, Client())] == [403, 403, 302]


def test_the_page_of_a_leaver_looks_first_and_then_does_it(team, drafted):
    make.publish()
    make.arrive(4)
    live.route_ready(1)
    manager = signed_in("Mona")
    team.managers.add(manager.user)
    ana, ben = Rep.objects.get(user__name="Ana"), Rep.objects.get(user__name="Ben")
    url = reverse("rep-leave", args=[ana.uid])
    chosen = {"kind": "leave", "leads": "to", "to": str(ben.uid), "sign_off": "on", "why": "Moved on"}

    first = manager.get(url).content.decode()
    missing = manager.post(url, {**chosen, "to": "", "go": "do"}).content.decode()
    looked = manager.post(url, {**chosen, "go": "look"}).content.decode()
    token = re.search(r'name="looked" value="(\w+)"', looked)[1]
    changed = manager.post(url, {**chosen, "leads": "again", "looked": token, "go": "do"}).content.decode()
    still = Rep.objects.get(pk=ana.pk).active
    done = manager.post(url, {**chosen, "looked": token, "go": "do"}, follow=True)

    assert "2 open leads" in first
    assert "This would happen" not in first
    assert "Choose who gets them." in missing
    assert "2 leads go to Ben." in looked
    assert "You changed something since you looked." in changed
    assert still
    assert "Ana has left." in done.content.decode()
    assert set(Lead.objects.values_list("owner", flat=True)) == {ben.pk}
    assert not Rep.objects.get(pk=ana.pk).active


def test_only_the_managers_of_all_their_groups_may_let_a_rep_go(team, drafted):
    make.join(make.group("Other"), Rep.objects.get(user__name="Ana"))
    manager = signed_in("Mona")
    team.managers.add(manager.user)
    ana, ben = Rep.objects.get(user__name="Ana"), Rep.objects.get(user__name="Ben")
    own = Client()
    own.force_login(ben.user)

    assert manager.get(reverse("rep-leave", args=[ana.uid])).status_code == 403
    assert manager.get(reverse("rep-leave", args=[ben.uid])).status_code == 200
    assert own.get(reverse("rep-leave", args=[ben.uid])).status_code == 403


def test_the_admin_leads_to_the_way_out(ops, team):
    ana = Rep.objects.get(user__name="Ana")

    assert ops.get(f"/admin/reps/rep/{ana.pk}/leave/").url == reverse("rep-leave", args=[ana.uid])
    assert ops.get("/admin/reps/rep/").status_code == 200


def test_examples_of_a_draft_hold_while_it_does(drafted):
    make.publish()
    lead = make.arrive(country="Germany")
    live.route_ready(1)
    examples.keep(rule_set=drafted, lead=lead, name="x", by=None, now=timezone.now())

    assert [run.holds for run in examples.run(drafted, now=timezone.now())] == [True]


def test_an_old_version_says_until_when_it_held_and_leads_back(client):
    user = make.user("Odile", is_ops=True)
    client.force_login(user)
    rule = make.rule(make.group("DACH", [make.rep("Ana")]), name="One")
    first = make.publish(rule)
    rule_set = first.rule_set
    rule_set.rules.update(name="Two")
    rulesets.publish(rule_set=rule_set, by=user, comment="", now=timezone.now())

    old = client.get(f"/rules/{rule_set.uid}/1/").content.decode()
    assert "Version 1 was in force from" in old
    assert "Go back to this" in old
    assert "Go back to this" not in client.get(f"/rules/{rule_set.uid}/2/").content.decode()

    rule_set.refresh_from_db()
    client.post(f"/rules/{rule_set.uid}/1/go-back/", {"revision": str(rule_set.revision)})
    assert rule_set.rules.get().name == "One"


def test_a_draft_without_a_change_is_not_published(client):
    client.force_login(make.user("Odile", is_ops=True))
    rule_set = make.publish(make.rule(make.group("DACH", [make.rep("Ana")]))).rule_set

    answer = client.post(
        f"/rules/{rule_set.uid}/publish/", {"comment": "Back", "revision": rule_set.revision}, follow=True
    )

    assert "Nothing was published" in answer.content.decode()
    assert rule_set.versions.count() == 1
