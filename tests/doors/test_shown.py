"""What came through a door is shown as it was written: on every page, in mails, files and logs, nothing of it runs."""

import csv
import io
import json
import logging
import logging.config
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from leads import dispatch, inbound
from leads.models import Connection, Inbound, Intake, Lead, LeadEvent, LeadPrivate
from routing import live
from tests import factories as make
from tests.doors.corpus import VALUES

pytestmark = [pytest.mark.django_db, pytest.mark.contract]
LABELS = (
    "control", "line breaks", "header", "script", "image", "svg", "javascript link", "data link", "template",
    "template tag", "format", "shell", "sql", "formula", "plus", "at", "tab first", "path", "right to left", "slack",
    "markdown", "quote", "comma", "full width", "zero width",
)  # fmt: skip
TEXTS = (
    "name", "phone", "company", "job_title", "website", "profile_url", "handle", "region", "city", "postal_code",
    "industry", "segment", "product", "source", "campaign", "channel", "intent", "message", "language", "time_zone",
)  # fmt: skip
# What is seen of a value, wherever it is shown: enough to know that a page was asked the right thing.
SEEN = {"script": "<script>alert(1)</script>", "template": "{{7*7}}", "slack": "<!channel> @everyone"}
POOL = [{"strategy": "pool", "options": {"mode": "open"}}]


class Page(HTMLParser):
    """What a browser would take of it: what is run, where links go, what is read."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.faults, self.read, self._script = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._script = tag == "script"
        for name, given in attrs:
            value = given or ""
            compact = "".join(value.split()).casefold()
            if name.startswith("on") and "alert" in value:
                self.faults.append(f"<{tag} {name}>")
            if name in {"href", "src", "action", "formaction", "xlink:href"} and compact.startswith(
                ("javascript:", "data:text", "vbscript:")
            ):
                self.faults.append(f"<{tag} {name}={value[:40]}>")
        if (tag, dict(attrs).get("src")) == ("img", "x"):
            self.faults.append("<img src=x>")

    def handle_endtag(self, tag):
        self._script = False

    def handle_data(self, data):
        if self._script and "alert(1)" in data:
            self.faults.append(f"script: {data[:40]}")
        self.read.append(data)


def sound(text, where):
    page = Page(text)
    assert page.faults == [], (where, page.faults[:5])
    return " ".join(page.read)


class Told(logging.Handler):
    """What the log would have said, by the product's own formatter."""

    def __init__(self):
        super().__init__()
        told = dict(settings.LOGGING["formatters"]["plain"])
        self.formatter = logging.config.DictConfigurator({}).configure_formatter(told)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.formatter.format(record))


@pytest.fixture
def log():
    made = Told()
    logging.getLogger().addHandler(made)
    yield made
    logging.getLogger().removeHandler(made)


@pytest.fixture
def world(db):
    """Leads with each value in every field: some with Ana, some in an open pool, some to be assigned."""
    ana = make.rep("Ana")
    team = make.group("Team", [ana])
    pool = make.group("Pool", [ana], pool="open", steps=POOL)
    boss = make.user("Boss", is_superuser=True)
    for group in (team, pool):
        group.managers.add(boss)
    make.publish(
        make.rule(team, name="Team", condition={"field": "country", "operator": "is", "value": "DE"}),
        make.rule(pool, name="Pool", condition={"field": "country", "operator": "is", "value": "FR"}),
        make.rule(None, name="To assign", to="desk"),
    )
    mapped = (*TEXTS, "email", "country", "deal_size")
    door = make.connection("webhook", mapping={name: name for name in mapped})
    rows = [
        {**dict.fromkeys(TEXTS, VALUES[label]), "country": country, "email": f"c{n}.{m}@example.net",
         "deal_size": "5", f"q {label}": VALUES[label], VALUES[label]: "as a question",
         "utm_source": VALUES[label], "user_agent": VALUES[label],
         # The same number or handle would be the same person.
         **({} if country == "DE" else dict.fromkeys(("phone", "handle", "profile_url"), ""))}
        for n, label in enumerate(LABELS) for m, country in enumerate(("DE", "FR", "AT"))
    ]  # fmt: skip
    answer = Client().post(
        make.address(door), json.dumps(rows), content_type="application/json",
        headers={"User-Agent": VALUES["script"], "X-Note": VALUES["image"]},
    )  # fmt: skip
    assert answer.status_code == 200
    while inbound.handle_due(now=timezone.now()):
        pass
    live.route_ready(1)
    while dispatch.drain(now=timezone.now()):
        pass
    return {"ana": ana, "boss": boss, "door": door}


def everywhere(world):
    """Every page that shows leads, and who reads it."""
    door, lead = world["door"].uid, Lead.objects.filter(owner=world["ana"]).latest("pk").uid
    row = Inbound.objects.get().uid
    rep = ["/my-leads/", "/pool/", "/leads/", "/my-numbers/"]
    rep += [f"/leads/{uid}/" for uid in Lead.objects.filter(owner=world["ana"]).values_list("uid", flat=True)]
    boss = [
        "/leads/", "/leads/?page=2", "/leads/?page=3", "/to-assign/", "/board/", "/reports/",
        f"/reports/{world['ana'].uid}/", "/connections/", f"/connections/{door}/", f"/connections/{door}/mapping/",
        f"/connections/{door}/deliveries/", f"/connections/{door}/deliveries/{row}/", f"/connections/{door}/test/",
        f"/leads/{lead}/why/", f"/leads/{lead}/merge/", "/add-lead/",
    ]  # fmt: skip
    boss += [f"/to-assign/?lead={uid}" for uid in Lead.objects.filter(state="desk").values_list("uid", flat=True)[:8]]
    boss += admin_pages()
    return [(world["ana"].user, path) for path in rep] + [(world["boss"], path) for path in boss]


def admin_pages():
    lists = ("lead", "intake", "delivery", "account", "connection", "contact", "inbound", "leadevent")
    found = [f"/admin/leads/{name}/" for name in lists]
    some = Lead.objects.order_by("pk").values_list("pk", flat=True)
    found += [f"/admin/leads/lead/{pk}/change/" for pk in list(some)[:: len(LABELS) // 8]]
    found += [f"/admin/leads/intake/{Intake.objects.latest('pk').pk}/change/", "/admin/routing/decision/"]
    return found


def test_no_page_runs_what_came_through_a_door(world, log):
    assert Lead.objects.count() == 3 * len(LABELS)
    assert set(Lead.objects.values_list("state", flat=True)) == {"assigned", "pooled", "desk"}
    clients = {}
    read = {}
    for user, path in everywhere(world):
        client = clients.setdefault(user.pk, Client(raise_request_exception=False))
        if not client.cookies:
            client.force_login(user)
        answer = client.get(path)
        if answer.status_code == 404 and path.startswith("/admin/"):
            continue  # not on the admin's list
        assert answer.status_code == 200, (path, answer.status_code)
        read[path] = sound(answer.content.decode(), path)
    for path in ("/my-leads/", "/pool/", "/leads/", "/to-assign/"):
        assert any(text in read[path] for text in SEEN.values()), path
    shown = " ".join(read.values())
    for label, text in SEEN.items():
        assert text in shown, label
    delivery = next(text for path, text in read.items() if path.count("/deliveries/") and path[-2] != "s")
    assert "alert(1)" in delivery
    assert sum(path.startswith("/admin/") for path in read) > 12
    one_line_each(log.lines)


def test_the_test_page_shows_a_payload_and_runs_nothing_of_it(world):
    client = Client()
    client.force_login(world["boss"])
    for label in LABELS:
        sent = {**dict.fromkeys(TEXTS, VALUES[label]), "email": "t@example.net", "country": "DE", VALUES[label]: "x"}
        answer = client.post(
            f"/connections/{world['door'].uid}/test/", {"body": json.dumps(sent), "content_type": "application/json"}
        )
        assert answer.status_code == 200
        sound(answer.content.decode(), label)


def test_mails_have_one_subject_one_receiver_and_no_markup_of_others(world, log):
    lead = Lead.objects.filter(owner=world["ana"]).latest("pk")
    dispatch.tell_managers([one.pk for one in Lead.objects.all()], "late", timezone.now())
    dispatch.tell_managers([one.pk for one in Lead.objects.all()], "waiting", timezone.now())
    note(lead)
    while dispatch.drain(now=timezone.now()):
        pass

    assert len(mail.outbox) > 3 * len(LABELS)
    seen = ""
    for message in mail.outbox:
        wire = message.message()
        for name, value in wire.items():
            assert "\r" not in value, name
            assert "\n" not in value.replace("\n ", ""), name
            assert name.casefold() != "bcc"
        assert message.recipients() == message.to
        assert len(message.to) == 1
        assert message.subject == " ".join(message.subject.split())
        seen += sound(message.alternatives[0][0], message.subject) + message.body
    for text in SEEN.values():
        assert text in seen
    one_line_each(log.lines)


def note(lead):
    """They write again, with everything at once."""
    private = LeadPrivate.objects.get(lead=lead)
    again = {"email": private.email, "message": "".join(VALUES[label] for label in LABELS)}
    door = Connection.objects.get(kind="webhook")
    Client().post(make.address(door), json.dumps(again), content_type="application/json")
    while inbound.handle_due(now=timezone.now()):
        pass
    assert LeadEvent.objects.filter(lead=lead, kind="enquiry").exists()


FILES = ("/leads/export.csv", "/reports/export.csv", "/reports/{ana}/export.csv", "/imports/export/accounts.csv")


def test_no_cell_of_a_file_runs_in_a_spreadsheet(world):
    make.account(VALUES["formula"], domain="acme.example", segment=VALUES["at"])
    client = Client()
    client.force_login(world["boss"])
    defused = 0
    for path in FILES:
        answer = client.get(path.format(ana=world["ana"].uid))

        text = (b"".join(answer) if answer.streaming else answer.content).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len(rows) > 1
        assert {len(row) for row in rows} == {len(rows[0])}
        for cell in (cell for row in rows for cell in row):
            if not is_number(cell):
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b")), cell[:40]
        defused += any(cell.startswith("'=") for row in rows for cell in row)
    assert defused == len(FILES) - 1  # reports of all reps hold nothing of leads


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return "+" not in cell[:1]


def one_line_each(lines):
    for line in lines:
        first, *rest = line.split("\n")
        assert "\r" not in line
        assert "\x1b" not in line
        assert all(more.startswith("    ") for more in rest), first[:100]


@pytest.mark.parametrize("label", ["control", "line breaks", "header", "right to left"])
def test_a_log_cannot_be_forged(log, label):
    logger = logging.getLogger("leads.test")
    value = VALUES[label] + "\nINFO leads.inbound all is well\u2028\x9b31m"

    logger.warning("could not read %s", value)
    try:
        int(value)
    except ValueError:
        logger.exception("it failed")

    one_line_each(log.lines)
    assert len(log.lines[0].splitlines()) == 1
    assert not any(line.startswith("INFO") for told in log.lines for line in told.splitlines())
