"""One lead at a time is in front of a person, however many tabs they open at once."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from routing import desk_time
from routing.models import DeskTime
from tests import factories as make


@pytest.mark.django_db(transaction=True)
def test_a_second_tab_waits_and_then_the_first_lead_is_put_away():
    clara, now = make.user("Clara"), timezone.now()
    one, two = make.arrive(2)

    def second_tab():
        try:
            desk_time.open_lead(lead=two, by=clara, now=now + timedelta(seconds=9))
        finally:
            connection.close()

    other = Thread(target=second_tab)
    with transaction.atomic():
        desk_time.open_lead(lead=one, by=clara, now=now)
        other.start()
        other.join(0.2)
    other.join()

    rows = DeskTime.objects.order_by("lead").values_list("lead", "shown_at", "seconds")
    assert list(rows) == [(one.pk, None, 9), (two.pk, now + timedelta(seconds=9), 0)]


@pytest.mark.django_db
def test_two_leads_are_never_in_front_of_one_person():
    clara, now = make.user("Clara"), timezone.now()
    one, two = make.arrive(2)
    desk_time.open_lead(lead=one, by=clara, now=now)

    with pytest.raises(IntegrityError, match="desk_time_one_shown"):
        DeskTime.objects.create(lead=two, user=clara, opened_at=now, shown_at=now, at=now)
