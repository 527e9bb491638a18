"""What strangers send: always a page with reasons or a lead, never an error of ours, and never half a lead."""

# ruff: noqa: RUF001 - letters that look like others are what is tested

import re
from urllib.parse import quote, urlencode

import pytest

from leads.models import Intake, Lead, LeadPrivate
from tests import factories as make

pytestmark = pytest.mark.django_db

TEXTS = [
    "\x00",
    "a\x00b",
    "\x01\x02\x1f\x7f",
    "\u202egnp.exe",
    "\u200b\u200b",
    "\ufeff",
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "𝕴𝖉𝖆 👩🏽‍🚀",
    "e\u0301" * 100,
    "x" * 199,
    "x" * 201,
    "x" * 30_000,
    "Robert'); DROP TABLE leads_lead;--",
    "=cmd|' /C calc'!A0",
    "{{7*7}} {% debug %} %s {0.__class__}",
    "<script>alert(1)</script>",
    "Ida\r\nBcc: all@spam.example",
    "../../etc/passwd",
    "null",
    "1e999",
    "-1",
    "٣٤",
    "İSTANBUL",
    "аpple.example",
]
FIELDS = (
    "name", "first_name", "email", "phone", "company", "website", "employees", "country", "postal_code", "message"
)  # fmt: skip


@pytest.fixture
def form():
    made = make.web_form(asks=" ".join(FIELDS))
    make.question(made, "start", ("Now", {}), ("Later", {}))
    make.question(made, "owns", ("yes", {}), ("no", {}), kind="yes_no")
    make.question(made, "seats", kind="number")
    made.per_address = made.per_form = made.per_email = 10_000
    made.save()
    return made


def agrees(answer, before):
    """Taken and thanked, or refused with a reason; nothing between."""
    taken = rows() > before
    page = answer.content.decode()
    reasons = re.findall(r'class="fl-error"', page) or re.findall(r'class="fl-problems"', page)
    assert (answer.status_code, bool(reasons)) in (
        {(200, False)} if taken else {(422, True), (400, False), (413, False)}
    )


ALL = (*FIELDS, "start", "owns", "seats", "fl_token", "fl_referrer", "fl_page", "utm_source", "unknown")


def rows():
    return Lead.objects.count() + Intake.objects.exclude(outcome="new").count()


def test_every_text_everywhere(client, form):
    """Each text in all fields at once, in what is free, and in one field after another."""
    sendings = []
    for n, text in enumerate(TEXTS):
        sendings += [dict.fromkeys(ALL, text), {"name": text, "message": text, "unknown": text, "utm_source": text}]
        sendings += [{ALL[n % len(ALL)]: text}, {ALL[(n + 7) % len(ALL)]: text}]
    for n, said in enumerate(sendings):
        before = rows()
        agrees(client.post(f"/f/{form.uid}/", {"email": f"ida{n}@northwind.example", **said}), before)

    assert Lead.objects.count() > len(TEXTS)
    for private in LeadPrivate.objects.all():
        assert "\x00" not in f"{private.name}{private.message}{private.company}{private.tracking}"
        assert not re.match(r"\s*(javascript|data|vbscript):", private.website, re.IGNORECASE)


@pytest.mark.parametrize(
    "website",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://a.example",
        "//evil.example javascript:",
        "http://[::1",
        "https://",
        "localhost",
    ],
)
def test_a_website_is_a_web_page_or_nothing(client, form, website):
    answer = client.post(f"/f/{form.uid}/", {"email": "ida@northwind.example", "website": website})

    assert answer.status_code == 422
    assert Lead.objects.count() == 0


@pytest.mark.parametrize("website", ["northwind.example", "www.northwind.example/en?a=b", "HTTPS://Northwind.example"])
def test_a_website_as_people_write_it(client, form, website):
    client.post(f"/f/{form.uid}/", {"email": "ida@northwind.example", "website": website})

    assert LeadPrivate.objects.get().website.lower().removeprefix("https://") == website.lower().removeprefix(
        "https://"
    )


@pytest.mark.parametrize(
    ("body", "kind", "codes"),
    [
        (b"", "application/x-www-form-urlencoded", {422}),
        (b"\xff\xfe\x00email=x", "application/x-www-form-urlencoded", {422}),
        (b"email=%ED%A0%80@a.example", "application/x-www-form-urlencoded", {422}),
        (b"email=ida%40northwind.example&name=%ED%A0%80", "application/x-www-form-urlencoded", {200}),
        (b"email=ida%40northwind.example", "application/x-www-form-urlencoded; charset=utf-16", {400}),
        (b"email=ida%40northwind.example", "application/x-www-form-urlencoded; charset=klingon", {200, 400}),
        (b'{"email": "ida@northwind.example"}', "application/json", {422}),
        (b"--x\r\nnot a part", "multipart/form-data; boundary=x", {400, 422}),
        (b"x", "multipart/form-data", {400}),
        (b"x", "multipart/form-data; boundary=" + "\u00fc" * 10, {400}),
        (b"email=" + b"x" * (6 << 20), "application/x-www-form-urlencoded", {413}),
        (b"&".join(b"f%d=1" % n for n in range(50_000)), "application/x-www-form-urlencoded", {400, 413}),
        (b"email=a@b.example;&&&=&==&email", "application/x-www-form-urlencoded", {422, 200}),
    ],
)
def test_every_kind_of_body(client, form, body, kind, codes):
    answer = client.generic("POST", f"/f/{form.uid}/", body, content_type=kind)

    assert answer.status_code in codes
    assert Lead.objects.count() == (1 if answer.status_code == 200 else 0)
    assert "<h1" in answer.content.decode()


def test_arrays_and_unknown_fields(client, form):
    body = urlencode(
        [
            ("email", "ida@northwind.example"),
            ("email", "other@northwind.example"),
            ("name", ""),
            ("name", "Ida Beck"),
            ("owner", "ana"),
            ("state", "closed"),
            ("score", "999"),
            ("is_staff", "1"),
            ("id[]", "1"),
            ("answers[verdict]", "qualified"),
        ]
    )

    client.generic("POST", f"/f/{form.uid}/", body, content_type="application/x-www-form-urlencoded")

    lead = Lead.objects.select_related("private").get()
    assert (lead.private.email, lead.private.name, lead.private.score) == ("ida@northwind.example", "Ida Beck", None)
    assert (lead.owner, lead.private.answers, lead.private.attributes) == (None, {}, {})
    assert Intake.objects.get().body["email"] == ["ida@northwind.example", "other@northwind.example"]


def test_files_are_not_taken(client, form):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.post(f"/f/{form.uid}/", {"email": "ida@northwind.example", "name": SimpleUploadedFile("x.svg", b"<svg/>")})

    assert LeadPrivate.objects.get().name == ""


def test_files_fill_no_disk(client, form, settings, monkeypatch):
    from django.core.files import uploadedfile, uploadhandler

    opened = []
    monkeypatch.setattr(uploadhandler, "TemporaryUploadedFile", lambda *about: opened.append(about))
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    large = [uploadedfile.SimpleUploadedFile("x.bin", b"x" * size) for size in (50_000, 200_000)]
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10_000

    answers = [client.post(f"/f/{form.uid}/", {"email": "ida@northwind.example", "f": one}) for one in large]

    assert [answer.status_code for answer in answers] == [200, 413]
    assert not opened


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods(client, form, method):
    assert getattr(client, method)(f"/f/{form.uid}/").status_code == 405


@pytest.mark.parametrize(
    "query", ["utm_source=" + "x" * 3000, "utm_source=%00%FF", "test=%00", "embed[]=1", quote("\u202e")]
)
def test_every_query(client, form, query):
    answer = client.get(f"/f/{form.uid}/?{query}")

    assert answer.status_code == 200
    assert "\x00" not in answer.content.decode()


def test_what_is_typed_is_shown_again_and_runs_nowhere(client, form):
    said = {field: f'"><script>{field}</script>{{{{ 7*7 }}}}' for field in FIELDS} | {"start": "'\"><img src=x>"}

    page = client.post(f"/f/{form.uid}/", said).content.decode()

    assert "<script>" not in page.replace('<script type="module" src=', "")
    assert "<img" not in page
    assert "{{ 7*7 }}" in page
