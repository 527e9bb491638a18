"""New leads and leads of the past: guesses, dry runs, the same file twice, stopping, going on, what history keeps."""

# ruff: noqa: E501 - the rows of a table stand on one line each

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, transaction
from django.utils import timezone

from leads.models import Attribute, Delivery, Intake, Lead, LeadEvent, LeadPrivate, Touch
from routing import live
from routing.imports import acts, guess, kinds, sheets, work
from routing.imports.leads_kind import LeadRows
from routing.models import Assignment, Decision, FileImport, LedgerEntry, Share
from routing.watch import audit
from tests import factories as make
from tests.imports import sent

pytestmark = pytest.mark.django_db
TEXT = "Mail,Name,Land\nana@one.example,Ana,DE\nben@two.example,Ben,Austria\n"


def many(count):
    return "Mail,Name\n" + "".join(f"p{n}@c{n}.example,P{n}\n" for n in range(count))


def written():
    return tuple(model.objects.count() for model in (Lead, LeadPrivate, Intake, LeadEvent, Attribute, Touch))


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("E-Mail-Adresse;Vorname;Nachname;Telefon;PLZ;Ort;Land;Firma", "email first_name last_name phone postal_code city country company"),
        ("Courriel;Prénom;Nom de famille;Téléphone;Code postal;Ville;Pays;Société", "email first_name last_name phone postal_code city country company"),
        ("Correo electrónico;Nombre;Apellidos;Móvil;Código postal;Ciudad;País;Empresa", "email name last_name phone postal_code city country company"),
        ("Indirizzo email;Nome;Cognome;Cellulare;CAP;Città;Paese;Azienda", "email name last_name phone postal_code city country company"),
        ("E-mailadres;Voornaam;Achternaam;Telefoonnummer;Postcode;Plaats;Land;Bedrijf", " first_name last_name phone postal_code city country company"),
        ("Email;First Name;Last Name;Mobile;ZIP Code;City;Country;Company Name", "email first_name last_name phone postal_code city country company"),
    ],
    ids=["German", "French", "Spanish", "Italian", "Dutch", "English"],
)  # fmt: skip
def test_columns_are_guessed_by_their_names(header, fields):
    found = guess.columns(header.split(";"), [], known=kinds.PLAIN)

    assert [g.field for g in found] == fields.split(" ")
    assert {g.by for g in found if g.field} == {"name"}


def test_columns_without_a_telling_name_are_guessed_by_their_values():
    samples = [
        ("ana@one.example", "+49 40 1234567", "Deutschland", "03.02.2025", "https://one.example", "12345", "so what"),
        ("bo@two.example", "(0171) 555 66 77", "FR", "31.12.2025 09:30", "www.two.example", "23456", "well"),
    ]

    found = guess.columns(list("ABCDEFG"), samples, known=[*kinds.PLAIN, "arrived_at"])

    assert [g.field for g in found] == ["email", "phone", "country", "arrived_at", "website", "", ""]
    assert {g.by for g in found if g.field} == {"values"}


@pytest.mark.parametrize(
    ("values", "forms"),
    [
        (["2025-02-03", "2025-02-03T09:30"], [""]),
        (["31.12.2025", "01.02.2025 09:30"], ["%d.%m.%Y"]),
        (["03/02/2025", "04/02/2025"], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["03/02/2025", "14/02/2025"], ["%d/%m/%Y"]),
        (["03/14/2025"], ["%m/%d/%Y"]),
        (["2025/02/03"], ["%Y/%m/%d"]),
        (["03/02/2025", "03.02.2025"], []),
        ([], []),
    ],
)
def test_the_way_dates_are_written_is_told_from_all_of_them(values, forms):
    assert guess.date_formats(values) == forms


def test_unclear_dates_are_asked_for(ops):
    job = sent.start("Mail,Eingang\na@a.example,03/02/2025\nb@b.example,04/02/2025\n")
    page = ops.get(f"/imports/{job.uid}/").content.decode()
    columns = {"c0": "email", "c1": "arrived_at", "go": "run"}

    refused = ops.post(f"/imports/{job.uid}/columns/", columns)
    ops.post(f"/imports/{job.uid}/columns/", {**columns, "date_format": "%d/%m/%Y"})
    sent.finish(job)

    assert "can be 3 February 2025 or 2 March 2025" in page
    assert refused.status_code == 422
    assert "more than one way" in refused.content.decode()
    assert Lead.objects.order_by("pk")[0].arrived_at == datetime(2025, 2, 3, tzinfo=UTC)


def test_a_dry_run_counts_and_writes_nothing():
    job = sent.start(TEXT + "nope,N,DE\n,x,Atlantis\n")
    acts.choose(job=job, mapping=["email", "+shade", "country"], options={})
    before = written()

    job = sent.checked(job)

    assert written() == before
    assert job.status == "mapping"
    assert job.checked["counts"] == {"new": 2, "refused": 2}
    assert job.checked["fields"] == {"email": 1, "country": 1}
    assert [row[0] for row in job.checked["rows"]] == [4, 5]


def test_unknown_columns_are_kept_made_fields_or_left_out():
    text = "Mail,Stand,Shoe size,Secret\na@a.example,Hall 7,42,hush\n"
    job = sent.run(sent.start(text), mapping=["email", "=answers", "+shoe_size", ""])

    private = LeadPrivate.objects.get()
    assert job.counts == {"new": 1}
    assert private.answers == {"Stand": "Hall 7"}
    assert private.attributes == {"shoe_size": "42"}
    assert Attribute.objects.get().label == "Shoe size"
    assert "hush" not in str(Intake.objects.get().body)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (["email", "email", ""], "Two columns fill “E-mail”"),
        (["", "", ""], "at least one column"),
        (["nonsense", "", ""], "“nonsense” is nothing"),
        (["owner", "", ""], "“owner” is nothing"),
        (["+no way", "", ""], "cannot name an attribute"),
        (["email"], "Say of each column"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(mapping, says):
    job = sent.start(TEXT)

    with pytest.raises(acts.NotPossibleError, match=says):
        acts.choose(job=job, mapping=mapping, options={})


def test_the_same_file_twice_adds_nothing_and_says_so(ops):
    text = TEXT + "ana@one.example,Ana,DE\nana@one.example,Ana again,DE\n"
    first = sent.run(sent.start(text))
    before = written()

    second = sent.start(text)
    page = ops.get(f"/imports/{second.uid}/").content.decode()
    second = sent.run(second)

    assert first.counts == {"new": 2, "enquiry": 2}
    assert second.counts == {"repeated": 4}
    assert written() == before
    assert "This very file was imported on" in page
    assert "It added nothing" in ops.get(f"/imports/{second.uid}/").content.decode()


def test_stopped_between_two_batches_it_goes_on_where_it_stood():
    job = sent.start(many(1_200))
    acts.run(job=job, now=sent.NOW)
    assert work.work(job.pk, seconds=0)
    halfway = sent.again(job).done

    assert acts.cancel(job=job, now=sent.NOW)
    assert not work.work(job.pk)
    stopped = sent.again(job)
    acts.run(job=stopped, now=sent.NOW)
    job = sent.finish(job)

    assert (halfway, stopped.status, stopped.done) == (500, "cancelled", 500)
    assert (job.status, job.counts) == ("done", {"new": 1_200})
    assert Lead.objects.count() == 1_200
    assert not acts.cancel(job=job, now=sent.NOW)


def test_a_batch_under_way_when_it_is_stopped_leaves_nothing(monkeypatch):
    job = sent.start(many(700))
    acts.run(job=job, now=sent.NOW)
    real = LeadRows.bring

    def stopped_meanwhile(self, rows, along):
        acts.cancel(job=job, now=sent.NOW)
        real(self, rows, along)

    monkeypatch.setattr(LeadRows, "bring", stopped_meanwhile)
    work.work(job.pk)

    assert not Lead.objects.exists()
    assert sent.again(job).status == "cancelled"
    assert sent.again(job).done == 0


def test_what_a_dead_worker_left_is_gone_on_with_and_refusals_are_told_once():
    rows = "".join(f"{'nope' if n % 10 == 0 else f'p{n}@c{n}.example'},P{n}\n" for n in range(1_100))
    job = sent.start("Mail,Name\n" + rows)
    acts.run(job=job, now=sent.NOW)
    work.work(job.pk, seconds=0)
    # A worker took it, wrote refusals of a batch that never committed, and died.
    FileImport.objects.filter(pk=job.pk).update(lease=job.uid, lease_until=timezone.now() + timedelta(seconds=20))
    with sheets.told_path(job.uid, tried=False).open("ab") as file:
        file.write(b"rows that nobody committed\n" * 5_000)

    assert not work.work(job.pk), "somebody is at it"
    FileImport.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert work.ring_waiting(now=timezone.now()) == 1
    job = sent.finish(job)

    assert job.counts == {"new": 990, "refused": 110}
    assert [int(row[-3]) for row in sent.told(job)[1:]] == list(range(2, 1_102, 10))


def test_a_worker_that_dies_before_it_notes_what_it_read_reads_again():
    job = acts.start(kind="new", name="leads.csv", parts=[TEXT.encode()], by=None, now=sent.NOW)
    sheets.look_through(job.uid)

    work.work(job.pk)

    assert (sent.again(job).status, sent.again(job).total) == ("mapping", 2)
    assert [path.name for path in sheets.folder(job.uid).iterdir()] == ["rows.jsonl"]


def test_one_row_the_database_refuses_harms_no_neighbour(monkeypatch):
    job = sent.start(many(9))
    real = LeadRows.bring

    def picky(self, rows, along):
        real(self, rows, along)
        if any(row.number == 5 for row in rows):
            raise DataError("value out of range")

    monkeypatch.setattr(LeadRows, "bring", lambda self, rows, along: _atomic(picky, self, rows, along))
    job = sent.run(job)

    assert job.counts == {"new": 8, "refused": 1}
    assert sent.told(job)[1][-3:] == ["5", "refused", "row: It cannot be stored: value out of range."]
    assert not Lead.objects.filter(private__email="p3@c3.example").exists()


def _atomic(act, *args):
    with transaction.atomic():
        act(*args)


def test_files_past_their_time_are_thrown_away_and_the_record_stays(ops):
    job = sent.run(sent.start(TEXT + "nope,x,DE\n"))
    assert sheets.folder(job.uid).exists()
    later = sent.NOW + timedelta(days=30, seconds=1)

    assert acts.forget(now=sent.NOW + timedelta(days=1)) == 0
    assert acts.forget(now=later) == 1
    assert acts.forget(now=later) == 0

    assert not sheets.folder(job.uid).exists()
    assert sent.again(job).counts == {"new": 2, "refused": 1}
    assert ops.get(f"/imports/{job.uid}/refused.csv").status_code == 404
    assert "thrown away" in ops.get(f"/imports/{job.uid}/").content.decode()


HISTORY = (
    "Mail,Came,Owner,Stage,Closed,Amount,Call 1,Call 2,Meeting,Attempt\n"
    "a@a.example,2024-03-01T09:00,ana@example.org,Won,2024-04-01,1200.50,2024-03-01T10:00,2024-03-02T10:00,2024-03-05,2024-03-01T09:20\n"
    "b@b.example,2024-03-02T09:00,ana@example.org,Contacted,,,,,,2024-03-02T09:20; 2024-03-02T11:00\n"
    "c@c.example,2024-03-02T09:00,nobody@example.org,Contacted,,,2024-03-01,,,\n"
)


@pytest.mark.django_db(transaction=True)
def test_history_keeps_owners_and_contacts_and_moves_nothing():
    ana = make.rep("Ana")
    ana.user.email = "ana@example.org"
    ana.user.save()
    make.publish(make.rule(make.group("DACH", [ana])))

    job = sent.start(HISTORY, kind="history")
    assert job.mapping == [
        "email", "arrived_at", "owner", "stage", "closed_at", "deal_size", "calls", "calls", "meetings", "call_attempts",
    ]  # fmt: skip
    mapping = ["won_amount" if to == "deal_size" else to for to in job.mapping]
    job = sent.run(job, mapping=mapping)

    assert job.counts == {"new": 2, "refused": 1}
    assert "No rep has the address" in sent.told(job)[1][-1]
    won, open_one = Lead.objects.order_by("pk")
    assert (won.kind, won.state, won.owner, won.hop) == ("history", "closed", ana, 1)
    assert won.responded_at == datetime(2024, 3, 1, 9, 20, tzinfo=UTC)
    assert won.reached_at == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert list(Touch.objects.filter(lead=won).order_by("at").values_list("kind", "outcome", "two_way")) == [
        ("call", "no_answer", False), ("call", "connected", True), ("call", "connected", True), ("meeting", "", True),
    ]  # fmt: skip
    assert (open_one.state, open_one.due_at, open_one.reached_at) == ("assigned", None, None)
    assert Touch.objects.filter(lead=open_one, two_way=False).count() == 2
    assert live.route_ready(1).count == 0
    assert set(Assignment.objects.values_list("how", "due_at")) == {("history", None)}
    for nothing in (Delivery, Decision, LedgerEntry, Share):
        assert not nothing.objects.exists()
    assert not any(f.broken for f in audit())


def test_the_line_says_what_will_happen(ops):
    new, past = sent.start(TEXT), sent.start("Mail,Created\na@a.example,2024-03-01\n", kind="history")

    pages = [ops.get(f"/imports/{job.uid}/").content.decode() for job in (new, past)]

    assert (
        "2 leads will be shared out by the rules, and their owners are told. At most 2 messages are sent." in pages[0]
    )
    assert "1 lead of the past, 0 will be assigned, 0 messages sent." in pages[1]


def test_a_dry_run_tells_who_would_be_an_enquiry_as_with_other_columns_of_the_same_file(ops):
    text = "No,Mail,Name\n1,ana@one.example,Ana\n2,ben@two.example,Ben\n"
    sent.run(sent.start(text), mapping=["", "email", "name"])
    job = sent.start(text)
    acts.choose(job=job, mapping=["external_id", "email", "name"], options={})

    checked = sent.checked(job)

    assert checked.checked["counts"] == {"enquiry": 2}
    page = ops.get(f"/imports/{job.uid}/").content.decode()
    assert "2 rows are of people who have an open lead" in page
    assert "At most 2 messages are sent." in page
    assert sent.run(job).counts == {"enquiry": 2}


def test_where_they_came_from_is_no_answer_and_numbers_are_read_as_people_write_them():
    text = 'Mail,Employees,Budget,utm_source,gclid,Colour\nana@one.example,51-200,"12.500,00 EUR",news,Cj0,blue\n'
    job = sent.start(text)
    to = {"Mail": "email", "Employees": "employees", "Budget": "deal_size"}
    sent.run(job, mapping=[to.get(name, "=answers") for name in job.header])

    details = LeadPrivate.objects.get()
    assert details.tracking == {"utm_source": "news", "gclid": "Cj0"}
    assert details.answers == {"Colour": "blue"}
    assert (details.employees, details.deal_amount, details.deal_currency) == (51, 12500, "EUR")
