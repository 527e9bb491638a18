"""Two senders at once: each message goes out once, and none is left behind."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from leads.hooks import sending
from tests import factories as make
from tests.hooks.receiving import hook, receiver, rows, say


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_senders_share_the_work_and_send_nothing_twice():
    lead = make.arrive()
    begin = threading.Barrier(2)
    failed = []

    def work():
        try:
            begin.wait(10)
            for _n in range(5):
                sending.send_due(clock=timezone.now)
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    with receiver() as one, receiver() as other:
        hook(one.url, name="one")
        hook(other.url, name="other")
        for _n in range(15):
            say(lead)
        senders = [threading.Thread(target=work) for _n in range(2)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(20)

    assert failed == []
    for got in (one, other):
        ids = [headers["webhook-id"] for headers, _body in got.came]
        assert (len(ids), len(set(ids))) == (15, 15)
    assert {(row.tries, row.sent_at is None) for row in rows()} == {(1, False)}
