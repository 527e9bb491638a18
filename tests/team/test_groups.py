"""The page of a group: what it takes, who may, what it says of the rules, and that nobody overwrites another unseen."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from reps import access, groups, members
from reps.models import Group, Membership
from routing.web.team import groups as team_page
from tests import factories as make

pytestmark = pytest.mark.django_db

BLIND = [{"strategy": "pool", "options": {"mode": "blind"}}]
STEPS = [{"strategy": name} for name in ("availability", "capacity", "not_again", "weighted")]


@pytest.fixture
def team(client):
    ana, ben, kim = (make.rep(name) for name in ("Ana", "Ben", "Kim"))
    clara, otto = make.user("Clara"), make.user("Otto")
    dach = make.group("DACH", [ana, ben], steps=STEPS, respond_within=20)
    nordics = make.group("Nordics", [kim])
    dach.managers.add(clara)
    nordics.managers.add(clara, otto)
    client.force_login(clara)
    return {"ana": ana, "ben": ben, "kim": kim, "dach": dach, "nordics": nordics, "clara": clara, "otto": otto}


def fields_of(page):
    """The form of the page as a browser would send it."""
    form, found = page.context["form"], {}
    for bound in form:
        value = bound.value()
        if isinstance(value, bool):
            found |= {bound.html_name: "on"} if value else {}
        elif value is not None:
            found[bound.html_name] = value
    for step in form.way.shown if form.puts_together else ():
        found[f"s.{step['n']}-strategy"] = step["strategy"]
        found |= {option["name"]: option["value"] for option in step["options"]}
    for row in form.rows:
        do = next((value for value, _label, chosen in row["dos"] if chosen), "")
        found |= {f"x.{row['n']}-after": row["after"], f"x.{row['n']}-do": do}
    return found


def url_of(group):
    return reverse("team-group", args=[group.uid])


def post(client, url, **fields):
    sent = fields_of(client.get(url)) | fields
    return client.post(url, {name: value for name, value in sent.items() if value is not None})


def inside(group):
    rows = Membership.objects.at(timezone.now()).filter(group=group)
    return sorted(rows.values_list("rep__user__name", flat=True))


def test_a_form_that_is_sent_as_it_is_changes_nothing(client, team):
    before = groups.mark(team["dach"], now=timezone.now())
    rows = list(Membership.objects.order_by("pk").values_list("pk", "ends_at"))

    assert post(client, url_of(team["dach"])).status_code == 302
    assert groups.mark(Group.objects.get(pk=team["dach"].pk), now=timezone.now()) == before
    assert list(Membership.objects.order_by("pk").values_list("pk", "ends_at")) == rows


def test_a_new_group_is_of_all_who_answer_for_everything(client, team):
    ana, ops = team["ana"], make.user("Olga", is_ops=True)
    answer = post(client, reverse("team-group-new"), name="Iberia", members=[str(ana.uid)], method="pool_blind")

    assert answer.status_code == 302
    made = Group.objects.get(name="Iberia")
    assert (made.pool, inside(made)) == ("blind", ["Ana"])
    assert made.steps == BLIND
    assert access.edits_rules(team["clara"])
    client.force_login(ops)
    post(client, reverse("team-group-new"), name="France", managers=[str(ops.uid), str(team["clara"].uid)])
    assert access.edits_rules(team["clara"])


def test_who_answers_for_a_part_changes_that_part_and_makes_none(client, team):
    client.force_login(team["otto"])
    assert [row["group"].name for row in client.get(reverse("team-groups")).context["rows"]] == ["Nordics"]
    assert client.get(reverse("team-group-new")).status_code == 403
    assert client.get(url_of(team["dach"])).status_code == 404
    assert client.post(url_of(team["dach"]), {"name": "Mine", "go": "save"}).status_code == 404
    assert post(client, url_of(team["nordics"]), respond_within="7").status_code == 302
    assert Group.objects.get(pk=team["nordics"].pk).respond_within == 7
    client.force_login(team["ana"].user)
    assert {client.get(reverse(name)).status_code for name in ("team-groups", "team-group-new")} == {403}
    assert Group.objects.count() == 2


def test_what_is_kept_from_its_managers_they_cannot_open_and_who_manages_is_not_theirs_to_say(client, team):
    nordics, otto = team["nordics"], team["otto"]
    Group.objects.filter(pk=nordics.pk).update(pool="blind", steps=BLIND, blind_for_managers=True)
    client.force_login(otto)
    wish = {"method": "pool_open", "pool": "open", "visibility": "all", "public_fields": ["source", "intent"]}
    post(client, url_of(nordics), **wish, blind_for_managers=None, managers=[str(otto.uid)], respond_within="9")

    row = Group.objects.get(pk=nordics.pk)
    assert (row.pool, row.steps, row.visibility, row.blind_for_managers) == ("blind", BLIND, "own", True)
    assert (row.public_fields, row.respond_within) == (nordics.public_fields, 9)
    assert {user.name for user in row.managers.all()} == {"Clara", "Otto"}
    client.force_login(make.user("Olga", is_ops=True))
    post(client, url_of(nordics), **wish, blind_for_managers=None)
    assert Group.objects.get(pk=nordics.pk).pool == "open"


def test_a_manager_does_not_leave_a_group_to_see_what_it_hides_from_its_members(client, team):
    dach, ana = team["dach"], team["ana"]
    dach.managers.add(ana.user)
    Group.objects.filter(pk=dach.pk).update(pool="blind", steps=BLIND, blind_for_managers=True)
    client.force_login(ana.user)

    page = post(client, url_of(dach), members=[str(team["ben"].uid)])
    row = {"read": members.mark(members.row_at(group=dach, rep=ana, now=timezone.now())), "weight": 1, "tier": 1}
    out = client.post(reverse("team-member", args=[ana.uid, dach.uid]), row | {"go": "out"})

    assert (page.status_code, out.status_code) == (422, 422)
    assert "ops take you out of it" in page.text
    assert "ops take you out of it" in out.text
    assert inside(dach) == ["Ana", "Ben"]


def test_members_come_and_go_and_who_stays_keeps_their_terms(client, team):
    Membership.objects.filter(rep=team["ana"]).update(weight=3)
    post(client, url_of(team["dach"]), members=[str(team["ana"].uid), str(team["kim"].uid)])

    assert inside(team["dach"]) == ["Ana", "Kim"]
    row = Membership.objects.get(rep=team["ana"], group=team["dach"])
    assert (row.weight, row.ends_at) == (3, None)
    assert Membership.objects.get(rep=team["ben"], group=team["dach"]).ends_at is not None


def test_steps_of_its_own_stay_while_something_else_is_changed(client, team):
    own = [{"strategy": "availability"}, {"strategy": "random"}]
    Group.objects.filter(pk=team["dach"].pk).update(steps=own)

    page = client.get(url_of(team["dach"]))
    assert "Steps of its own" in page.text
    assert "By lot among those on duty." in page.text
    (listed,) = [row for row in client.get(reverse("team-groups")).context["rows"] if row["group"].name == "DACH"]
    assert listed["way"] == "own steps"
    post(client, url_of(team["dach"]), respond_within="30")

    row = Group.objects.get(pk=team["dach"].pk)
    assert (row.steps, row.respond_within) == (own, 30)
    assert "Steps of its own" not in client.get(url_of(team["nordics"])).text


def test_steps_are_put_together_one_by_one(client, team):
    url = url_of(team["dach"])
    began = post(client, url, do="own", name="", method="weighted")
    assert [step["strategy"] for step in began.context["form"].way.shown] == [step["strategy"] for step in STEPS]
    assert "This field is required" not in began.text  # it is only drawn again

    sent = fields_of(began) | {"name": "DACH"}
    sent |= {"do": "step", "step-add": "skills"}
    added = client.post(url, sent)
    sent = fields_of(added)
    assert sent["s.3-strategy"] == "skills"  # behind the others that leave somebody out
    up = client.post(url, sent | {"do": "step-up:3"})
    sent = fields_of(up)
    assert Group.objects.get(pk=team["dach"].pk).steps == STEPS
    sent |= {"s.2-o-kind": "language", "s.2-o-field": "language", "go": "save"}
    assert client.post(url, sent).status_code == 302
    assert [step["strategy"] for step in Group.objects.get(pk=team["dach"].pk).steps] == [
        "availability", "capacity", "skills", "not_again", "weighted",
    ]  # fmt: skip


def test_a_wrong_step_of_its_own_is_told_beside_it_and_nothing_is_saved(client, team):
    own = {
        "method": "own",
        "s.0-strategy": "availability",
        "s.0-o-back_within_minutes": "-3",
        "s.1-strategy": "no such",
    }
    answer = post(client, url_of(team["dach"]), go="save", **own)

    assert answer.status_code == 422
    first, second = answer.context["form"].way.shown
    assert any(option["errors"] for option in first["options"])
    assert second["errors"]
    assert Group.objects.get(pk=team["dach"].pk).steps == STEPS
    empty = post(client, url_of(team["dach"]), go="save", method="own")
    assert "Add a step, or choose one of the ways above." in empty.text


def test_steps_of_a_group_that_is_blind_for_its_managers_are_changed_by_ops_only(client, team):
    Group.objects.filter(pk=team["dach"].pk).update(steps=BLIND, pool="blind", blind_for_managers=True)
    page = client.get(url_of(team["dach"]))
    assert 'name="do" value="own"' not in page.text
    sent = fields_of(page) | {"method": "own", "s.0-strategy": "random", "go": "save"}

    client.post(url_of(team["dach"]), sent)

    assert Group.objects.get(pk=team["dach"].pk).steps == BLIND


def test_silence_is_written_in_minutes_row_by_row(client, team):
    rows = {"x.0-after": "15", "x.0-do": "remind", "x.1-after": "30", "x.1-do": "release"}
    post(client, url_of(team["dach"]), **rows)
    kept = [{"after": 900, "do": "remind"}, {"after": 1800, "do": "release"}]
    assert Group.objects.get(pk=team["dach"].pk).escalation == kept

    odd = [{"after": 800, "do": "remind"}, {"after": 1801, "do": "release"}]
    Group.objects.filter(pk=team["dach"].pk).update(escalation=odd)
    assert post(client, url_of(team["dach"])).status_code == 302
    assert Group.objects.get(pk=team["dach"].pk).escalation == odd

    post(client, url_of(team["dach"]), **{"x.0-after": "15", "x.1-after": ""})
    assert Group.objects.get(pk=team["dach"].pk).escalation == kept[:1]


def test_a_look_names_what_would_be_wrong_with_the_rules_and_changes_nothing(client, team):
    make.publish(make.rule(team["dach"], name="Everything"), by=team["clara"])

    page = post(client, url_of(team["dach"]), members=[], go="look")

    assert "This would happen" in page.text
    assert re.search("DACH[^<]*nobody|nobody[^<]*DACH|no member", page.text, re.IGNORECASE)
    assert inside(team["dach"]) == ["Ana", "Ben"]


def test_a_save_on_top_of_anothers_is_refused_and_then_taken(client, team):
    sent = fields_of(client.get(url_of(team["dach"]))) | {"name": "DACH new"}
    Group.objects.filter(pk=team["dach"].pk).update(respond_within=99)

    page = client.post(url_of(team["dach"]), sent)

    assert page.status_code == 422
    assert "Somebody else changed this group meanwhile." in page.text
    assert Group.objects.get(pk=team["dach"].pk).name == "DACH"
    client.post(url_of(team["dach"]), sent | {"read": page.context["form"]["read"].value()})
    assert Group.objects.get(pk=team["dach"].pk).name == "DACH new"


def test_the_page_tells_no_number_of_a_row(client, team):
    Group.objects.filter(pk=team["dach"].pk).update(respond_within=45)
    sent = fields_of(client.get(url_of(team["dach"])))
    row = members.mark(members.row_at(group=team["dach"], rep=team["ana"], now=timezone.now()))

    assert sent["managers"] == [str(team["clara"].uid)]
    assert all(re.fullmatch("[0-9a-f]{32}", mark) for mark in (sent["read"], row))
    assert post(client, url_of(team["dach"]), managers=[str(team["clara"].pk)]).status_code == 422


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": " "}, "This field is required."),
        ({"name": "nordics"}, "Another group has this name."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"respond_within": "0"}, "greater than or equal to 1"),
        ({"respond_within": "99999999999"}, "less than or equal to"),
        ({"method": "magic"}, "Select a valid choice."),
        ({"members": ["8a1ff2d0-0000-4000-8000-000000000000"]}, "Select a valid choice."),
        ({"managers": []}, "choose at least one"),
        ({"x.0-after": "soon", "x.0-do": "remind"}, "Write minutes"),
        ({"x.0-after": "5", "x.0-do": "shout"}, "Write minutes"),
        ({"claims_unworked": "0"}, "greater than or equal to 1"),
        ({"public_fields": ["email"]}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(client, team, fields, says):
    before = groups.mark(team["dach"], now=timezone.now())

    page = post(client, url_of(team["dach"]), **fields)

    assert (page.status_code, says in page.text) == (422, True)
    assert groups.mark(Group.objects.get(pk=team["dach"].pk), now=timezone.now()) == before


def test_a_pool_in_which_leads_wait_stays_one(client, team):
    Group.objects.filter(pk=team["dach"].pk).update(pool="open", steps=[{"strategy": "pool"}])
    lead = make.arrive()
    type(lead).objects.filter(pk=lead.pk).update(group=team["dach"], state="pooled")

    page = post(client, url_of(team["dach"]), method="round_robin", pool="none")

    assert (page.status_code, "1 lead waits in its pool" in page.text) == (422, True)
    assert Group.objects.get(pk=team["dach"].pk).pool == "open"


def test_who_is_not_listed_is_told_of(client, team, monkeypatch):
    client.force_login(make.user("Olga", is_ops=True))
    whole = client.get(url_of(team["nordics"])).text
    monkeypatch.setattr(team_page, "_MOST_PEOPLE", 1)
    part = client.get(url_of(team["nordics"]))

    assert "Not everybody is listed" not in whole
    assert "1 more rep, later by name, is not" in part.text  # Ana by name, Kim as a member, not Ben
    assert (part.context["form"].reps_left, part.context["form"].people_left) == (1, 2)  # Ana and Ben


def test_a_lead_pooled_after_the_form_was_read_is_seen_before_the_pool_goes(client, team, monkeypatch):
    Group.objects.filter(pk=team["dach"].pk).update(pool="open", steps=[{"strategy": "pool"}])
    lead, look = make.arrive(), team_page._problems

    def pooled(now):  # what a save does first
        Lead.objects.filter(pk=lead.pk).update(group=team["dach"], state="pooled")
        return look(now)

    monkeypatch.setattr(team_page, "_problems", pooled)
    answer = post(client, url_of(team["dach"]), method="round_robin", pool="none")

    assert (answer.status_code, "1 lead waits in its pool" in answer.text) == (422, True)
    assert Group.objects.get(pk=team["dach"].pk).pool == "open"
