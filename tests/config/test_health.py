"""What monitors are told, with real servers and with servers that are not there."""

import time

import pytest
from django.core.cache import cache

from config.lib import heartbeat

pytestmark = pytest.mark.django_db
FINE = {"database": "ok", "broker": "ok"}


def everyone_beats(**ages: float) -> None:
    for name in heartbeat.OLDEST:
        cache.set(f"heartbeat:{name}", time.time() - ages.get(name, 0))


def test_healthz_answers_ok(client):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "parts": FINE})
    assert "no-store" in response["Cache-Control"]


def test_healthz_names_a_broker_that_does_not_answer(client, monkeypatch, caplog):
    from celery import current_app

    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis+socket:///nowhere/valkey.sock")
    started = time.monotonic()

    response = client.get("/healthz")

    assert (response.status_code, response.json()["parts"]) == (503, {**FINE, "broker": "failing"})
    assert time.monotonic() - started < 3
    assert "nowhere" in caplog.text
    assert "nowhere" not in response.content.decode()


def test_healthz_names_a_database_that_does_not_answer(client, monkeypatch):
    from django.db import OperationalError

    def refuse() -> None:
        raise OperationalError("refused")

    monkeypatch.setattr(heartbeat, "ask_database", refuse)

    response = client.get("/healthz")

    assert (response.status_code, response.json()["parts"]) == (503, {**FINE, "database": "failing"})


def test_readyz_is_ok_while_all_give_signs_of_life(client):
    everyone_beats(worker=5)

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["heartbeats"]["worker"] == pytest.approx(5, abs=1)


@pytest.mark.parametrize("name", heartbeat.OLDEST)
def test_readyz_names_who_has_been_silent(client, name):
    everyone_beats(**{name: heartbeat.OLDEST[name] + 5})

    response = client.get("/readyz")

    assert response.status_code == 503
    assert [part for part, state in response.json()["parts"].items() if state != "ok"] == [name]


def test_a_monitor_that_asks_every_second_fills_no_log(client, caplog):
    cache.delete("heartbeat:beat")

    assert client.get("/readyz").status_code == 503

    assert caplog.text == ""


def test_readyz_names_who_never_gave_a_sign(client):
    everyone_beats()
    cache.delete("heartbeat:sweeper")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["heartbeats"]["sweeper"] is None


def test_monitors_only_read(client):
    assert client.post("/healthz").status_code == 405
