"""From the draft's page: try it with a lead, simulate it, publish it with a comment, keep an example, go back."""

import pytest
from django.urls import reverse
from django.utils import timezone

from routing import live, rulesets
from routing.models import Decision, RuleSet, SavedExample, Simulation
from routing.simulate import rows, shadow
from tests import factories as make
from tests.routing.test_rule_editor import AUSTRIA, GERMANY, keys, names, ops, signed_in, team

__all__ = ["ops", "team"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def drafted(team):
    row = make.rule_set(make.rule(team, GERMANY, name="Germany"), make.rule(name="Everything else", to="desk"))
    make.publish(comment="First")
    return RuleSet.objects.get(pk=row.pk)


def of(name, row):
    return reverse(name, args=[row.uid])


def austria_too(row, team):
    """The draft with a rule that the version in force lacks."""
    new = {"name": "Austria", "condition": AUSTRIA, "destination": {"to": "group", "group": team.pk}}
    rulesets.put_rule(rule_set=row, rule=new, was=None, by=None)


def test_a_typed_lead_is_decided_by_the_draft_and_nothing_is_written(ops, drafted, team):
    austria_too(drafted, team)

    page = ops.post(of("rules-try", drafted), {"which": "typed", "company": "Alpina", "country": "Austria"})

    assert page.context["goes"].endswith(", by the rule “Austria”")
    assert page.context["live"] == {"version": 1, "goes": "To assign, by the rule “Everything else”", "same": False}
    assert [person["out"] for person in page.context["why"]["considered"]] == [False, False]
    assert not Decision.objects.exists()


def test_what_cannot_be_read_of_a_typed_lead_is_told_at_its_field(ops, drafted):
    page = ops.post(of("rules-try", drafted), {"which": "typed", "country": "Narnia", "deal_size": "much"})

    wrong = {one["name"]: one["errors"] for one in page.context["typed"] if one["errors"]}
    assert set(wrong) == {"country", "deal_size"}
    assert wrong["country"] == ["“Narnia” is no country we know."]


def test_a_real_lead_is_tried_and_kept_as_an_example(ops, drafted):
    lead = make.arrive(country="Germany", company="Brandl Logistik")
    live.route_ready(1)

    page = ops.post(of("rules-try", drafted), {"which": "real", "lead": str(lead.uid)})
    ops.post(of("rules-keep", drafted), {"lead": str(lead.uid)})

    assert page.context["goes"].endswith(", by the rule “Germany”")
    assert ("Country", "Germany") in page.context["about"]["facts"]
    assert page.context["live"]["same"] is (page.context["goes"] == page.context["live"]["goes"])
    assert SavedExample.objects.get().lead == lead
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("sent", [{"lead": "x"}, {"lead": ""}, {"which": "typed"}, {"which": "typed", "email": "\x00"}])
def test_a_lead_that_makes_no_sense_is_answered_in_words(ops, drafted, sent):
    page = ops.post(of("rules-try", drafted), {"which": "real", **sent})

    assert page.status_code == 200
    assert page.context["problem"] or any(one["errors"] for one in page.context["typed"])


def test_a_draft_that_somebody_saved_meanwhile_is_looked_at_again_before_publishing(ops, drafted, team):
    austria_too(drafted, team)
    seen = ops.get(of("rules-publish", drafted)).context
    rulesets.order_rules(
        rule_set=drafted, revision=seen["revision"], keys=[*keys(drafted)[1::-1], keys(drafted)[2]], by=None
    )

    stale = ops.post(of("rules-publish", drafted), {"revision": seen["revision"], "comment": "Austria"})
    ops.post(of("rules-publish", drafted), {"revision": stale.context["revision"], "comment": "Austria"})

    drafted.refresh_from_db()
    assert [change.rule for change in seen["changes"]] == ["Austria"]
    assert "Somebody saved the draft meanwhile" in stale.content.decode()
    assert (drafted.published.n, drafted.published.comment, drafted.published.published_by) == (2, "Austria", ops.user)


def test_a_draft_with_errors_has_no_button_to_publish(ops, drafted):
    drafted.rules.filter(name="Everything else").delete()

    page = ops.get(of("rules-publish", drafted))
    ops.post(of("rules-publish", drafted), {"revision": drafted.revision})

    assert page.context["blocked"]
    assert drafted.versions.count() == 1


def test_an_older_version_becomes_the_draft_and_then_a_new_version(ops, drafted, team):
    austria_too(drafted, team)
    make.publish(comment="Second")
    drafted.refresh_from_db()

    ops.post(reverse("rules-go-back", args=[drafted.uid, 1]), {"revision": drafted.revision, "why": "Too early"})
    drafted.refresh_from_db()
    ops.post(of("rules-publish", drafted), {"revision": drafted.revision, "comment": "Back"})

    assert names(drafted) == ["Germany", "Everything else"]
    assert list(drafted.versions.order_by("n").values_list("n", "comment")) == [
        (1, "First"),
        (2, "Second"),
        (3, "Back"),
    ]


def test_a_simulation_is_started_followed_and_says_what_would_change(ops, drafted, team):
    for country in ("Germany", "Austria", "Austria", "France"):
        make.arrive(country=country)
    live.route_ready(1)
    austria_too(drafted, team)

    answer = ops.post(of("rules-simulate", drafted), {"rules": "draft", "period": "30"})
    waiting = ops.get(answer.headers["Location"])
    rows.work(Simulation.objects.get().pk)
    done = ops.get(answer.headers["Location"])

    assert waiting.context["open"]
    assert "2 of 4 leads would move" in done.context["headline"]
    assert sum(one["more"] for one in done.context["people"]) == 2
    assert [(one["after"].endswith("(DACH)"), one["why"].partition(":")[0]) for one in done.context["moves"]] == [
        (True, "Austria"),
        (True, "Austria"),
    ]
    assert done.context["may_publish"]
    rulesets.remove_rule(rule_set=drafted, revision=RuleSet.objects.get().revision, key=keys(drafted)[1], by=None)
    assert not ops.get(answer.headers["Location"]).context["may_publish"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"rules": "99"}, "rules"),
        ({"period": "dates"}, "period"),
        ({"period": "dates", "from": "2026-13-45", "to": "x"}, "period"),
        ({"period": "dates", "from": "2026-03-02", "to": "2026-03-01"}, "period"),
        ({"roster": "tomorrow"}, "roster"),
        ({"against": "\x00"}, "against"),
    ],
)
def test_a_simulation_that_makes_no_sense_is_refused_at_its_field(ops, drafted, sent, field):
    page = ops.post(of("rules-simulate", drafted), sent)

    assert (page.status_code, list(page.context["wrong"])) == (422, [field])
    assert not Simulation.objects.exists()


def test_reps_and_managers_of_some_groups_do_not_edit(drafted, team):
    mona, ana = signed_in("Mona", is_ops=False), make.rep("Rita")
    team.managers.add(mona.user)
    make.group("Other")
    rep = signed_in("x", is_ops=False)
    rep.force_login(ana.user)

    for name in ("rules-publish", "rules-simulate", "rules-draft"):
        assert (mona.get(of(name, drafted)).status_code, rep.get(of(name, drafted)).status_code) == (403, 403)
    assert (mona.get(of("rules-try", drafted)).status_code, rep.get(of("rules-try", drafted)).status_code) == (200, 403)


def test_a_trial_beside_live_begins_is_followed_and_stops(ops, drafted, team):
    austria_too(drafted, team)

    refused = ops.post(of("rules-simulate", drafted), {"kind": "shadow", "days": "x"})
    answer = ops.post(of("rules-simulate", drafted), {"kind": "shadow", "days": "7"})
    twice = ops.post(of("rules-simulate", drafted), {"kind": "shadow", "days": "7"})
    make.arrive(country="Austria")
    live.route_ready(1)
    shadow.look(now=timezone.now())
    page = ops.get(answer.headers["Location"])
    ops.post(reverse("simulation-cancel", args=[Simulation.objects.get().uid]))

    assert (refused.status_code, refused.context["wrong"]) == (
        422,
        {"beside": "Choose an end within the next 31 days."},
    )
    assert twice.context["wrong"] == {"beside": "A trial of these rules runs already; stop it first."}
    assert "1 of 1 leads would move" in page.context["headline"]
    text = " ".join(page.content.decode().split())
    assert "<b>0.0 %</b> of the leads went to the same place as by the rules in force." in text
    assert "How far from the fair share" in text
    assert Simulation.objects.get().status == Simulation.Status.CANCELLED


def test_the_api_lets_the_same_people_write(drafted, team):
    mona = signed_in("Mona", is_ops=False)
    team.managers.add(mona.user)
    url, body = reverse("api:rule-set-draft", args=[drafted.uid]), {"rules": []}

    of_all = mona.put(url, body, content_type="application/json").status_code
    make.group("Other")

    assert (of_all, mona.put(url, body, content_type="application/json").status_code) == (400, 403)
