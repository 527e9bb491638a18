"""A database without room, or being started again, is answered 503 with Retry-After: by real errors of real servers."""

import psycopg
import psycopg_pool
import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config.busy import BusyMiddleware, is_busy


def full_pool(_request=None):
    """What Django raises while every connection of the pool is out."""
    pool = psycopg_pool.ConnectionPool(dsn(), min_size=0, max_size=1, timeout=5, open=False)
    with pool, pool.connection(), connection.wrap_database_errors:
        pool.getconn(timeout=0.1)


def refused(_request=None):
    with connection.wrap_database_errors:
        psycopg.connect("host=/nowhere user=x dbname=x")


def shut_down(_request=None):
    """What a request meets whose session the server ends (a restart ends them all this way)."""
    with psycopg.connect(dsn(), autocommit=True) as other, connection.wrap_database_errors:
        with psycopg.connect(dsn(), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", [other.info.backend_pid])
        other.execute("SELECT 1")


def error_of_ours(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def lock_timeout(_request=None):
    """A statement refused by a server that is up: our own matter, not a busy server."""
    with psycopg.connect(dsn()) as holder, psycopg.connect(dsn()) as waiter, connection.wrap_database_errors:
        holder.execute("LOCK TABLE django_content_type IN ACCESS EXCLUSIVE MODE")
        waiter.execute("SET lock_timeout = '50ms'")
        waiter.execute("SELECT 1 FROM django_content_type")


def dsn() -> str:
    known = connection.get_connection_params()
    wanted = ("host", "port", "user", "password", "dbname")
    return psycopg.conninfo.make_conninfo(**{key: known[key] for key in wanted if known.get(key)})


class MiddlewareThatAsks:
    """Stands for any middleware that reads the database before the view."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.endswith("/middleware"):
            refused()
        return self.get_response(request)


urlpatterns = [
    path("fine", lambda request: HttpResponse("fine")),
    path("full", full_pool),
    path("refused", refused),
    path("api/shut-down", shut_down),
    path("locked", lock_timeout),
    path("ours", error_of_ours),
    path("api/middleware", lambda request: HttpResponse("never reached")),
]


@pytest.fixture
def visit(transactional_db):
    here = __name__
    middleware = [f"{BusyMiddleware.__module__}.BusyMiddleware", f"{here}.MiddlewareThatAsks"]
    with override_settings(ROOT_URLCONF=here, MIDDLEWARE=middleware, ALLOWED_HOSTS=["testserver"]):
        yield Client(raise_request_exception=False).get


@pytest.mark.parametrize("where", ["/full", "/refused", "/api/shut-down", "/api/middleware"])
def test_a_busy_database_is_answered_503_and_when_to_come_back(visit, where):
    response = visit(where)

    assert response.status_code == 503
    assert int(response["Retry-After"]) >= 1
    if where.startswith("/api/"):
        assert response["Content-Type"] == "application/problem+json"
        assert (response.json()["status"], response.json()["code"]) == (503, "busy")
    else:
        assert response["Content-Type"].startswith("text/html")
        assert "Busy for a moment" in response.content.decode()


def test_a_lock_that_others_hold_too_long_is_busy_as_well(visit):
    assert visit("/locked").status_code == 503


def test_an_error_of_our_own_stays_a_500(visit):
    assert visit("/ours").status_code == 500


def test_the_next_request_is_answered_as_ever(visit):
    assert visit("/refused").status_code == 503
    assert visit("/fine").content == b"fine"


def test_only_what_the_connection_met_counts():
    assert not is_busy(None)
    assert not is_busy(ValueError())
    assert not is_busy(ProgrammingError())
    assert not is_busy(OperationalError())
