"""The battery of mailboxes in its short form: killed hard at six mails, each is one lead."""

import pytest

from tests.doors import battery_mail

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_each_mail_is_one_lead_whatever_is_killed_between_keeping_and_marking():
    figures = battery_mail.run(times=6)

    assert (figures["kills"], figures["leads"], figures["mails"]) == (6, 6, 10)
