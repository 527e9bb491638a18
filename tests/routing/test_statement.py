"""Statements and the export: they add up, tell nothing of other people's leads, and the script in the docs agrees."""

import csv
import io
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from routing import books, hand, live, statement
from routing.engine.ledger import HOUSE, UNIT, reverse
from routing.engine.ledger import LedgerEntry as Entry
from routing.models import LedgerEntry, Share
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

DOCS = Path(__file__).resolve().parents[2] / "docs"
LONG_AGO, FAR_AHEAD = timedelta(days=365), timedelta(days=1)


def route():
    while live.route_ready(1).count:
        pass


@pytest.fixture
def team():
    """Ana has weight 2; leads were shared, pulled, given, taken back, and one member left."""
    reps = [make.rep(name) for name in ("Ana", "Ben", "Cy")]
    group = make.group("DACH", pool="open", steps=[{"strategy": "availability"}, {"strategy": "weighted"}])
    for rep, weight in zip(reps, (2, 1, 1), strict=True):
        make.join(group, rep, weight=weight)
    make.publish(make.rule(group))
    make.arrive(7)
    route()
    hand.give(lead=make.arrive(), rep=reps[2], group=group, by=make.user("Boss", is_superuser=True))
    take_back(LedgerEntry.objects.order_by("pk")[3])
    make.arrive(3)
    route()
    leave(group, reps[1])
    return group, reps


def take_back(row):
    entry = reverse(Entry(row.group_id, row.lead_id, tuple(row.reps), tuple(row.weights), row.winner))
    for (group, rep), (balance, _turn) in books.shares_after(entry).items():
        Share.objects.filter(group=group, rep=rep).update(balance=balance)
    row.reverses_id, row.kind, row.pk, row.at = row.pk, "reversed", None, timezone.now()
    row.save(force_insert=True)


def leave(group, rep):
    share = Share.objects.get(group=group, rep=rep)
    LedgerEntry.objects.create(
        division=group.division, group=group, kind="left", at=timezone.now(), reps=[], weights=[], winner=rep.pk,
        amount=share.balance,
    )  # fmt: skip
    Share.objects.update_or_create(group=group, rep=None, defaults={"balance": share.balance})
    Share.objects.filter(pk=share.pk).update(balance=0)


def of(rep, group, since=None, until=None):
    now = timezone.now()
    return statement.statement(
        rep=rep, group=group, since=since or now - LONG_AGO, until=until or now + FAR_AHEAD
    )  # fmt: skip


def test_a_statement_adds_up_and_ends_at_the_stored_balance(team):
    group, reps = team
    for rep in reps:
        told = of(rep, group)

        assert told.opening == 0
        assert told.opening + sum(line.own for line in told.lines) == told.closing
        assert told.closing == Share.objects.get(group=group, rep=rep).balance
        assert [line.balance for line in told.lines][-1] == told.closing
        given = LedgerEntry.objects.filter(winner=rep.pk, kind__in=["share", "forced"]).count()
        back = LedgerEntry.objects.filter(winner=rep.pk, kind="reversed").count()
        assert told.received == given - back
        left = sum(line.own for line in told.lines if line.entry.kind == "left")
        assert told.entitled - told.received * UNIT + left == told.closing
    assert of(reps[1], group).lines[-1].entry.kind == "left"
    assert of(reps[1], group).closing == 0


def test_periods_join_without_a_gap(team):
    group, (ana, *_others) = team
    instants = list(LedgerEntry.objects.order_by("pk").values_list("at", flat=True))
    for cut in instants:
        first, second = of(ana, group, until=cut), of(ana, group, since=cut)

        assert first.closing == second.opening
        assert len(first.lines) + len(second.lines) == len(of(ana, group).lines)
    between = of(ana, group, since=instants[3], until=instants[-1])
    assert between.opening + sum(line.own for line in between.lines) == between.closing


def test_a_line_of_a_colleagues_lead_names_no_lead(team):
    group, (_ana, ben, _cy) = team

    told = of(ben, group)

    others = [line for line in told.lines if line.entry.winner != ben.pk]
    mine = [line for line in told.lines if line.entry.winner == ben.pk and line.entry.kind == "share"]
    assert others
    assert mine
    assert {line.entry.lead for line in others} == {None}
    assert None not in {line.entry.lead for line in mine}
    shared = [line for line in others if line.entry.kind == "share"]
    assert {line.rule for line in shared} == {"Rule 1"}
    assert all(line.code and line.numbers for line in shared)
    assert all(sum(part.share for part in line.entry.parts) == UNIT for line in shared)


def test_a_statement_of_somebody_without_entries_is_empty(team):
    group, _reps = team

    told = of(make.rep("New"), group)

    assert (told.opening, told.lines, told.closing) == (0, (), 0)


def test_a_changed_balance_is_found_out(team):
    group, (ana, *_others) = team
    Share.objects.filter(group=group, rep=ana).update(balance=1)

    with pytest.raises(statement.UnbalancedError):
        of(ana, group)


def test_every_entry_moves_nothing_in_all(team):
    group, _reps = team
    entries = list(statement.entries(group))

    assert [entry.number for entry in entries] == sorted(entry.number for entry in entries)
    assert {entry.kind for entry in entries} == {"share", "forced", "reversed", "left"}
    total = {}
    for entry in entries:
        assert sum(entry.moves().values()) == 0
        for row, units in entry.moves().items():
            total[row] = total.get(row, 0) + units
    assert total == statement.balances(group)


def test_what_was_earned_while_away_is_a_row_of_its_own():
    part = statement.Part(-7, 1, UNIT // 2)
    away = statement.Entry(1, timezone.now(), None, "share", 3, 0, (part, statement.Part(3, 1, UNIT // 2)))
    repaid = statement.Entry(2, timezone.now(), None, "repaid", 7, 5, ())
    forgiven = statement.Entry(3, timezone.now(), None, "forgiven", 7, 5, ())

    assert away.moves() == {-7: UNIT // 2, 3: UNIT // 2 - UNIT}
    assert repaid.moves() == {-7: -5, 7: 5}
    assert forgiven.moves() == {7: -5, HOUSE: 5}


def export(*options):
    out = io.StringIO()
    call_command("ledger_export", "--group", "DACH", *options, stdout=out)
    return out.getvalue()


def script():
    return re.search(r"```python\n(import csv.*?)```", (DOCS / "engine.md").read_text(encoding="utf-8"), re.DOTALL)[1]


def check(folder, entries, balances):
    (folder / "ledger.csv").write_text(entries, encoding="utf-8")
    (folder / "balances.csv").write_text(balances, encoding="utf-8")
    (folder / "check.py").write_text(script(), encoding="utf-8")
    command = [sys.executable, "-I", "check.py", "ledger.csv", "balances.csv"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_script_of_the_docs_agrees_with_the_stored_balances(team, tmp_path):
    done = check(tmp_path, export(), export("--balances"))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "4 balances, sum 0, as stored\n"
    stored = {int(row["row"]): int(row["balance"]) for row in csv.DictReader(io.StringIO(export("--balances")))}
    assert stored == {share.rep_id or HOUSE: share.balance for share in Share.objects.all()}
    assert len(export().splitlines()) == 1 + LedgerEntry.objects.count()


def test_the_script_finds_a_changed_balance(team, tmp_path):
    _group, (ana, *_others) = team
    Share.objects.filter(rep=ana).update(balance=7)

    done = check(tmp_path, export(), export("--balances"))

    assert done.returncode == 1
    assert f"NOT as stored: [{ana.pk}]" in done.stdout


def test_the_script_finds_a_lead_that_went_to_the_wrong_person(team, tmp_path):
    _group, (ana, ben, _cy) = team
    row = LedgerEntry.objects.filter(kind="share", winner=ana.pk).order_by("pk")[0]
    LedgerEntry.objects.filter(pk=row.pk).update(winner=ben.pk)

    assert "AssertionError" in check(tmp_path, export(), export("--balances")).stderr


def test_the_script_finds_parts_that_are_not_by_weight(team, tmp_path):
    entries = export().splitlines()
    entries[1] = entries[1].replace(str(UNIT // 2), str(UNIT // 2 + 100)).replace(str(UNIT // 4), str(UNIT // 4 - 50))

    assert "AssertionError" in check(tmp_path, "\n".join(entries), export("--balances")).stderr


def test_an_unknown_group_is_told_with_those_that_exist(team):
    with pytest.raises(CommandError, match=r"no group has the name 'Nordics'.*DACH"):
        call_command("ledger_export", "--group", "Nordics")


def test_names_that_a_sheet_would_calculate_are_quoted(team):
    _group, (ana, *_others) = team
    ana.user.name = "=1+1"
    ana.user.save()

    assert "'=1+1" in export("--balances")
