"""What every test of a database shares: nobody may sit in it when it is dropped."""

import pytest
from django.db import connection

from reporting.spells import daily, keep


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, django_db_keepdb):
    """A process killed by a test may leave a session that ends later; on a busy machine after the last test."""
    yield
    if django_db_keepdb:
        return
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {connection.ops.quote_name(name)} WITH ALLOW_CONNECTIONS false")
            cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember a test that could not begin, as it has no database to look at."""
    report = yield
    item.unset_up = getattr(item, "unset_up", False) or (report.when == "setup" and not report.passed)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item):
    """I7 after every test of a database: the spells in figures are what their rows say, to the last digit."""
    failed = getattr(item, "unset_up", False) or connection.needs_rollback
    if failed or item.get_closest_marker("django_db") is None or _without_leads():
        return
    keep.refresh_all()
    assert keep.differing() == 0, "the stored figures of spells are not those of their rows"
    assert daily.differing() == 0, "the counts of days are not those of the spells"


def _without_leads():
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM routing_assignment UNION ALL SELECT FROM reporting_spell)")
        return cursor.fetchone()[0]
