"""A draft shared with the team: told once, read by those it was shared with, talked about until a date."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leads import mails
from leads.models import Delivery
from reps import alerts
from routing import rulesets, shared_drafts
from routing.models import Comment, RuleSet, SharedDraft, Simulation
from routing.simulate import Result, rows, words
from tests import factories as make
from tests.routing.test_how_shared import signed_in, text_of

pytestmark = pytest.mark.django_db

TURNS = [{"strategy": "availability"}, {"strategy": "round_robin"}]
FOREIGN = "8a1ff2d0-0000-4000-8000-000000000000"


class Team:
    """Ana and Ben share DACH, Nils Nordics; Clara manages both, Otto only Nordics. The draft differs from version 1."""

    def __init__(self):
        self.ana, self.ben, self.nils = make.rep("Ana Lindqvist"), make.rep("Ben Okafor"), make.rep("Nils Berger")
        self.clara, self.otto = make.user("Clara Hoffmann"), make.user("Otto Other")
        self.dach = make.group("DACH", [self.ana, self.ben], steps=TURNS)
        self.nordics = make.group("Nordics", [self.nils], steps=TURNS)
        self.dach.managers.add(self.clara)
        self.nordics.managers.add(self.clara, self.otto)
        make.publish(make.rule(self.dach, name="Everything"), by=self.clara)
        self.change(30)

    @property
    def rule_set(self):
        return RuleSet.objects.get()

    def change(self, minutes):
        row = self.rule_set
        body = rulesets.body_of(row)
        body["rules"][0]["respond_within"] = minutes * 60
        return rulesets.replace(rule_set=row, revision=row.revision, body=body, by=self.clara)

    def form(self, **fields):
        until = timezone.localtime(timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
        typed = {"groups": [str(self.dach.uid)], "why": "More time to call.", "until": until}
        return typed | {"revision": self.rule_set.revision} | fields

    def post(self, user=None, **fields):
        url = reverse("rules-share", args=[self.rule_set.uid])
        return signed_in(user or self.clara).post(url, self.form(**fields))

    def shared(self, **fields):
        return make.shared(self.rule_set, [self.dach], by=self.clara, **fields)


@pytest.fixture
def team():
    return Team()


def read(user, row):
    return signed_in(user).get(reverse("shared-draft", args=[row.uid]))


def say(user, row, text="Good.", **fields):
    url = reverse("shared-draft-comment", args=[row.uid])
    return signed_in(user).post(url, {"text": text, **fields}, follow=True)


def result(leads=612, **reps):
    """37 of so many leads would move; `reps` are (now, then) by number."""
    sides = {side: {key: pair[n] for key, pair in reps.items()} for n, side in enumerate(("there", "here"))}
    days = [f"2026-{day}T00:00:00+00:00" for day in ("10-20", "11-19")]
    return Result(*days, leads=leads, moving=37, reps=sides).as_json()


def test_sharing_tells_everybody_of_the_groups_once_and_simulates(team):
    form = "6f1c2a52-9a50-4a6a-9d7e-3a3f0f2c1d11"
    answers = [team.post(form=form) for _n in range(2)]

    row = SharedDraft.objects.get()
    assert [answer.url for answer in answers] == [reverse("shared-draft", args=[row.uid])] * 2
    told = Delivery.objects.filter(event="draft_shared")
    assert sorted((one.rep_id, one.user_id, one.channel) for one in told) == sorted(
        (rep.pk, None, channel) for rep in (team.ana, team.ben) for channel in ("email", "in_app")
    )
    run = Simulation.objects.get()
    assert (row.simulation, run.status, run.body) == (run, "waiting", rulesets.body_of(team.rule_set))
    assert "being given away once more" in text_of(read(team.ana.user, row))


def test_a_finished_simulation_of_the_very_draft_goes_with_it(team):
    team.post()
    Simulation.objects.update(status="done", result=result())

    team.post()
    assert Simulation.objects.count() == 1
    team.change(45)
    team.post()
    assert Simulation.objects.count() == 2


def test_the_mail_leads_to_the_page_and_holds_nothing_of_the_rules(team):
    team.post()
    row = SharedDraft.objects.get()
    delivery = Delivery.objects.select_related("rep__user", "user", "lead").filter(channel="email").first()
    context = mails.contexts_of([delivery], now=timezone.now())[0]
    alert = alerts.render(event=delivery.event, uid="1", user=delivery.person, context=context)

    assert reverse("shared-draft", args=[row.uid]) in alert.url
    assert "Clara Hoffmann wants to change how leads are shared" in alert.subject + alert.text
    assert not re.search("More time|Everything|minutes", alert.subject + alert.text + alert.html)


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ({}, "10 % would wait"),
        ({"0": 4}, "10 % would wait"),
        ({"0": 6, "1": 2}, "10 % would wait, most of them until Monday"),
        ({"0": 10}, "10 % would wait until Monday"),
    ],
)
def test_a_simulation_says_until_when_leads_would_wait(held, says):
    assert words.of_all(Result(leads=100, waits={"here": 10}, held_until=held)) == f"0 of 100 leads would move; {says}"


def test_who_was_asked_reads_what_changes_for_all_and_for_themselves_and_of_nobody_else(team):
    row = team.shared(result=result(**{str(team.ana.pk): (24, 31), str(team.ben.pk): (96, 87)}))

    page = text_of(read(team.ana.user, row))
    assert "You would have had 31 leads instead of 24." in page
    assert "For all: 37 of 612 leads would move; 0 % would wait." in page
    assert "30 minutes" in page
    assert not re.search(r"Ben Okafor|\b96\b|\b87\b|whole simulation", page)
    assert "Read what would change" in text_of(signed_in(team.ana.user).get(reverse("how-shared")))
    assert "You would have" not in text_of(read(team.clara, row))


def test_of_few_leads_no_figure_is_shown(team):
    row = team.shared(result=result(leads=9, **{str(team.ana.pk): (1, 2)}))
    page = text_of(read(team.ana.user, row))

    assert "Too few leads came in that time to say in figures." in page
    assert "You would have" not in page


def test_to_others_it_is_not_there(team):
    row = team.shared()
    nobody = make.user("Nobody")

    for user in (team.nils.user, team.otto):
        client = signed_in(user)
        answers = [
            client.get(reverse("shared-draft", args=[row.uid])),
            client.post(reverse("shared-draft-comment", args=[row.uid]), {"text": "x"}),
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert "wants to change" not in text_of(client.get(reverse("how-shared")))
    assert read(nobody, row).status_code == 403
    assert signed_in(team.clara).get(reverse("shared-draft", args=[FOREIGN])).status_code == 404
    for user in (team.otto, team.ana.user):
        assert team.post(user).status_code == 403
        assert signed_in(user).post(reverse("shared-draft-take-back", args=[row.uid])).status_code == 403
    assert not Comment.objects.exists()
    row.refresh_from_db()
    assert row.closed_at is None


def test_people_comment_and_managers_read_it_at_the_draft_and_beside_the_questions(team):
    row = team.shared()
    form = "6f1c2a52-9a50-4a6a-9d7e-3a3f0f2c1d12"
    for _n in range(2):
        assert "Your comment stands under the draft." in text_of(say(team.ana.user, row, "Too slow.", form=form))

    assert Comment.objects.get().draft == row
    assert "Ana Lindqvist , " in text_of(read(team.ben.user, row))
    client = signed_in(team.clara)
    for url in (reverse("rules-draft", args=[team.rule_set.uid]), reverse("rules-publish", args=[team.rule_set.uid])):
        assert "DACH can say what they think until" in text_of(client.get(url))
    assert "1 comment" in text_of(client.get(reverse("questions")))


@pytest.mark.parametrize("over", ["late", "taken back", "published"])
def test_when_it_is_over_it_is_read_only(team, over):
    row = team.shared()
    say(team.ana.user, row, "In time")
    if over == "late":
        past = timezone.now() - timedelta(days=5)
        SharedDraft.objects.update(at=past, until=past + timedelta(days=1))
    elif over == "taken back":
        signed_in(team.clara).post(reverse("shared-draft-take-back", args=[row.uid]))
    else:
        rulesets.publish(rule_set=team.rule_set, by=team.clara, comment="Slower", now=timezone.now())

    page = text_of(say(team.ben.user, row, "Too late"))

    assert "It is over: nothing more is said of this draft. You wrote: Too late" in page
    assert [one.text for one in Comment.objects.all()] == ["In time"]
    assert "In time" in page
    assert 'name="text"' not in read(team.ben.user, row).content.decode()
    assert "wants to change" not in text_of(signed_in(team.ana.user).get(reverse("how-shared")))


def test_the_draft_goes_on_and_what_was_shared_stays(team):
    first = team.shared()
    assert "has changed since" not in text_of(read(team.clara, first))
    team.change(45)

    page = text_of(read(team.clara, first))
    assert "The draft has changed since; here stands what was shared." in page
    assert "30 minutes" in page
    assert "45 minutes" not in page
    assert "has changed since" not in text_of(read(team.ana.user, first))

    team.post()
    second = SharedDraft.objects.latest("at")
    first.refresh_from_db()
    assert (first.closed_at is not None, first.taken_back, second.closed_at) == (True, False, None)
    assert "It was shared again meanwhile" in text_of(read(team.ana.user, first))
    assert "45 minutes" in text_of(read(team.ana.user, second))


def test_the_version_it_led_to_links_it_for_those_it_was_shared_with(team):
    gone, row = team.shared(), None
    shared_drafts.take_back(draft=gone, by=team.clara, now=timezone.now())
    row = team.shared()
    version = rulesets.publish(rule_set=team.rule_set, by=team.clara, comment="Slower", now=timezone.now())

    gone.refresh_from_db()
    row.refresh_from_db()
    assert (gone.version, row.version, row.closed_by) == (None, version, team.clara)
    url = reverse("shared-draft", args=[row.uid])
    history = reverse("how-shared-version", args=[version.rule_set.uid, version.n])
    for page in (reverse("how-shared"), history):
        assert url in signed_in(team.ana.user).get(page).content.decode()
        assert url not in signed_in(team.nils.user).get(page).content.decode()
    assert "Talked over with the team before" in text_of(signed_in(team.nils.user).get(history))
    assert "It was published as version 2" in text_of(read(team.ana.user, row))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"groups": []}, "Choose at least one group."),
        ({"groups": [FOREIGN]}, "Select a valid choice."),
        ({"why": " "}, "Say in a sentence why."),
        ({"until": "2020-01-01T10:00"}, "Choose an instant within the next 31 days."),
        ({"until": "2099-01-01T10:00"}, "Choose an instant within the next 31 days."),
        ({"until": "soon"}, "Enter a valid date/time."),
        ({"revision": 0}, "Somebody saved the draft meanwhile."),
    ],
)
def test_what_is_wrong_is_named_and_nobody_is_told(team, fields, says):
    answer = team.post(**fields)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not SharedDraft.objects.exists()
    assert not Delivery.objects.exists()
    assert not Simulation.objects.exists()


def test_a_draft_that_reads_as_what_is_in_force_is_nothing_to_talk_about(team):
    rulesets.publish(rule_set=team.rule_set, by=team.clara, comment="", now=timezone.now())

    assert "There is nothing to talk about" in text_of(team.post())
    assert not SharedDraft.objects.exists()


def test_what_the_team_was_asked_about_keeps_its_simulation(team):
    row = team.shared()
    other = Simulation.objects.create(rule_set=team.rule_set, status="done")
    Simulation.objects.update(created_at=timezone.now() - timedelta(days=400))

    rows.forget(now=timezone.now())

    assert list(Simulation.objects.values_list("pk", flat=True)) == [row.simulation_id]
    assert other.pk != row.simulation_id
