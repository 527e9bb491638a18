"""The battery of imports in its short form: a worker killed hard three times, each row there once."""

import pytest

from tests.doors import battery_import

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_each_row_is_there_once_however_often_the_worker_dies():
    figures = battery_import.run(kills=3, rows=1_500)

    assert figures["kills"] == 3
    assert figures["new"] + figures["refused"] + figures["enquiry"] == 1_500
