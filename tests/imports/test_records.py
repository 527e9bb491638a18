"""Accounts, territories, reps and memberships: brought in with before and after, taken out, and the round trip."""

# ruff: noqa: E501 - the rows of a file stand on one line each

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from leads.models import Account
from reps.models import Membership, Rep, Territory, TerritoryCover, User
from reps.web import sign_in
from routing.imports import accounts, people, territories
from routing.models import FileImport
from tests import factories as make
from tests.factories.people import LONG_AGO
from tests.imports import sent

pytestmark = pytest.mark.django_db


def named(name, mail_, **fields):
    rep = make.rep(name, **fields)
    rep.user.email = mail_
    rep.user.save()
    return rep


def exported(client, kind):
    return client.get(f"/imports/export/{kind}.csv").content


def changes_nothing(client, kind, by=None):
    job = sent.start(exported(client, kind), kind=kind, name=f"{kind}.csv", by=by)
    checked = sent.checked(job).checked
    assert set(checked["counts"]) == {"same"}, checked
    page = client.get(f"/imports/{job.uid}/").content.decode()
    assert "Nothing changes" in page
    done = sent.run(job)
    assert set(done.counts) == {"same"}
    return done.counts["same"]


def test_accounts_are_made_and_changed_and_what_differs_is_said_before(ops):
    ana, ben = named("Ana", "ana@example.org"), named("Ben", "ben@example.org")
    make.account("Old One", external_id="A1", owner=ana, tier="B", domain="one.com")
    make.account("Two", domain="two.com", owner=ben)
    text = (
        "external_id,name,domain,owner,tier,segment\n"
        "A1,New One,one.com,ben@example.org,A,\n"
        "A2,Two,https://www.two.com/about,,,Retail\n"
        ",Three,three.com,ANA@example.org,,\n"
        ",Free,gmail.com,,,\n"
        "A4,Four,four.com,nobody@example.org,,\n"
        "A9,Nine,one.com,,,\n"
        ",No key,,,,\n"
        f"A5,{'x' * 201},,,,\n"
    )
    job = sent.start(text, kind="accounts")

    checked = sent.checked(job).checked
    assert Account.objects.count() == 2
    assert Account.objects.get(external_id="A1").tier == "B"
    assert checked["counts"] == {"changed": 2, "new": 1, "refused": 5}
    said = {row[0]: row[2] for row in checked["rows"]}
    assert said[2] == "name: “Old One” → “New One”; tier: “B” → “A”; owner: “Ana” → “Ben”"
    assert said[3] == "segment: nothing → “Retail”; external_id: nothing → “A2”"
    for row, why in (
        (5, "no company's own domain"),
        (6, "No rep has"),
        (7, "whose id is “A1”"),
        (8, "needs its id"),
        (9, "name:"),
    ):
        assert why in said[row]
    job = sent.run(job)

    assert job.counts == checked["counts"]
    assert set(
        Account.objects.values_list("external_id", "name", "domain", "owner__user__name", "tier", "segment")
    ) == {
        ("A1", "New One", "one.com", "Ben", "A", ""),
        ("A2", "Two", "two.com", "Ben", "", "Retail"),
        ("", "Three", "three.com", "Ana", "", ""),
    }
    assert Account.objects.get(name="Three").name_key == "three"


def test_empty_cells_empty_only_where_asked():
    account = make.account("One", external_id="A1", tier="B", owner=named("Ana", "ana@example.org"))
    text = "external_id,name,tier,owner\nA1,One,,\n"

    kept = sent.run(sent.start(text, kind="accounts"))
    account.refresh_from_db()
    assert (kept.counts, account.tier, account.owner.name) == ({"same": 1}, "B", "Ana")
    emptied = sent.run(sent.start(text, kind="accounts"), clear=True)
    account.refresh_from_db()

    assert (emptied.counts, account.tier, account.owner) == ({"changed": 1}, "", None)


def test_the_same_account_twice_in_a_file_is_made_once():
    text = "external_id,name,tier\nA1,One,A\nA1,One,B\n"

    job = sent.run(sent.start(text, kind="accounts"))

    assert job.counts == {"new": 1, "changed": 1}
    assert Account.objects.get().tier == "B"


def test_accounts_taken_out_and_brought_back_change_nothing(ops):
    make.account("=Formula", external_id="+1", owner=named("Ana", "ana@example.org"), tier="-A")
    make.account("Ümläut, “quoted”", domain="two.com", segment="a;b")
    make.account("Under no suffix", domain="three.example")

    assert changes_nothing(ops, "accounts") == 3


MARKET = [
    {"kind": "country", "countries": ["DE", "AT"]},
    {"kind": "region", "countries": ["CH"], "names": ["Zürich", "Bern"]},
    {"kind": "postal", "countries": ["FR"], "low": "75", "high": "78"},
    {"kind": "postal", "countries": ["PL"], "low": "00-950"},
    {"kind": "city", "names": ["Ulm; Neu-Ulm"]},
    {"kind": "market", "industries": ["Steel"]},
    {"kind": "world"},
]


def test_territories_are_made_and_changed(ops):
    ana, ben = named("Ana", "ana@example.org"), named("Ben", "ben@example.org")
    group = make.group("DACH")
    north = Territory.objects.create(name="North", group=group, market=[{"kind": "country", "countries": ["DK"]}])
    TerritoryCover.objects.create(territory=north, rep=ana, starts_at=LONG_AGO)
    text = (
        "Name;Group;Countries;Regions;PLZ-Gebiete;Reps\n"
        "North;DACH;Dänemark, SE;;;ben@example.org\n"
        "Bavaria;dach;;DE/Bayern;DE/80000-87999, DE/9, PL/00-950;ana@example.org; \n"
        "Lost;Nobody;DE;;;\n"
        "Odd;DACH;Atlantis;;;\n"
        "Turned;DACH;;;DE/9-1;\n"
    ).replace("ana@example.org; ", "ana@example.org")
    job = sent.start(text, kind="territories")
    checked = sent.checked(job).checked
    assert checked["counts"] == {"changed": 1, "new": 1, "refused": 3}
    assert "“DK” → “DK; SE”; Ben covers it, Ana covers it no more" in checked["rows"][0][2]
    assert Territory.objects.count() == 1
    job = sent.run(job)

    assert job.counts == checked["counts"]
    north.refresh_from_db()
    assert north.market == [{"kind": "country", "countries": ["DK", "SE"]}]
    now = sent.NOW + timedelta(days=3650)
    assert [c.rep for c in TerritoryCover.objects.at(now).filter(territory=north)] == [ben]
    assert TerritoryCover.objects.filter(territory=north, rep=ana).exists(), "the past stays"
    bavaria = Territory.objects.get(name="Bavaria")
    assert territories.atoms_of(bavaria.market) == {
        ("region", "DE", "Bayern", ""), ("postal", "DE", "80000", "87999"),
        ("postal", "DE", "9", "9"), ("postal", "PL", "00-950", "00-950"),
    }  # fmt: skip


def test_territories_of_every_kind_come_back_as_they_left(ops):
    rep = named("Ana", "ana@example.org")
    group = make.group("DACH")
    made = Territory.objects.create(name="All of it", group=group, market=MARKET)
    Territory.objects.create(name="Nothing", group=group, market=[], active=False)
    TerritoryCover.objects.create(territory=made, rep=rep, starts_at=LONG_AGO)
    make_again = exported(ops, "territories")

    assert changes_nothing(ops, "territories") == 2
    TerritoryCover.objects.all().delete()
    Territory.objects.all().delete()
    job = sent.run(sent.start(make_again, kind="territories"))

    assert job.counts == {"new": 2}
    found = Territory.objects.get(name="All of it")
    assert territories.atoms_of(found.market) == territories.atoms_of(MARKET)
    assert not Territory.objects.get(name="Nothing").active


PEOPLE = (
    "email,name,time_zone,group,weight,tier,cap_day,member\n"
    "ana@example.org,Ana,Europe/Berlin,DACH,3,1,5,yes\n"
    "ana@example.org,,,Nordics,1,,,\n"
    "ben@example.org,Ben,,DACH,0,2,,no\n"
    "cy@example.org,Cy,Europe/Paris,,,,,\n"
    "dora@example.org,,,DACH,,,,\n"
    "not a mail,Eve,,,,,,\n"
    "fay@example.org,Fay,Mars/Base,,,,,\n"
    "gus@example.org,Gus,,Nowhere,,,,\n"
    "hal@example.org,Hal,,DACH,heavy,,,\n"
    "ida@example.org,Ida,,DACH,1,12,,\n"
)


def test_people_come_with_groups_weights_and_limits_and_without_a_password(client):
    admin = make.user("Ada", is_superuser=True)
    client.force_login(admin)
    ben, dach = named("Ben", "ben@example.org"), make.group("DACH")
    make.group("Nordics")
    make.join(dach, ben, weight=2)
    job = sent.start(PEOPLE, kind="reps", by=admin)
    before = User.objects.count(), Rep.objects.count(), Membership.objects.count()

    checked = sent.checked(job).checked
    assert (User.objects.count(), Rep.objects.count(), Membership.objects.count()) == before
    job = sent.run(job)

    assert checked["counts"] == job.counts == {"new": 3, "ended": 1, "refused": 6}
    said = {row[0]: row[2] for row in checked["rows"]}
    assert "needs a name" in said[6]
    assert "time_zone" in said[8]
    assert "no group “Nowhere”" in said[9]
    assert "weight" in said[10]
    assert "tier" in said[11]
    ana = Rep.objects.get(user__email="ana@example.org")
    assert ana.time_zone == "Europe/Berlin"
    later = timezone.now()
    rows = Membership.objects.at(later).filter(rep=ana).values_list("group__name", "weight", "tier", "cap_day")
    assert set(rows) == {("DACH", 3, 1, 5), ("Nordics", 1, 1, None)}
    assert not Membership.objects.at(later).filter(rep=ben).exists()
    assert Membership.objects.filter(rep=ben, weight=2).exists(), "the past stays"
    assert "no password yet" in client.get(f"/imports/{job.uid}/").content.decode()
    client.logout()
    client.post("/password/reset/", {"email": "ana@example.org"})
    sign_in._mails.submit(int).result()  # it leaves beside the answer
    assert mail.outbox[-1].to == ["ana@example.org"]


def test_who_is_no_admin_makes_and_renames_nobody():
    ops = make.user("Odile", is_ops=True)
    ben, dach = named("Ben", "ben@example.org"), make.group("DACH")
    text = "email,name,group,weight\nnew@example.org,New,DACH,1\nben@example.org,Benjamin,DACH,1\nben@example.org,Ben,DACH,4\n"

    job = sent.run(sent.start(text, kind="reps", by=ops))

    assert job.counts == {"refused": 2, "new": 1}
    assert not User.objects.filter(email="new@example.org").exists()
    assert Membership.objects.get(rep=ben).weight == 4
    assert Membership.objects.get(rep=ben).group == dach


def test_a_changed_weight_closes_one_row_and_opens_the_next():
    ben, dach = named("Ben", "ben@example.org"), make.group("DACH")
    make.join(dach, ben, weight=2)

    job = sent.start("email,group,weight\nben@example.org,dach,5\n", kind="reps")
    checked = sent.checked(job).checked
    job = sent.run(job)

    assert checked["rows"] == [[2, "changed", "DACH: weight: “2” → “5”"]]
    old, new = Membership.objects.order_by("starts_at")
    assert (old.weight, old.ends_at, new.weight, new.ends_at) == (2, new.starts_at, 5, None)


def test_reps_taken_out_and_brought_back_change_nothing(client):
    admin = make.user("Ada", is_superuser=True)
    client.force_login(admin)
    ana = named("Ana", "ana@example.org", cap_day=9, country="DE")
    named("Alone", "alone@example.org")
    make.group("DACH", [ana])
    make.join(make.group("Nordics"), ana, weight=7, tier=2, cap_open=0, caps_rolling=True)
    named("Gone", "gone@example.org", active=False)

    assert changes_nothing(client, "reps", by=admin) == 3


@pytest.mark.parametrize("kind", ["accounts", "territories", "reps"])
def test_what_is_taken_out_runs_in_no_spreadsheet(ops, kind):
    rep = named("=1+1", "ana@example.org")
    group = make.group("@SUM", [rep])
    make.account("+evil", domain="one.com", owner=rep)
    Territory.objects.create(name="-north", group=group, market=[])

    rows = list(csv.reader(io.StringIO(exported(ops, kind).decode("utf-8-sig"))))

    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_heads_of_exports_are_the_fields_of_imports():
    now = timezone.now()

    assert accounts.table(1)[0] == accounts.AccountRows.FIELDS
    assert territories.table(1, now)[0] == territories.TerritoryRows.FIELDS
    assert people.table(1, now)[0] == people.PeopleRows.FIELDS


def test_the_command_line_does_the_same(tmp_path, settings):
    make.account("One", external_id="A1", tier="B")
    path, out = tmp_path / "accounts.csv", io.StringIO()
    call_command("export_records", "accounts", path)
    call_command("import_records", "accounts", path, dry_run=True, stdout=out)
    with pytest.raises(CommandError, match="no column “Nix”"):
        call_command("import_records", "accounts", path, map=["external_id=Nix"], dry_run=True)
    assert not FileImport.objects.exists()  # a dry run leaves nothing behind
    assert not list(Path(settings.UPLOADS_DIR).glob("*"))
    path.write_text("Konto;Name;Rang\nA1;One;A\n;No key;\n", encoding="utf-8")
    with pytest.raises(CommandError, match="no column “Nix”"):
        call_command("import_records", "accounts", path, map=["external_id=Nix"])

    call_command("import_records", "accounts", path, map=["external_id=Konto", "name=Name", "tier=Rang"], stdout=out)

    said = out.getvalue().splitlines()
    assert said == ["1 rows: 1 same. Nothing was written.", "2 rows: 1 changed, 1 refused."]
    assert Account.objects.get().tier == "A"


def test_a_new_person_may_come_by_the_command_line(tmp_path):
    make.group("DACH")
    path, out = tmp_path / "reps.csv", io.StringIO()
    path.write_text("email,name,group\nnew@example.org,New,DACH\n", encoding="utf-8")

    call_command("import_records", "reps", path, stdout=out)

    assert out.getvalue() == "1 rows: 1 new.\n"
    assert Membership.objects.get().rep.name == "New"
