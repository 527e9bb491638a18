"""Simulations as rows, by command and by REST: over the past, over a file, and beside live."""

import json
from datetime import time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.dates import WEEKDAYS

from leads.models import Lead
from reps.models import Membership, Rep, TimeOff
from routing import hand, live, simulate, tasks, wording
from routing.engine.world import AbsenceKind
from routing.models import Assignment, Decision, LedgerEntry, RuleSet, Share, Simulation
from routing.rulesets import rules_of
from routing.simulate import rows, shadow, tables, words
from routing.simulate.roster import Roster
from tests import factories as make
from tests.routing.test_rules_api import Caller

pytestmark = pytest.mark.django_db

GERMANY = {"field": "country", "operator": "is", "value": "DE"}


@pytest.fixture
def began():
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def two(began):
    """Ana and Ben share all that comes; ten leads came, half of them from Germany."""
    ana, ben = make.rep("Ana"), make.rep("Ben")
    team, other = make.group("DACH", [ana, ben]), make.group("Berlin", [ben])
    make.publish(make.rule(team, name="All"))
    for n in range(10):
        make.arrive(country="DE" if n % 2 else "FR")
    live.route_ready(1)
    return ana, ben, team, other


def rule_set():
    return RuleSet.objects.select_related("division", "published").get()


def germany_first(group):
    """The draft: Germany goes to its own group."""
    made = rule_set()
    made.rules.update(position=5)
    made.rules.create(position=1, name="Germany", condition=GERMANY, to="group", group=group)
    return made


def asked(began, **more):
    return simulate.Asked(began, timezone.now() + timedelta(seconds=1), **more)


def counted():
    return [model.objects.count() for model in (Lead, Decision, LedgerEntry, Assignment, Share)]


def places():
    """Where every lead and every balance stands."""
    leads = Lead.objects.order_by("pk").values_list("pk", "owner", "group", "state", "hop", "decided_at")
    return [*leads, *Share.objects.order_by("pk").values_list("pk", "balance", "last_turn")]


def run(made, began, **more):
    return simulate.simulate(
        rows.rules_of_draft(made), rule_set=made, asked=asked(began, **more), now=timezone.now(),
        other=rules_of(made.published) if more.get("against", "live") == "live" else None,
    )  # fmt: skip


def test_the_published_rules_against_what_happened_move_nothing(two, began):
    result = run(rule_set(), began, against="happened")

    assert (result.leads, result.moving, result.differences()) == (10, 0, [])
    assert result.reps["here"] == result.reps["happened"] == {str(two[0].pk): 5, str(two[1].pk): 5}


def test_a_draft_against_live_tells_who_gets_more_which_leads_move_and_why(two, began):
    ana, ben, team, berlin = two
    before = counted()

    result = run(germany_first(berlin), began)

    assert counted() == before
    assert result.reps["there"] == {str(ana.pk): 5, str(ben.pk): 5}
    assert result.groups["here"] == {str(berlin.pk): 5, str(team.pk): 5}
    assert result.moving == len(result.moves) >= 5
    for move in result.moves:
        assert move["from"]["group"] == team.pk
        assert move["to"]["reason"][0] in {"only_one_left", "owed_most", "longest_wait", "lowest_number"}
    names = wording.Names.load(1)
    more = result.reps["here"][str(ben.pk)] - 5
    assert words.headline(result, names) == (
        f"Ben +{more}, Ana \u2212{more}; {result.moving} of 10 leads would move; 0 % would wait."
    )
    assert len(words.assumptions(result)) == len(result.assumptions) == 11


def test_what_would_wait_is_counted(two, began):
    made = rule_set()
    made.rules.update(to="desk", group=None)

    result = run(made, began)

    assert result.outcomes["here"] == {"desk": 10}
    assert words.headline(result, wording.Names.load(1)).endswith("10 of 10 leads would move; 100 % would wait.")


@pytest.mark.django_db
def test_who_waits_is_counted_by_the_day_until_when(two, began):
    day = (timezone.now() + timedelta(days=2)).weekday()
    away = make.rep("Kim", around_the_clock=False)
    make.shifts(away, time(9), time(17), [day])
    made = rule_set()
    made.rules.update(group=make.group("Later", [away]), otherwise=[{"to": "hold"}])

    result = run(made, began)

    assert result.held_until == {str(day): 10}
    assert f"100 % would wait until {WEEKDAYS[day]}." in words.headline(result, wording.Names.load(1))


@pytest.mark.django_db(transaction=True)
def test_the_roster_as_it_was_or_as_it_is(two, began):
    ana, ben, _team, _other = two
    now = timezone.now()
    Membership.objects.filter(rep=ana).update(ends_at=now)
    Rep.objects.filter(pk=ana.pk).update(active=False)

    then, today = (run(rule_set(), began, against="happened", roster=roster) for roster in ("then", "now"))

    assert then.reps["here"] == {str(ana.pk): 5, str(ben.pk): 5}
    assert today.reps["here"] == {str(ben.pk): 10}


def test_todays_week_holds_throughout_and_time_off_lies_where_it_was():
    ana = make.rep("Ana", around_the_clock=False)
    make.group("DACH", [ana])
    now = timezone.now()
    week, days = timedelta(days=7), timedelta(days=2)
    made = make.shifts(ana)
    for shift in made:
        type(shift).objects.filter(pk=shift.pk).update(starts_at=now - days)
    TimeOff.objects.create(rep=ana, starts_at=now - 5 * days, ends_at=now - 4 * days)
    spans = {"since": now - 2 * week, "until": now}

    then = Roster(1, **spans).reps_at(now - week)[ana.pk]
    today = Roster(1, **spans, today=now).reps_at(now - week)[ana.pk]

    assert (then.on_duty(now - week), today.on_duty(now - week)) == (False, True)
    assert not today.on_duty(now - 9 * timedelta(days=1))
    assert [a.kind for a in today.absences] == [AbsenceKind.LEAVE]


def test_a_row_is_worked_off_by_the_task_and_tells_what_came_out(two, began):
    made = germany_first(two[3])
    row = rows.start(rule_set=made, version=None, asked=asked(began), by=None, now=timezone.now())
    made.rules.all().delete()  # the draft may change meanwhile

    assert tasks.simulate(row.pk)

    row.refresh_from_db()
    assert (row.status, row.error, row.progress, row.total) == ("done", "", 20, 20)
    assert simulate.Result.of(row.result).groups["here"][str(two[3].pk)] == 5
    assert tasks.simulate(row.pk) is False


def test_a_cancelled_run_stops_and_one_that_waits_never_begins(two, began, monkeypatch):
    monkeypatch.setattr("routing.simulate.run._LOOKS", 0)
    monkeypatch.setattr(rows, "_TELL_EVERY", 0)
    waiting, running = (
        rows.start(rule_set=rule_set(), version=None, asked=asked(began), by=None, now=timezone.now()) for _ in "ab"
    )
    told = rows._Told.progress

    def cancelled(self, done, total):
        if done == 3:
            rows.cancel(row=running, now=timezone.now())
        told(self, done, total)

    monkeypatch.setattr(rows._Told, "progress", cancelled)
    assert rows.cancel(row=waiting, now=timezone.now())
    tasks.simulate(waiting.pk)
    tasks.simulate(running.pk)

    running.refresh_from_db()
    waiting.refresh_from_db()
    assert (running.status, waiting.status) == ("cancelled", "cancelled")
    assert running.result is None
    assert running.progress < running.total
    assert not rows.cancel(row=running, now=timezone.now())


def test_what_fails_is_told_in_words_and_a_dead_worker_reads_as_failed(two, began, monkeypatch):
    row, silent = (
        rows.start(rule_set=rule_set(), version=None, asked=asked(began), by=None, now=timezone.now()) for _ in "ab"
    )
    monkeypatch.setattr(rows, "simulate", lambda *a, **k: 1 / 0)
    tasks.simulate(row.pk)
    Simulation.objects.filter(pk=silent.pk).update(status="running", beat_at=timezone.now() - timedelta(minutes=3))
    silent.refresh_from_db()

    row.refresh_from_db()
    assert (row.status, row.error) == ("failed", "It failed: ZeroDivisionError: division by zero")
    assert rows.status_of(silent, now=timezone.now())[0] == "failed"
    tasks.watch_simulations()
    silent.refresh_from_db()
    assert (silent.status, silent.error) == ("failed", words.stopped())


def test_one_run_at_a_time_and_the_next_is_rung(two, began, monkeypatch):
    rang = []
    monkeypatch.setattr(rows.doorbell, "ring", lambda task, *args: rang.append(args[0]))
    first, second = (
        rows.start(rule_set=rule_set(), version=None, asked=asked(began), by=None, now=timezone.now()) for _ in "ab"
    )
    Simulation.objects.filter(pk=first.pk).update(status="running", beat_at=timezone.now())

    assert not tasks.simulate(second.pk)

    Simulation.objects.filter(pk=first.pk).update(status="waiting")
    assert tasks.simulate(first.pk)
    assert rang == [second.pk]


def test_a_lost_message_is_rung_again_and_old_rows_are_forgotten(two, began, monkeypatch):
    rang = []
    monkeypatch.setattr(rows.doorbell, "ring", lambda task, *args: rang.append((task, *args)))
    row = rows.start(rule_set=rule_set(), version=None, asked=asked(began), by=None, now=timezone.now())
    Simulation.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    tasks.watch_simulations()
    assert rang == [("routing.tasks.simulate", row.pk)]

    Simulation.objects.filter(pk=row.pk).update(status="done", created_at=timezone.now() - timedelta(days=91))
    tasks.forget_simulations()

    assert not Simulation.objects.exists()


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"until": -1}, "until"), ({"since": -500}, "since"), ({"roster": "x"}, "roster"),
        ({"against": "x"}, "against"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(two, began, wish, field):
    now = timezone.now()
    given = {"since": began, "until": now, **wish}
    given = {k: began + timedelta(days=v) if isinstance(v, int) else v for k, v in given.items()}

    with pytest.raises(simulate.NotSimulatedError) as error:
        rows.start(rule_set=rule_set(), version=None, asked=simulate.Asked(**given), by=None, now=now)
    assert error.value.field == field


def test_nothing_published_can_only_be_held_against_what_happened(began):
    made = make.rule_set(make.rule(make.group("A", [make.rep()])))
    with pytest.raises(simulate.NotSimulatedError) as error:
        rows.start(rule_set=made, version=None, asked=asked(began), by=None, now=timezone.now())
    assert error.value.field == "against"


# Beside live


def test_a_trial_decides_what_live_decides_with_a_ledger_of_its_own(two, began):
    ana, ben, team, berlin = two
    row = shadow.start_shadow(
        rule_set=germany_first(berlin), until=timezone.now() + timedelta(hours=1), by=None, now=timezone.now()
    )
    before = counted()
    assert shadow.look(now=timezone.now()) == 0
    make.arrive(4, country="DE")
    make.arrive(4, country="FR")
    make.arrive(test=True)
    live.route_ready(1)
    after, owned = counted(), places()

    assert tasks.watch_simulations() == 8
    assert tasks.watch_simulations() == 0

    assert counted() == after != before
    assert places() == owned
    row.refresh_from_db()
    result = simulate.Result.of(row.result)
    assert (row.status, result.leads) == ("running", 8)
    assert result.groups["here"] == {str(berlin.pk): 4, str(team.pk): 4}
    assert result.groups["happened"] == {str(team.pk): 8}
    assert result.reps["happened"] == {str(ana.pk): 4, str(ben.pk): 4}
    assert list(result.daily.values()) == [[8, 4]]
    assert set(result.off["here"]) == {str(team.pk), str(berlin.pk)}
    own = {(g, r): units for g, r, units in row.options["state"]["balances"]}
    assert sum(units for (g, _r), units in own.items() if g == berlin.pk) == 0
    assert own != {(s.group_id, s.rep_id): s.balance for s in Share.objects.all()}


def test_the_published_rules_as_a_trial_agree_with_live(two):
    row = shadow.start_shadow(
        rule_set=rule_set(), until=timezone.now() + timedelta(hours=1), by=None, now=timezone.now()
    )
    for n in range(3):
        make.arrive(n + 1)
        live.route_ready(1)
        shadow.look(now=timezone.now())

    row.refresh_from_db()
    assert (row.result["leads"], row.result["moving"]) == (6, 0)
    assert [sum(column) for column in zip(*row.result["daily"].values(), strict=True)] == [6, 6]
    assert row.result["off"]["here"] == row.result["off"]["happened"] != {}


def test_a_trial_stops_at_its_end_or_when_somebody_says_so(two):
    now = timezone.now()
    row = shadow.start_shadow(rule_set=rule_set(), until=now + timedelta(minutes=1), by=None, now=now)
    with pytest.raises(simulate.NotSimulatedError):
        shadow.start_shadow(rule_set=rule_set(), until=now + timedelta(minutes=1), by=None, now=now)

    shadow.look(now=now + timedelta(minutes=2))

    row.refresh_from_db()
    assert row.status == "done"
    again = shadow.start_shadow(rule_set=rule_set(), until=now + timedelta(minutes=1), by=None, now=now)
    rows.cancel(row=again, now=now)
    make.arrive()
    live.route_ready(1)
    assert shadow.look(now=timezone.now()) == 0


# By command


def call(*args):
    out = StringIO()
    call_command("simulate", *args, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_prints_headline_tables_and_what_was_assumed(two, tmp_path):
    germany_first(two[3])

    text = call("--draft", "--days", "1", "--csv", str(tmp_path / "m.csv"), "--json", str(tmp_path / "r.json"))

    assert "of 10 leads would move; 0 % would wait." in text.splitlines()[0]
    assert "- Offers are accepted at once." in text
    assert "Berlin" in text
    lines = (tmp_path / "m.csv").read_text().splitlines()
    assert lines[0].startswith("lead,at,from")
    assert len(lines) == json.loads((tmp_path / "r.json").read_text())["moving"] + 1


def test_the_command_folds_a_file_and_writes_nothing(two, tmp_path):
    file = tmp_path / "leads.csv"
    file.write_text("email,country,arrived_at\na@a.example,DE,2026-03-02T10:00\nb@b.example,FR,2026-03-02T11:00\n,,\n")
    germany_first(two[3])
    before = counted()

    text = call("--draft", "--file", str(file), "--empty")

    assert counted() == before
    assert "2 of 2 leads would move" in text  # Berlin takes the German one, so that Ana is next for the other
    with pytest.raises(CommandError, match="Nothing happened yet"):
        call("--file", str(file), "--against", "happened")


def test_the_command_replays_what_is_on_record(two):
    hand.give(lead=Lead.objects.earliest("pk"), rep=two[1], group=two[2], by=two[0].user)
    assert "10 of 10 decisions come out the same" in call("--recorded", "--days", "1")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--version", "7"), "no such version"), (("--rule-set", "X"), "no rule set"), (("--since", "x"), "not a date"),
        (("--days", "0"), "at least 1"), (("--file", "/nowhere.csv"), "cannot be read"), (("--shadow", "0"), "end"),
    ],
)  # fmt: skip
def test_the_command_refuses_by_name(two, args, says):
    with pytest.raises(CommandError, match=says):
        call(*args)


# By REST


def test_a_run_is_started_followed_and_read_by_rest(two):
    germany_first(two[3])
    ask = Caller("rules:read", "rules:write")

    started = ask("post", "simulations/", {"days": 1})
    waiting = ask("get", f"simulations/{started.says['id']}/")
    tasks.simulate(Simulation.objects.get().pk)
    done = ask("get", f"simulations/{started.says['id']}/").says
    table = ask.client.get(f"/api/v1/simulations/{started.says['id']}/moves.csv", headers=ask.headers)

    assert (started.status_code, waiting.says["status"], waiting.says["result"]) == (202, "waiting", None)
    result = done["result"]
    assert (done["status"], result["leads"], result["headline"][:5]) == ("done", 10, "Ben +")
    assert {row["name"]: row["here"] for row in result["groups"]} == {"DACH": 5, "Berlin": 5}
    assert result["moves"][0]["to"]["group"] in {str(two[2].uid), str(two[3].uid)}
    assert len(b"".join(table.streaming_content).splitlines()) == result["moving"] + 1
    assert [row["id"] for row in ask("get", "simulations/").says["simulations"]] == [started.says["id"]]


def test_a_trial_is_started_and_stopped_by_rest(two):
    ask = Caller("rules:read", "rules:write")

    started = ask("post", "simulations/", {"kind": "shadow", "days": 2})
    stopped = ask("post", f"simulations/{started.says['id']}/cancel/")

    assert (started.says["kind"], started.says["status"], stopped.says["status"]) == ("shadow", "running", "cancelled")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"days": 0}, "days"), ({"days": "x"}, "days"), ({"since": "2026-01-01"}, "since"), ({"roster": "x"}, "roster"),
        ({"version": 9}, "version"), ({"x": 1}, "x"), ({"rule_set": "x"}, "rule_set"), ({"days": 2**31 - 1}, "since"),
        ({"kind": "shadow", "days": 99}, "until"), ({"empty": 1}, "empty"),
        ({"since": "2026-01-01T00:00:00Z", "until": "2025-01-01T00:00:00Z"}, "until"),
    ],
)  # fmt: skip
def test_rest_refuses_by_field(two, body, field):
    answer = Caller("rules:read", "rules:write")("post", "simulations/", body)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.says["errors"]] == [field]


def test_who_may_only_read_starts_none(two):
    assert Caller("rules:read")("post", "simulations/", {}).status_code == 403
    assert Caller("leads:read")("get", "simulations/").status_code == 403
    assert Caller(user=two[0].user)("get", "simulations/").status_code == 403


def test_cells_that_would_run_are_disarmed(two, began):
    made = germany_first(two[3])
    Rep.objects.get(pk=two[1].pk).user.__class__.objects.filter(pk=two[1].user_id).update(name="=cmd()")

    lines = list(tables.moves(run(made, began), wording.Names.load(1)))

    assert any(str(cell).startswith("'=cmd()") for line in lines for cell in line)
