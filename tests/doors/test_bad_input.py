"""The corpus of bad input at every door: never a 5xx, never half a lead, a reason by field, neighbours are taken."""

import csv
import io
import json
from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads import inbound
from leads.connector import Came
from leads.forms import token
from leads.models import Inbound, Intake, Lead, LeadEvent, LeadFacts, LeadPrivate
from tests import factories as make
from tests.doors.corpus import BODIES, CASES, lead, neighbour
from tests.doors.figures import many, told
from tests.imports import sent as files

pytestmark = [pytest.mark.django_db, pytest.mark.contract]
EVERY = 10  # after so many cases stands a neighbour


def rows():
    """All cases with neighbours between them, and where the neighbours stand."""
    found, good = [], []
    for n, (field, _label, value) in enumerate(CASES):
        if n % EVERY == 0:
            good.append(len(found))
            found.append(neighbour(n))
        found.append(lead(field, value, n))
    return found, good


def whole():
    """Nothing is half written: every lead has its parts, and every part its lead."""
    leads = Lead.objects.count()
    assert LeadPrivate.objects.count() == leads
    assert LeadFacts.objects.filter(n=1).count() == leads
    assert LeadEvent.objects.filter(kind="received").count() == leads
    assert Intake.objects.filter(outcome="new").count() == leads
    return leads


def handle():
    while inbound.handle_due(now=timezone.now() + timedelta(seconds=1)):
        pass


def test_rest_takes_or_refuses_each_row_by_its_field():
    _key, secret = make.key_and_secret()
    sent, good = rows()

    answer = Client().post(
        "/api/v1/leads/bulk/",
        json.dumps(sent),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )

    assert answer.status_code == 200, answer.content[:300]
    results = answer.json()["results"]
    assert len(results) == len(sent)
    assert {results[n]["outcome"] for n in good} == {"new"}
    refused = [row for row in results if row["outcome"] == "refused"]
    assert refused
    for row in refused:
        spoilt = set(sent[row["row"]])
        assert row["errors"]
        assert all(
            e["detail"] and e["field"].partition(".")[0].partition("[")[0] in spoilt | {"body"} for e in row["errors"]
        )
    assert whole() == sum(row["outcome"] == "new" for row in results)
    told("R33 REST", cases=len(CASES), taken=whole(), refused=len(refused), neighbours=len(good))


@pytest.mark.parametrize("label", BODIES)
def test_rest_refuses_a_body_that_is_no_lead(label):
    _key, secret = make.key_and_secret()
    kind = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {secret}"}}

    for path in ("/api/v1/leads/", "/api/v1/leads/bulk/"):
        answer = Client(raise_request_exception=False).post(path, BODIES[label], **kind)
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
        assert answer.json()["detail"]
    assert whole() == 0


def test_a_connection_takes_all_it_can_and_tells_what_it_cannot():
    door = make.connection("webhook")
    sent, good = rows()

    answer = Client().post(make.address(door), json.dumps(sent), content_type="application/json")
    handle()

    assert answer.status_code == 200
    row = Inbound.objects.get()
    assert row.state == "handled", row.error[:500]
    names = set(LeadPrivate.objects.values_list("name", flat=True))
    assert {sent[n]["name"] for n in good} <= names
    refused = Intake.objects.filter(outcome="refused")
    assert all(refused.values_list("error", flat=True))
    assert whole() + refused.count() + Intake.objects.filter(outcome="enquiry").count() == len(sent)
    assert Intake.objects.exclude(error="").filter(outcome="new").exists()
    told("R33 connection", cases=len(CASES), taken=whole(), refused=refused.count(), neighbours=len(good))


def test_a_strict_connection_names_the_field_of_each_it_refuses():
    door = make.connection("webhook", strict=True)
    sent, good = rows()

    Client().post(make.address(door), json.dumps(sent), content_type="application/json")
    handle()

    refused = Intake.objects.filter(outcome="refused")
    fields = {"name", "email", "phone", "company", "country", "website", "message", "employees", "answers"}
    assert refused.count() > 50
    assert all(error.partition(":")[0] in fields for error in refused.values_list("error", flat=True))
    assert Lead.objects.filter(private__name__startswith="Nora").count() == len(good)
    whole()


@pytest.mark.parametrize("label", BODIES)
def test_a_connection_refuses_a_body_that_is_no_lead(label):
    door = make.connection("webhook")

    answer = Client(raise_request_exception=False).post(
        make.address(door), BODIES[label], content_type="application/json"
    )
    handle()

    assert answer.status_code in {200, 400}
    if label != "many keys":
        row = Inbound.objects.get()
        assert row.state == "refused"
        assert row.error
        assert whole() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"a=%00&email=ann%40example.net",
        b"name=%ff%fe&email=ann%40example.net",
        b"name=\xff&email=x",
        b"&".join(b"k%d=1" % n for n in range(5_000)),
        b"=&=&=",
        b"name=" + b"x" * 100_000,
        b"%%%&&&",
        b"",
    ],
)
def test_forms_of_strangers_never_break_a_connection(body):
    door = make.connection("webhook")
    kind = "application/x-www-form-urlencoded"

    answer = Client(raise_request_exception=False).post(make.address(door), body, content_type=kind)
    handle()

    assert answer.status_code in {200, 400}
    assert Inbound.objects.get().state in {"handled", "refused"}
    whole()


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json; charset=utf-7"},
        {"Content-Type": "\x00"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"X-Odd": "\xff\xfe"},
        {"X-Long": "x" * 20_000},
    ],
)
def test_odd_headers_never_break_a_connection(headers):
    door = make.connection("webhook")

    answer = Client(raise_request_exception=False).post(
        make.address(door),
        b'{"name": "Ann"}',
        content_type=headers.get("Content-Type", "application/json"),
        headers=headers,
    )

    assert answer.status_code < 500


def test_too_large_a_body_is_refused_before_it_is_read(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    door = make.connection("webhook")

    answer = Client().post(make.address(door), b"x" * 2_000, content_type="application/json")

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert not Inbound.objects.exists()


def as_text(value):
    """What a browser, a cell or a mail can carry of it."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value, default=str)
    return value.encode("utf-8", "replace").decode()


# A form is sent one by one: some of them here, all of them by `make battery-doors`.
STEP = many(7, 1)


def test_a_web_form_takes_each_or_shows_the_reason_beside_its_field(settings):
    cache.clear()
    form = make.web_form(asks="name email phone company country website message employees")
    form.per_address = form.per_email = form.per_form = 10_000
    form.save()
    url, client = reverse("form-page", args=[form.uid]), Client(raise_request_exception=False)
    statuses = []

    for n, (field, _label, value) in list(enumerate(CASES))[::STEP]:
        cache.clear()  # each is somebody else
        note = {"fl_token": token.draw(form, now=timezone.now() - timedelta(minutes=1))}
        answer = client.post(url, {**{k: as_text(v) for k, v in lead(field, value, n).items()}, **note})
        statuses.append(answer.status_code)
        assert answer.status_code < 500, (field, _label)
        if answer.status_code in {400, 422}:
            assert b"error" in answer.content, (field, _label)
    client.post(url, {**neighbour(1), "fl_token": token.draw(form, now=timezone.now() - timedelta(minutes=1))})

    leads = whole()
    assert leads > 1
    assert LeadPrivate.objects.filter(name__startswith="Nora").count() == 1
    assert sum(status < 400 for status in statuses) >= leads - 1
    told(
        "R33 form",
        cases=len(statuses),
        taken=leads - 1,
        refused=sum(status >= 400 for status in statuses),
        neighbours=1,
    )


def test_a_file_takes_what_it_can_and_gives_the_rest_back_with_reasons(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path
    sent, good = rows()
    out = io.StringIO()
    table = csv.writer(out)
    names = ["name", "email", "phone", "company", "country", "website", "message", "employees"]
    table.writerow(names)
    for row in sent:
        table.writerow([as_text(row.get(name)) for name in names])
    job = files.start(out.getvalue().encode())
    assert job.status != "failed", job.error

    done = files.run(job, {name: name for name in names} if isinstance(job.mapping, dict) else job.mapping)

    assert done.status == "done", done.error
    assert done.done == len(sent)
    refused = files.told(job)
    assert all(row[-1].strip() for row in refused[1:])
    assert Lead.objects.filter(private__name__startswith="Nora").count() == len(good)
    assert whole() == done.counts["new"]
    told("R33 file", cases=len(CASES), taken=done.counts["new"], refused=len(refused) - 1, neighbours=len(good))


def as_mail(row, n):
    """A form's notification: key and value on each line."""
    lines = "".join(f"{name.capitalize()}: {as_text(value)}\n" for name, value in row.items())
    head = f"From: site{n}@example.org\r\nTo: leads@example.net\r\nSubject: A form\r\n"
    return head.encode() + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + lines.encode("utf-8", "replace")


def test_a_mailbox_takes_each_mail_or_says_why_not():
    door = make.connection("mailbox", settings={"template": "lines"})
    sent, good = rows()
    now = timezone.now()

    for n, row in enumerate(sent):
        body = as_mail(row, n)
        came = Came("POST", "", {"content-type": "message/rfc822"}, {}, body, now)
        assert not inbound.keep(connection=door, came=came, delivery_id=f"<c{n}@example.org>").repeated
    handle()

    states = Counter(Inbound.objects.values_list("state", flat=True))
    assert set(states) <= {"handled", "refused"}
    assert all(Inbound.objects.filter(state="refused").values_list("error", flat=True))
    names = set(LeadPrivate.objects.values_list("name", flat=True))
    assert {sent[n]["name"] for n in good} <= names
    told("R33 mail", cases=len(CASES), taken=whole(), refused=states["refused"], neighbours=len(good))
