"""How leads are shared: sentences from the rules, standings for those it concerns, a public page without anybody."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reps.models import Group
from routing import hand, handbook, live, questions, rulesets
from routing.engine.check import sentences
from routing.models import GroupPage, LedgerEntry, Question, RuleSet
from tests import factories as make

pytestmark = pytest.mark.django_db
GERMANY = {"field": "country", "operator": "one_of", "value": ["DE", "AT"]}
BIG = {"field": "employees", "operator": "at_least", "value": 50}
TURNS = [{"strategy": "availability"}, {"strategy": "round_robin"}]


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def text_of(response):
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.fixture
def team():
    """Two groups; DACH shares by turns and has had leads, with Clara as its manager."""
    ana, ben = make.rep("Ana Lindqvist"), make.rep("Ben Okafor")
    clara = make.user("Clara Hoffmann")
    dach = make.group("DACH", [ana, ben], steps=TURNS)
    dach.managers.add(clara)
    nils = make.rep("Nils Secretary")
    nordics = make.group("Nordics", [nils], steps=TURNS)
    make.publish(
        make.rule(dach, GERMANY, name="German speakers", otherwise=[{"to": "hold"}]),
        make.rule(nordics, BIG, name="Big ones"),
        {"name": "Everything else", "to": "desk"},
        by=clara,
        comment="Our first rules",
    )
    for _ in range(3):
        make.arrive(country="DE", company="Hidden Works")
    live.route_ready(1)
    return dach, nordics, (ana, ben, nils), clara


def book_of(group, **how):
    return handbook.of(group, rulesets.published(group.division_id), now=timezone.now(), **how)


def said(book):
    return [re.sub(r"<[^>]+>", "", str(one)) for one in book.sentences]


def test_the_whole_way_fits_into_three_sentences(team):
    dach, nordics, *_ = team

    assert said(book_of(dach)) == [
        "Leads where Country is one of Germany, Austria go to DACH, shared by turns among those on duty.",
        (
            "Whoever is owed most gets the next one and has 15 minutes to make contact; "
            "if nobody can take it, it waits until somebody is on duty."
        ),
        "Other leads go to other groups or To assign, where a manager decides.",
    ]
    assert said(book_of(nordics))[0] == "Leads where Employees is at least 50 go to Nordics, shared by turns among those on duty."  # fmt: skip  # noqa: E501
    assert book_of(dach).long == ()


def test_rules_that_make_it_long_are_named_on_the_page_and_by_check(team):
    dach, *_rest = team
    draft = RuleSet.objects.get()
    for n, minutes in enumerate((5, 30, 60), start=4):
        draft.rules.create(
            position=1, name=f"Way {n}", to="group", group=dach, respond_within=minutes,
            condition={"field": "score", "operator": "at_least", "value": n},
        )  # fmt: skip

    problems = [p for p in rulesets.problems_of(draft, now=timezone.now()) if "sentences to tell" in p.text]
    version = rulesets.publish(rule_set=draft, by=None, comment="", now=timezone.now())
    book = book_of(dach)

    assert sentences(rulesets.rules_of(version), dach.pk, territories=False) == len(book.sentences) == 5
    order = [rule.name for rule in rulesets.rules_of(version).rules]
    assert [order[p.rule] for p in problems] == list(book.long)
    assert len(book.long) == 2
    assert not any(p.blocks for p in problems)


def test_pools_and_other_ways_are_told_as_they_are():
    group = make.group(
        "Pool", [make.rep("Ana")], pool="open", steps=[{"strategy": "pool", "options": {"mode": "open"}}]
    )
    make.publish(make.rule(group))

    assert said(book_of(group)) == [
        "All leads go to Pool, in an open pool that members take from.",
        "Whoever gets one has 15 minutes to make contact.",
    ]


def test_a_rep_reads_their_groups_page_with_standings(team):
    _dach, nordics, (ana, _ben, nils), _clara = team

    response = signed_in(ana.user).get(reverse("how-shared"))
    text = text_of(response)

    assert {row["name"]: row["had"] for row in response.context["standings"]} == {"Ana Lindqvist": 2, "Ben Okafor": 1}
    assert sum(row["off"] for row in response.context["standings"]) == pytest.approx(0)
    assert (response.context["bound"].members, "Our first rules" in text) == (2, True)
    assert nils.name not in text
    assert "Hidden Works" not in text
    assert signed_in(ana.user).get(reverse("how-shared"), {"group": str(nordics.uid)}).status_code == 404
    assert signed_in(make.user("Nobody")).get(reverse("how-shared")).status_code == 403
    assert signed_in(make.rep("New").user).get(reverse("how-shared")).status_code == 200


def test_a_manager_says_why_and_only_for_their_groups(team):
    dach, nordics, (ana, *_), clara = team
    client = signed_in(clara)

    client.post(reverse("how-shared-why", args=[dach.uid]), {"why": "Nobody loses a turn by being away."})

    assert "Nobody loses a turn by being away. Clara Hoffmann" in text_of(
        signed_in(ana.user).get(reverse("how-shared"))
    )
    assert client.post(reverse("how-shared-why", args=[nordics.uid]), {"why": "x"}).status_code == 404
    assert signed_in(ana.user).post(reverse("how-shared-why", args=[dach.uid]), {"why": "x"}).status_code == 403
    assert GroupPage.objects.count() == 1


def numbers_in(text):
    return set(re.findall(r"\d+(?:[.,]\d+)?", text))


def test_the_public_page_names_nobody_and_tells_no_figure(team):
    dach, _nordics, reps, clara = team
    hand.give(lead=make.arrive(company="Hidden Works"), rep=reps[0], group=dach, by=clara)
    questions.say_why(group=dach, text="Clara and Ben thought so; ask Ana Lindqvist.", by=clara, now=timezone.now())
    questions.comment(version=rulesets.published(1), by=reps[0].user, text="Comment by Ana", now=timezone.now())
    Group.objects.filter(pk=dach.pk).update(respond_within=7)
    draft = RuleSet.objects.get()
    draft.note = "Ben's idea"
    draft.save()
    draft.rules.filter(position=1).update(name="Leads that Ana likes")
    draft.rules.create(position=0, name="Nils takes these", condition=BIG, to="rep", rep=reps[2])
    rulesets.publish(rule_set=draft, by=clara, comment="Ana asked for it", now=timezone.now())
    signed_in(clara).post(reverse("how-shared-link", args=[dach.uid]), {"do": "open"})
    url = reverse("how-public", args=[GroupPage.objects.get().token])

    response = Client().get(url)
    body, text = response.content.decode(), text_of(response)

    assert response.status_code == 200
    people = [*(rep.name for rep in reps), clara.name]
    assert [part for name in people for part in name.split() if part in body] == []
    assert [name for name in ("Hidden Works", "Comment by", "Ana asked", "our first rules") if name in body] == []
    # What numbers there are stand in the rules: 7 minutes, 50 employees, the place of a rule; nobody's share.
    assert numbers_in(text) <= {"7", "50", "2"}
    assert "A colleague's idea" in text
    assert (response["X-Robots-Tag"], 'content="noindex' in body) == ("noindex, nofollow", True)
    assert "no-store" in response["Cache-Control"]


def test_the_public_link_is_off_at_first_and_revoked_for_good(team):
    dach, _nordics, (ana, *_), clara = team
    client, act = signed_in(clara), reverse("how-shared-link", args=[dach.uid])
    assert not GroupPage.objects.exists()

    tokens = []
    for do in ("open", "renew", "close"):
        client.post(act, {"do": do})
        tokens.append(GroupPage.objects.get().token)

    assert tokens[0] != tokens[1]
    assert tokens[2] is None
    assert {Client().get(reverse("how-public", args=[token])).status_code for token in (*tokens[:2], "None", "")if token} == {404}  # fmt: skip  # noqa: E501
    assert signed_in(ana.user).post(act, {"do": "open"}).status_code == 403
    client.post(act, {"do": "open"})
    Group.objects.filter(pk=dach.pk).update(active=False)
    assert Client().get(reverse("how-public", args=[GroupPage.objects.get().token])).status_code == 404


def test_everybody_who_reads_the_rules_may_comment(team):
    _dach, _nordics, (ana, _ben, nils), clara = team
    row = RuleSet.objects.get()
    url = reverse("how-shared-comment", args=[row.uid, 1])

    signed_in(ana.user).post(url, {"text": "Why 15 minutes?"})
    signed_in(clara).post(url, {"text": "  "})

    assert "Why 15 minutes?" in text_of(signed_in(nils.user).get(reverse("how-shared-version", args=[row.uid, 1])))
    assert rulesets.published(1).comments.count() == 1
    assert signed_in(make.user("Nobody")).post(url, {"text": "x"}).status_code == 403


def test_a_version_says_what_it_changed(team):
    _dach, _nordics, (ana, *_), clara = team
    row = RuleSet.objects.get()
    row.rules.filter(position=1).update(respond_within=5)
    rulesets.publish(rule_set=row, by=clara, comment="Faster", now=timezone.now())

    response = signed_in(ana.user).get(reverse("how-shared-version", args=[row.uid, 2]))

    assert [(change.rule, change.kind) for change in response.context["changes"]] == [("German speakers", "changed")]
    assert "by Clara Hoffmann: Faster" in text_of(response)
    assert signed_in(ana.user).get(reverse("how-shared-version", args=[row.uid, 9])).status_code == 404


def test_the_page_asks_no_more_for_more_people_and_versions(team, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    dach, _nordics, (ana, *_), clara = team
    client = signed_in(ana.user)
    client.get(reverse("how-shared"))

    def asked():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("how-shared")).status_code == 200
        return len(caught)

    few = asked()
    for n in range(3):
        make.join(dach, make.rep(f"More {n}"))
        rulesets.publish(rule_set=RuleSet.objects.get(), by=clara, comment=f"{n}", now=timezone.now())
        questions.comment(version=rulesets.published(1), by=clara, text="x", now=timezone.now())
        questions.ask(rep=ana, group=dach, text="x", now=timezone.now())
    client.get(reverse("how-shared"))

    assert asked() == few
    assert LedgerEntry.objects.exists()
    assert Question.objects.count() == 3
