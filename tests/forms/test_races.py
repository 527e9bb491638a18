"""Two at once: clicks, corrections and takers of what was held; one lead each, nothing lost."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from leads.forms import quarantine, traps
from leads.models import Intake, Lead
from leads.web.retries import retried
from routing.watch import audit
from tests import factories as make

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def together(*works):
    """Run all at the same instant on connections of their own; exceptions are answers, too."""
    start = threading.Barrier(len(works))

    def one(work):
        try:
            start.wait()
            return work()
        except Exception as error:  # noqa: BLE001 - the answer of a race may be a refusal
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


@pytest.mark.parametrize("note", ["a minute ago", "none"])
def test_the_same_sending_eight_times_at_once_is_one_lead(sent, note):
    form = make.web_form(per_email=100)
    said = sent(form) if note == "a minute ago" else sent(form, drawn=None)

    answers = together(*[lambda: Client().post(f"/f/{form.uid}/", said).status_code] * 8)

    assert answers == [200] * 8
    assert Lead.objects.count() == 1
    assert Counter(Intake.objects.values_list("outcome", flat=True)) == {"new": 1, "repeated": 7}


def test_one_person_in_eight_different_words_at_once_is_one_lead_with_enquiries(sent):
    form = make.web_form(per_email=100)
    said = [sent(form, message=f"Nr {n}") for n in range(8)]

    answers = together(*[lambda s=s: Client().post(f"/f/{form.uid}/", s).status_code for s in said])

    assert answers == [200] * 8
    assert Counter(Intake.objects.values_list("outcome", flat=True)) == {"new": 1, "enquiry": 7}
    assert [line for found in audit() for line in found.broken] == []


def test_of_many_who_take_what_was_held_one_takes_it(client, sent):
    form = make.web_form()
    client.post(f"/f/{form.uid}/", sent(form, **{traps.trap_name(form): "x"}))
    row = Intake.objects.get()

    def take():
        return retried(lambda: quarantine.take(form=form, intake=row, now=timezone.now()))

    answers = together(*[take] * 6)

    assert Counter(type(answer) for answer in answers) == {Lead: 1, quarantine.NotHeldError: 5}
    assert Lead.objects.count() == 1
    assert [line for found in audit() for line in found.broken] == []
