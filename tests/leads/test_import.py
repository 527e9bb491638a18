"""Importing files: every spelling of CSV, every row once, refusals with reasons, and the past as it was told."""

import csv
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from leads.models import Attribute, Delivery, Intake, Lead, LeadEvent, LeadPrivate, Touch
from routing import live
from routing.models import Assignment, Decision, LedgerEntry, Share
from routing.watch import audit
from tests import factories as make

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
MAP = ("email=Mail", "name=Name", "country=Land")
TEXT = "Mail,Name,Land\nana@one.example,Ana,DE\nben@two.example,Ben,Austria\n"


def write(folder, text, name="leads.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


def run(path, *maps, **options):
    out, err = StringIO(), StringIO()
    call_command("import_leads", str(path), map=list(maps or MAP), stdout=out, stderr=err, **options)
    return out.getvalue().strip(), err.getvalue().strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_spelling_is_read_alike(tmp_path, encoding, separator):
    path = write(tmp_path, TEXT.replace(",", separator), encoding=encoding)

    said, _ = run(path)

    assert said == "2 rows: 2 new, 0 known already, 0 enquiries, 0 refused."
    found = set(Lead.objects.values_list("private__email", "private__name", "country", "state", "kind"))
    assert found == {("ana@one.example", "Ana", "DE", "ready", "new"), ("ben@two.example", "Ben", "AT", "ready", "new")}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("\ufeff", "empty"),
        ('Mail,Name,Land\na@b.example,"Ana,DE\nb@b.example,Ben,DE\n', "row 2 (line 2) is never closed"),
        ("Mail,Mail,Land\nx,y,z\n", "twice: Mail"),
        ("Ma\x00il,Name,Land\nx,y,z\n", "NUL"),
        (b"Mail,Name,Land\n\xff\xe9,y,z\n", "Line 2 is not UTF-8"),
        ("Post,Name,Land\nx,y,z\n", "no column “Mail”"),
        ('Mail,Name,Land\n"a"b,y,z\n', "Row 2 (line 2) cannot be read"),
    ],
)
def test_a_file_that_is_no_table_says_why_and_nothing_is_taken(tmp_path, content, says):
    with pytest.raises(CommandError) as caught:
        run(write(tmp_path, content))

    assert says in str(caught.value)
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("maps", "says"),
    [
        (["nonsense=Mail"], "Unknown fields: nonsense"),
        (["email"], "field=column"),
        (["email=Mail", "email=Name"], "mapped twice"),
        (["owner=Mail"], "Only --history takes: owner"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_by_name(tmp_path, maps, says):
    with pytest.raises(CommandError, match=says):
        run(write(tmp_path, TEXT), *maps)


def test_a_missing_file_and_an_unknown_connection_are_named(tmp_path):
    with pytest.raises(CommandError, match=r"gone\.csv cannot be read"):
        run(tmp_path / "gone.csv")
    with pytest.raises(CommandError, match="no active connection “Nowhere”"):
        run(write(tmp_path, TEXT), connection="Nowhere")


def test_refused_rows_go_to_a_file_with_row_and_reason_and_harm_no_other(tmp_path):
    text = (
        "Mail,Name,Land\nana@one.example,Ana,DE\nnot a mail,Bo,DE\nben@two.example,Ben,Atlantis\n"
        "c@c.example,Cy\n\nMail,Name,Land\nd@d.example,D\x00,DE\neve@five.example,Eve,FR\n"
    )
    refused = tmp_path / "refused.csv"

    said, _ = run(write(tmp_path, text), refused=refused)

    assert said == "7 rows: 2 new, 0 known already, 0 enquiries, 5 refused."
    rows = list(csv.reader(StringIO(refused.read_text(encoding="utf-8"), newline="")))
    assert rows[0] == ["row", "reasons", "Mail", "Name", "Land"]
    assert [(row[0], row[1].partition(":")[0]) for row in rows[1:]] == [
        ("3", "email"), ("4", "country"), ("5", "row"), ("7", "row"), ("8", "name"),
    ]  # fmt: skip
    assert rows[1][2:] == ["not a mail", "Bo", "DE"]
    assert "2 columns, the header has 3" in rows[3][1]


def test_without_a_file_refusals_are_told_on_the_terminal(tmp_path):
    _, told = run(write(tmp_path, TEXT + "nope,N,DE\n"))

    assert told.startswith("row 4: email:")


def test_the_same_file_twice_adds_nothing_at_all(tmp_path):
    path = write(tmp_path, TEXT + "ana@one.example,Ana again,DE\n" + "ben@two.example,Ben,Austria\n")
    first, _ = run(path)
    before = Lead.objects.count(), Intake.objects.count(), LeadEvent.objects.count()

    second, _ = run(path)

    assert first == "4 rows: 2 new, 0 known already, 2 enquiries, 0 refused."
    assert second == "4 rows: 0 new, 4 known already, 0 enquiries, 0 refused."
    assert (Lead.objects.count(), Intake.objects.count(), LeadEvent.objects.count()) == before


def test_a_file_that_grew_adds_only_what_is_new(tmp_path):
    run(write(tmp_path, TEXT))

    said, _ = run(write(tmp_path, TEXT + "cy@three.example,Cy,PL\n"))

    assert said == "3 rows: 1 new, 2 known already, 0 enquiries, 0 refused."


def test_rows_are_known_by_the_key_column_whatever_else_changed(tmp_path):
    run(write(tmp_path, "Id,Land\n7,DE\n8,DE\n"), "country=Land", key="Id")

    said, _ = run(write(tmp_path, "Id,Land\n8,FR\n9,FR\n"), "country=Land", key="Id")

    assert said == "2 rows: 1 new, 1 known already, 0 enquiries, 0 refused."
    assert set(Lead.objects.values_list("external_id", "country")) == {("7", "DE"), ("8", "DE"), ("9", "FR")}


def test_own_attributes_are_read_by_type_and_unknown_ones_can_be_defined(tmp_path):
    Attribute.objects.create(key="seats", label="Seats", type=Attribute.Type.NUMBER)
    Attribute.objects.create(key="chain", label="Chain", type=Attribute.Type.YES_NO)
    Attribute.objects.create(key="since", label="Since", type=Attribute.Type.DATE)
    text = "Mail,S,C,D,T\na@a.example,12,yes,31-12-2024,blue\nb@b.example,many,yes,31-12-2024,red\n"
    maps = ("email=Mail", "seats=S", "chain=C", "since=D", "shade=T")
    with pytest.raises(CommandError, match="Unknown fields: shade"):
        run(write(tmp_path, text), *maps, date_format="%d-%m-%Y")

    said, told = run(write(tmp_path, text), *maps, date_format="%d-%m-%Y", define_attributes=True)

    assert said == "2 rows: 1 new, 0 known already, 0 enquiries, 1 refused."
    assert told == "row 3: seats: This must be a number."
    expected = {"seats": 12, "chain": True, "since": "2024-12-31", "shade": "blue"}
    assert LeadPrivate.objects.get().attributes == expected
    assert Attribute.objects.get(key="shade").type == Attribute.Type.TEXT


def test_dates_are_read_by_the_format_given(tmp_path):
    path = write(tmp_path, "Mail,Am\na@a.example,03-02-2024\nb@b.example,2024-02-03\nc@c.example,03-02-3024\n")

    said, told = run(path, "email=Mail", "arrived_at=Am", date_format="%d-%m-%Y")

    assert said.endswith("1 new, 0 known already, 0 enquiries, 2 refused.")
    assert Lead.objects.get().arrived_at == datetime(2024, 2, 3, tzinfo=UTC)
    assert [line.partition(":")[0] for line in told.splitlines()] == ["row 3", "row 4"]


HISTORY = (
    "Mail,Came,Owner,Stage,First,Reached,Closed,Amount,Why\n"
    "a@a.example,2024-03-01T09:00,ana@example.org,Won,2024-03-01T09:20,2024-03-02T10:00,2024-04-01,1200.50,\n"
    "b@b.example,2024-03-02T09:00,ANA@example.org,lost,2024-03-02T09:30,,2024-03-20,,Too dear\n"
    "c@c.example,2024-03-03T09:00,ana@example.org,Contacted,2024-03-03T11:00,2024-03-03T11:00,,,\n"
    "d@d.example,2024-03-04T09:00,,New,,,,,\n"
    "e@e.example,2024-03-04T09:00,nobody@example.org,Somewhere,2024-03-03T09:00,,,x,\n"
    "f@f.example,,,New,,,,,\n"
)
HISTORY_MAP = (
    "email=Mail", "arrived_at=Came", "owner=Owner", "stage=Stage", "first_contact=First", "reached=Reached",
    "closed_at=Closed", "won_amount=Amount", "lost_reason=Why",
)  # fmt: skip


def of(mail):
    return Lead.objects.select_related("stage", "owner__user").get(private__email=mail)


def test_history_keeps_what_it_is_told_and_moves_nothing(tmp_path):
    ana = make.rep("Ana")
    ana.user.email = "ana@example.org"
    ana.user.save()
    team = make.group("DACH", [ana])
    make.publish(make.rule(team))

    said, told = run(write(tmp_path, HISTORY), *HISTORY_MAP, history=True)
    routed = live.route_ready(1)

    assert said == "6 rows: 4 new, 0 known already, 0 enquiries, 2 refused."
    for word in ("No rep has the address “nobody@example.org”", "no stage “Somewhere”", "before the lead arrived"):
        assert word in told
    assert "won_amount: This is not an amount." in told
    assert "row 7: arrived_at: A lead of the past needs the date it arrived." in told
    won, lost, open_one, nobodys = of("a@a.example"), of("b@b.example"), of("c@c.example"), of("d@d.example")
    assert {x.kind for x in (won, lost, open_one, nobodys)} == {"history"}
    assert (won.state, won.stage.key, won.owner, won.group, won.hop) == ("closed", "won", ana, team, 1)
    assert (won.won_amount, won.won_currency, won.won_base) == (Decimal("1200.50"), "EUR", Decimal("1200.50"))
    assert won.arrived_at == datetime(2024, 3, 1, 9, tzinfo=UTC)
    assert won.responded_at == datetime(2024, 3, 1, 9, 20, tzinfo=UTC)
    assert won.reached_at == datetime(2024, 3, 2, 10, tzinfo=UTC)
    assert won.closed_at == datetime(2024, 4, 1, tzinfo=UTC)
    assert (lost.state, lost.lost_reason, lost.reached_at) == ("closed", "Too dear", None)
    assert (open_one.state, open_one.owner, open_one.due_at) == ("assigned", ana, None)
    assert (nobodys.state, nobodys.owner) == ("closed", None)
    assert list(Touch.objects.filter(lead=won).order_by("at").values_list("two_way", flat=True)) == [False, True]
    assert list(Touch.objects.filter(lead=open_one).values_list("two_way", "response_seconds")) == [(True, None)]
    assert set(Assignment.objects.values_list("how", "due_at")) == {("history", None)}
    assert routed.count == 0
    assert not Delivery.objects.exists()
    assert not Decision.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not Share.objects.exists()
    assert not any(f.broken for f in audit())


def test_history_twice_adds_nothing(tmp_path):
    path = write(tmp_path, "Mail,Came\na@a.example,2024-03-01\na@a.example,2024-05-01\n")
    run(path, "email=Mail", "arrived_at=Came", history=True)

    said, _ = run(path, "email=Mail", "arrived_at=Came", history=True)

    assert said == "2 rows: 0 new, 2 known already, 0 enquiries, 0 refused."
    assert Lead.objects.count() == 2
    assert LeadEvent.objects.filter(kind="received").count() == 2


@pytest.mark.long
@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_killed_half_way_and_run_again_each_row_is_there_once(tmp_path):
    path = write(tmp_path, "Mail\n" + "".join(f"p{n}@c{n}.example\n" for n in range(6000)))
    url = os.environ["DATABASE_URL"].replace("/fairlead?", f"/{settings.DATABASES['default']['NAME']}?")
    command = [sys.executable, "manage.py", "import_leads", str(path), "--map", "email=Mail"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url})
    end = time.monotonic() + 30
    while Lead.objects.count() < 500 and time.monotonic() < end:
        time.sleep(0.02)

    process.send_signal(signal.SIGKILL)
    process.wait()
    half = Lead.objects.count()
    said, _ = run(path, "email=Mail")

    assert 500 <= half < 6000
    assert half % 500 == 0
    assert said == f"6000 rows: {6000 - half} new, {half} known already, 0 enquiries, 0 refused."
    assert Lead.objects.count() == LeadPrivate.objects.values("email").distinct().count() == 6000
