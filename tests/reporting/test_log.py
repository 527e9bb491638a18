"""The assignment log: a row for each assignment, as far as one may read; narrowed, ordered, kept, taken along."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads import respond
from leads.models import Delivery, LeadPrivate, SavedView
from reporting import log
from reporting.cohort import overseen
from reporting.models import Spell
from reporting.spells import keep
from routing import hand
from routing.models import Assignment, Decision
from tests import factories as make
from tests.reporting import worked

pytestmark = pytest.mark.django_db
URL, FILE = "/reports/log/", "/reports/log/export/"


def lines(user, *, now=None):
    now = now or timezone.now()
    keep.refresh()
    rows = log.spells(scope=overseen(user, now=now), reader=user, now=now)
    return list(log.lines(rows.order_by("starts_at", "pk"), reader=user, now=now))


@pytest.fixture
def dach():
    """Ana's lead answered in 60 s, then given to Ben, who missed it; a second lead of Ana's is late and won."""
    group, (ana, ben) = worked.team("Ana", "Ben")
    first = worked.given(ana, group, source="Fair")
    worked.called(first, ana, after=60, reached=True)
    second = worked.given(ana, group, source="Web form")
    worked.called(second, ana, after=3600)
    worked.moved(second, ana, "won")
    hand.give(lead=first, rep=ben, group=group, by=group.managers.get())
    Decision.objects.update(at=first.arrived_at)
    return group, ana, ben, first, second


@pytest.fixture
def manager(client, dach):
    client.force_login(dach[0].managers.get())
    return client


def test_each_assignment_has_its_instants_and_both_clocks(dach):
    group, _ana, ben, first, second = dach
    first.refresh_from_db()
    respond.open_page(lead=first, rep=ben, by=ben.user, now=timezone.now())
    told = timezone.now() - timedelta(minutes=1)
    Delivery.objects.filter(lead=first, rep=ben, event="assigned").update(sent_at=told)

    one, two, three = sorted(lines(group.managers.get()), key=lambda line: (line.source, line.assigned_at))

    assert [(x.uid, x.rep, x.how, x.outcome) for x in (one, two, three)] == [
        (first.uid, "Ana", "rule", "hand_over"),
        (first.uid, "Ben", "hand_over", "open"),
        (second.uid, "Ana", "rule", "won"),
    ]
    # By the wall clock from arrival to anybody's contact; in the rep's time from assignment to theirs.
    assert [(x.waited.total_seconds(), x.took, x.within) for x in (one, three)] == [(70, 60, True), (3610, 3600, False)]
    assert (two.took, two.contacted_at, two.within) == (None, None, None)
    assert (one.opened_at, two.told_at) == (None, told)
    assert two.opened_at is not None
    assert {x.group for x in (one, two, three)} == {group.name}
    assert one.rule


def test_a_missed_one_is_told_as_the_metric_counts_it(dach):
    group, _ana, ben, *_ = dach
    manager, now = group.managers.get(), timezone.now()
    Assignment.objects.filter(rep=ben).update(due_at=now - timedelta(seconds=1))
    keep.refresh()

    (line,) = [x for x in lines(manager, now=now) if x.rep == "Ben"]
    assert line.within is False
    found = {key: {s.rep.name for s in Spell.objects.filter(log.within(key, now=now))} for key in ("yes", "no", "open")}
    assert found == {"yes": {"Ana"}, "no": {"Ana", "Ben"}, "open": set()}


def test_a_lead_is_named_only_to_who_may_read_it(client, manager, dach):
    _group, _ana, _ben, first, _second = dach
    other = make.group("Nordics", [make.rep("Nils")])
    other.managers.add(make.user("Nora"))
    type(first).objects.filter(pk=first.pk).update(group=other)
    first.private.company = "Secret & Sons"
    first.private.save()

    page = manager.get(URL).content.decode()
    file = manager.get(FILE).getvalue().decode()

    assert "Secret" not in page + file
    assert f"No. {first.uid.hex[:8]}" in page
    assert str(first.uid) in file


ADDRESSES = {
    "": ["Ben", "Ana", "Ana"],
    "sort=assigned": ["Ana", "Ana", "Ben"],
    "how=hand_over": ["Ben"],
    "source=fair&sort=rep": ["Ana", "Ben"],
    "within=yes": ["Ana"],
    "within=no": ["Ana"],
    "within=open": ["Ben"],
    "outcome=won": ["Ana"],
    "outcome=open": ["Ben"],
    "outcome=hand_over": ["Ana"],
    "period=today": ["Ben"],
    "period=any&sort=nonsense": ["Ben", "Ana", "Ana"],
    "sort=-took": ["Ana", "Ana", "Ben"],
    "q=nobody-at-all": [],
    "assigned_before=1990-01-01T00:00Z&period=any": [],
    "outcome=nonsense": [],
    "group=nonsense": [],
    "rule=nonsense": [],
    "assigned_after=0001-01-01T00:00Z": [],
    "q=%00x": [],
    "page=99999999999999999999&period=any": ["Ben", "Ana", "Ana"],
}


def test_it_is_narrowed_and_ordered_in_the_address(manager):
    found = {}
    for query in ADDRESSES:
        answer = manager.get(f"{URL}?{query}")
        assert answer.status_code == 200, query
        found[query] = [row["line"].rep for row in answer.context["page"].object_list]

    assert found == ADDRESSES


def test_a_name_finds_only_what_the_reader_may_read(manager, dach):
    _group, _ana, _ben, first, _second = dach
    first.private.company = "Fjordfisk AS"
    first.private.save()

    assert "Fjordfisk" in manager.get(f"{URL}?q=fjordf").content.decode()
    type(first).objects.filter(pk=first.pk).update(group=make.group("Else", [make.rep("Eva")]))
    assert manager.get(f"{URL}?q=fjordf").context["page"].paginator.count == 0


def test_the_file_has_the_rows_of_the_page_in_both_kinds(manager, dach):
    text = manager.get(f"{FILE}?outcome=won").getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["rep"], row["rep_took_seconds"], row["lead_waited_seconds"]) == ("Ana", "3600", "3610")
    assert (row["within_sla"], row["outcome"], row["how"]) == ("no", "won", "by a rule")

    answer = manager.get(f"{FILE}?outcome=won&format=xlsx")
    found = io.BytesIO(answer.getvalue())
    heads, cells = openpyxl.load_workbook(found).active.iter_rows(values_only=True)
    line = dict(zip(heads, cells, strict=True))
    assert line["rep_took_seconds"] == 3600
    assert line["within_sla"] is False
    assert line["first_contact (Europe/Berlin)"].tzinfo is None

    assert manager.get(f"{FILE}?outcome=nonsense").status_code == 400


def test_another_managers_rows_do_not_show(client, dach):
    group, (nils,) = worked.team("Nils", name="Nordics")
    worked.given(nils, group)
    client.force_login(group.managers.get())

    page = client.get(f"{URL}?period=any").content.decode()

    assert "Nils" in page
    assert "Ana" not in page
    assert client.get(f"{URL}?rep={dach[1].uid}").context["page"].paginator.count == 0


def test_a_manager_who_pulls_blind_sees_no_row_of_what_waits_there(client):
    ana = make.rep("Ana")
    pool = make.group("Pool", [ana], pool="blind", blind_for_managers=True)
    pool.managers.add(ana.user)
    make.publish(make.rule(pool))
    lead = worked.given(ana, pool)
    client.force_login(ana.user)
    assert client.get(URL).context["page"].paginator.count == 1

    type(lead).objects.filter(pk=lead.pk).update(owner=None, state="pooled")

    assert client.get(URL).context["page"].paginator.count == 0


def test_who_manages_nobody_is_refused(client, dach):
    client.force_login(dach[1].user)

    assert client.get(URL).status_code == client.get(FILE).status_code == 403
    assert client.post("/lead-views/new/", {"of": "log", "name": "x", "query": "how=rule"}).status_code == 403


def test_views_of_the_log_are_kept_beside_those_of_leads(manager):
    offered = manager.get(f"{URL}?how=hand_over&period=any").context["keep_url"]
    assert offered.startswith(reverse("leads-view-new") + "?of=log&")
    manager.post("/lead-views/new/", {"name": "By hand", "query": "source=x"})

    said = manager.post(
        "/lead-views/new/", {"of": "log", "name": "By hand", "query": "how=hand_over&period=any&page=3"}, follow=True
    )

    view = SavedView.objects.get(page="log")
    assert view.query == {"how": "hand_over", "period": "any"}
    assert said.redirect_chain[-1][0].startswith(URL)
    assert 'aria-current="page">By hand' in said.content.decode()
    assert "By hand" not in str([tab["label"] for tab in manager.get(URL + "?how=rule").context["views"][2:]])
    assert manager.get(f"/lead-views/{view.uid}/").url == f"{URL}?period=any&how=hand_over"
    assert "Assignment log" in manager.get("/lead-views/").content.decode()
    assert manager.get("/lead-views/new/?of=nonsense").status_code == 404


def test_a_hundred_rows_ask_as_often_as_one(manager, dach):
    def asked(url):
        keep.refresh()
        with CaptureQueriesContext(connection) as queries:
            b"".join(manager.get(url))
        return len(queries)

    asked(URL)
    one = asked(URL), asked(FILE)
    leads = worked.many(dach[1], dach[0], 30)
    LeadPrivate.objects.bulk_create([LeadPrivate(lead=lead) for lead in leads[1:]])
    assert (asked(URL), asked(FILE)) == one
