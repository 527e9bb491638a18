"""My numbers: the figures beside the team's, and a statement that adds up and tells nothing of colleagues' leads."""

import csv
import io
import re
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads import respond
from leads.life import CallOutcome, TouchKind
from leads.models import Lead
from reporting import cohort
from reporting.medians import median_of
from routing import hand, live, standing
from routing.models import LedgerEntry
from tests import factories as make
from tests.reporting import worked

pytestmark = pytest.mark.django_db
WEEK = {"period": "7"}


def call(lead, rep, *, after, seconds=None, kind=TouchKind.CALL):
    lead.refresh_from_db()
    outcome = (CallOutcome.CONNECTED if seconds else CallOutcome.NO_ANSWER) if kind == TouchKind.CALL else None
    respond.touch(
        lead=lead, rep=rep, by=rep.user, kind=kind, outcome=outcome, duration_seconds=seconds,
        now=timezone.now(), at=lead.assigned_at + timedelta(seconds=after),
    )  # fmt: skip


def test_first_calls_and_conversations_worked_by_hand():
    """Ana's first call reached 1 and 4 of the four she called; to one she wrote. She spoke 60, 300, 400 s."""
    group, (ana,) = worked.team("Ana")
    one, two, three, four, five = (worked.given(ana, group) for _ in range(5))
    call(one, ana, after=60, seconds=300)
    call(two, ana, after=60)
    call(two, ana, after=600, seconds=400)
    call(three, ana, after=60)
    call(four, ana, after=300, seconds=60)
    call(four, ana, after=900)
    call(five, ana, after=30, kind=TouchKind.EMAIL)

    now = timezone.now()
    answers = cohort.figures(scope=cohort.Scope(), since=now - timedelta(days=7), until=now, now=now).answers

    assert (answers["first_call"].count, answers["first_call"].n) == (2, 4)
    assert (answers["call_duration"].value, answers["call_duration"].n) == (300, 3)
    assert answers["call_duration"].low is None  # too few for an interval


def test_a_median_has_its_interval_with_and_without_some_that_wait():
    group, (ana,) = worked.team("Ana")
    for n in range(12):
        worked.called(worked.given(ana, group), ana, after=60 + 10 * n)
    now = timezone.now()

    found = cohort.figures(scope=cohort.Scope(), since=now - timedelta(days=7), until=now, now=now)
    speed = found.answers["response_time"]

    # Brookmeyer and Crowley's, as lifelines tells it; S is 0.5 at the sixth of twelve.
    assert (speed.value, speed.low, speed.high) == (110, 70, 150)
    # Of what has all ended: rank floor(6 - 1.96 * 3.46 / 2) = 2, and 11 from the other side.
    plain = median_of(60 + 10 * n for n in range(12))
    assert (plain.value, plain.low, plain.high) == (115, 70, 160)


@pytest.fixture
def shared():
    """Ana weighs 2, Ben and Cy 1; a dozen leads are shared, one is given by hand."""
    reps = [make.rep(name) for name in ("Ana Aal", "Ben Bock", "Cy Cohn")]
    group = make.group("DACH", steps=[{"strategy": "availability"}, {"strategy": "weighted"}])
    for rep, weight in zip(reps, (2, 1, 1), strict=True):
        make.join(group, rep, weight=weight)
    make.publish(make.rule(group, name="Everything"))
    for n in range(12):
        make.arrive(company=f"Secret Works {n}", name=f"Hidden Person {n}", email=f"hidden{n}@secret{n}.example")
    while live.route_ready(1).count:
        pass
    given = make.arrive(company="Given AG", name="Hidden Giver", email="giver@given.example")
    hand.give(lead=given, rep=reps[1], group=group, by=make.user("Boss", is_superuser=True))
    return group, reps


def by_hand(group, rep):
    """(number, change, balance) by the rule of the engine's docs, in fractions, apart from the code that shares."""
    balance, found = Fraction(0), []
    for row in LedgerEntry.objects.filter(group=group).order_by("pk"):
        if rep.pk not in row.reps:
            continue
        change = Fraction(row.weights[row.reps.index(rep.pk)], sum(row.weights)) - (row.winner == rep.pk)
        balance += change
        found.append((row.pk, change, balance))
    return found


def test_the_statement_is_the_ledger_to_the_last_entry(client, shared):
    group, reps = shared
    for rep in reps:
        client.force_login(rep.user)

        share = client.get(reverse("my-numbers"), WEEK).context["share"]

        told = [(row["number"], row["change"], row["balance"]) for row in share["rows"]]
        assert told == [(n, pytest.approx(float(c)), pytest.approx(float(b))) for n, c, b in by_hand(group, rep)]
        assert share["forward"] == 0
        assert share["forward"] + sum(row["change"] for row in share["rows"]) == pytest.approx(share["closing"])
        assert all(row["part"] + (row["got"] or 0) == pytest.approx(row["change"]) for row in share["rows"])
        assert share["had"] == Lead.objects.filter(owner=rep).count()
        assert share["entitled"] - share["had"] == pytest.approx(share["closing"])


def test_a_period_brings_forward_what_was_before(client, shared, monkeypatch):
    group, (ana, *_others) = shared
    entries = list(LedgerEntry.objects.filter(group=group).order_by("pk").values_list("pk", flat=True))
    LedgerEntry.objects.filter(pk__in=entries[:5]).update(at=timezone.now() - timedelta(days=20))
    before, after = by_hand(group, ana)[:5], by_hand(group, ana)[5:]
    client.force_login(ana.user)

    share = client.get(reverse("my-numbers"), WEEK).context["share"]

    assert share["forward"] == pytest.approx(float(before[-1][2]))
    assert [row["number"] for row in share["rows"]] == [n for n, _change, _balance in after]
    assert share["closing"] == pytest.approx(float(after[-1][2]))


def test_pages_hand_over_their_balance(client, shared, monkeypatch):
    group, (ana, *_others) = shared
    monkeypatch.setattr("reporting.web.fair_share.ON_A_PAGE", 5)
    client.force_login(ana.user)
    worked_out = by_hand(group, ana)

    pages = [client.get(reverse("my-numbers"), {**WEEK, "page": n}).context["share"] for n in (1, 2, 3)]
    opened = client.get(reverse("my-numbers"), WEEK).context["share"]

    assert [len(page["rows"]) for page in pages] == [5, 5, 3]
    assert [page["forward"] for page in pages[1:]] == [page["carried"] for page in pages[:-1]]
    assert pages[1]["forward"] == pytest.approx(float(worked_out[4][2]))
    assert opened["page"].number == 3
    assert [page["last"] for page in pages] == [False, False, True]


def test_of_a_colleagues_lead_there_is_number_time_rule_who_and_my_reason(client, shared):
    _group, (ana, ben, cy) = shared
    client.force_login(cy.user)

    response = client.get(reverse("my-numbers"), WEEK)
    text = response.content.decode() + client.get(reverse("my-fair-share-csv"), WEEK).content.decode()
    others = [row for row in response.context["share"]["rows"] if not row["mine"]]

    own = set(Lead.objects.filter(owner=cy).values_list("private__company", flat=True))
    assert own
    hidden = {f"Secret Works {n}" for n in range(12)} | {"Given AG"}
    assert {company for company in hidden if re.search(rf"{company}(?!\d)", text)} == own
    assert "Hidden Person" not in text
    assert not re.findall(r"hidden\d+@", text)
    assert not [lead.uid for lead in Lead.objects.exclude(owner=cy) if str(lead.uid) in text]
    assert {row["winner"] for row in others} == {ana.name, ben.name}
    assert {row["rule"] for row in others} == {"Everything", ""}
    whys = {row["why"] for row in others if row["rule"]}
    assert whys
    assert all(why.startswith("Was owed") for why in whys)
    assert [str(row["how"]) for row in others if not row["rule"]] == ["assigned by hand"]


def test_a_lead_that_went_on_is_not_named_any_more(client, shared):
    group, (ana, ben, _cy) = shared
    lead = Lead.objects.filter(owner=ana).select_related("private").first()
    hand.give(lead=lead, rep=ben, group=group, by=make.user("Head", is_superuser=True))
    client.force_login(ana.user)

    text = client.get(reverse("my-numbers"), WEEK).content.decode()

    assert lead.private.company not in re.findall(r"Secret Works \d+", text)


def test_leads_one_could_not_take_are_told_when_asked_for(client, shared):
    group, (_ana, *_others) = shared
    dan = make.rep("Dan", around_the_clock=False)
    make.join(group, dan)
    make.arrive()
    live.route_ready(1)
    client.force_login(dan.user)

    usual, told = (client.get(reverse("my-numbers"), {**WEEK, "show": show}).context["share"] for show in ("", "all"))

    assert usual["rows"] == []
    assert [(row["why"], row["change"]) for row in told["rows"]] == [("Has no shifts planned", 0)]


def test_the_file_adds_up(client, shared):
    group, (ana, *_others) = shared
    client.force_login(ana.user)

    answer = client.get(reverse("my-fair-share-csv"), WEEK)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode().removeprefix("\ufeff"))))

    assert (rows[0]["how"], rows[-1]["how"]) == ("opening", "closing")
    moved = sum(float(row["change"]) for row in rows[1:-1])
    assert float(rows[0]["balance"]) + moved == pytest.approx(float(rows[-1]["balance"]), abs=1e-7)
    assert [int(row["number"]) for row in rows[1:-1]] == [n for n, _change, _balance in by_hand(group, ana)]
    assert client.get(reverse("my-fair-share-csv"), {"group": "x", "period": "7"}).status_code == 400


def test_a_bound_is_stated_only_where_nothing_else_moved_a_balance(client, shared):
    group, (_ana, *_others) = shared
    now = timezone.now()

    assert standing.bound_of(group, now=now) is None  # one was given by hand
    LedgerEntry.objects.filter(group=group, kind="forced").update(kind="share")
    bound = standing.bound_of(group, now=now)

    assert (bound.members, round(bound.behind, 3), round(bound.ahead, 3)) == (3, 1.167, 1.333)
    group.steps = [{"strategy": "least_loaded"}]
    assert standing.bound_of(group, now=now) is None


def test_a_rep_in_no_group_and_without_leads_has_a_page(client):
    client.force_login(make.rep("New").user)

    response = client.get(reverse("my-numbers"))

    assert (response.status_code, response.context["share"]) == (200, None)
    assert client.get(reverse("my-fair-share-csv")).status_code == 404


def test_who_is_no_rep_has_no_numbers(client):
    client.force_login(make.user("Ops", is_ops=True))

    assert client.get(reverse("my-numbers")).status_code == 403
    assert client.get(reverse("my-fair-share-csv")).status_code == 403


def test_managers_of_the_group_read_the_same_statement(client, shared):
    group, (ana, ben, _cy) = shared
    boss, other = make.user("Head"), make.user("Other")
    group.managers.add(boss)
    make.group("Nordics").managers.add(other)
    client.force_login(ana.user)
    own = client.get(reverse("my-numbers"), WEEK).context["share"]
    url = reverse("rep-fair-share", args=[ana.uid])
    asked_own = client.get(url, WEEK).status_code
    client.force_login(boss)
    response = client.get(url, WEEK)
    by_others = []
    for user in (ben.user, other):
        client.force_login(user)
        by_others.append(client.get(url, WEEK).status_code)

    told = response.context["share"]
    assert [(row["number"], row["balance"]) for row in told["rows"]] == [
        (r["number"], r["balance"]) for r in own["rows"]
    ]
    assert told["who"] == ana.name
    assert ">You<" not in response.content.decode()
    assert (asked_own, *by_others) == (403, 403, 404)


def test_a_manager_kept_out_of_a_blind_group_reads_no_title(client, shared):
    group, (ana, ben, _cy) = shared
    group.managers.add(ben.user)
    type(group).objects.filter(pk=group.pk).update(pool="blind", blind_for_managers=True)
    client.force_login(ben.user)

    response = client.get(reverse("rep-fair-share", args=[ana.uid]), WEEK)

    assert response.status_code == 200
    assert {row["title"] for row in response.context["share"]["rows"]} == {""}
    assert "Secret Works" not in response.content.decode()


def test_a_page_reads_the_whys_of_its_own_lines_only(client, shared, monkeypatch):
    _group, (ana, *_others) = shared
    monkeypatch.setattr("reporting.web.fair_share.ON_A_PAGE", 5)
    client.force_login(ana.user)
    with CaptureQueriesContext(connection) as caught:
        share = client.get(reverse("my-numbers"), {**WEEK, "page": 1}).context["share"]

    asked = [query["sql"] for query in caught if '"record"' in query["sql"]]
    rows = list(csv.DictReader(io.StringIO(client.get(reverse("my-fair-share-csv"), WEEK).content.decode()[1:])))

    assert len(asked) == 1
    assert len(re.search(r"IN \(([^)]*)\)", asked[0])[1].split(",")) <= 5
    assert [row["why"] for row in share["rows"]] == [row["reason"] for row in rows[1:6]]
    assert all(row["why"] for row in share["rows"])
