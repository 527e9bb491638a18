"""Counting how often: limits of several lengths at once, what is refused costs nothing, no cache means no limit."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from config import env
from config.lib import rates


@pytest.fixture
def counted(settings):
    def limit(text):
        settings.RATES = {"thing": text}
        return f"who {time.monotonic_ns()}"

    return limit


@pytest.fixture(autouse=True)
def at_the_start_of_a_minute(monkeypatch):
    monkeypatch.setattr(rates.time, "time", lambda: 1_800_000_000.0 // 60 * 60 + 0.5)


def test_the_limits_that_come_with_the_product_can_be_read():
    for name, text in env.rates().items():
        assert rates.read(text), name


@pytest.mark.parametrize("text", ["ten/s", "10", "10/week", "0/s", "-1/s", "10 / s", "1.5/s", "10/s,20/min"])
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(ValueError, match="is no limit"):
        rates.read(text)


def test_so_many_go_on_and_no_more(counted):
    who = counted("3/min")

    spent = [rates.spend("thing", who) for _n in range(5)]

    assert [s.allowed for s in spent] == [True, True, True, False, False]
    assert [s.left for s in spent] == [2, 1, 0, 0, 0]
    assert {s.most for s in spent} == {3}
    assert spent[3].again_in == 60


def test_who_waits_goes_on(counted, monkeypatch):
    who = counted("2/s")
    assert [rates.spend("thing", who).allowed for _n in range(3)] == [True, True, False]

    monkeypatch.setattr(rates.time, "time", lambda: 1_800_000_000.0 // 60 * 60 + 1.5)

    assert rates.spend("thing", who).allowed


def test_the_tightest_of_several_limits_is_told(counted):
    who = counted("2/s 3/min")

    assert (rates.spend("thing", who).most, rates.spend("thing", who).left) == (2, 0)
    refused = rates.spend("thing", who)
    assert (refused.allowed, refused.most, refused.again_in) == (False, 2, 1)


def test_what_is_refused_costs_nothing(counted):
    who = counted("10/min")
    assert rates.spend("thing", who, cost=8).allowed
    assert not rates.spend("thing", who, cost=5).allowed

    assert rates.spend("thing", who, cost=2).allowed


def test_what_is_larger_than_the_limit_goes_through_alone(counted):
    who = counted("10/min")

    assert rates.spend("thing", who, cost=500).allowed
    assert not rates.spend("thing", who).allowed


def test_one_counts_nothing_for_another(counted):
    who = counted("1/min")
    assert rates.spend("thing", who).allowed

    assert rates.spend("thing", who + "!").allowed
    assert rates.is_over("thing", who)
    assert rates.is_over("thing", who + "?") is None


def test_no_limit_counts_nothing(counted):
    who = counted("")

    assert all(rates.spend("thing", who).allowed for _n in range(5))
    assert rates.is_over("thing", who) is None


def test_a_mark_is_new_once(counted):
    who = counted("")

    assert not rates.remembers("thing", who)
    assert rates.remember("thing", who, seconds=60)
    assert not rates.remember("thing", who, seconds=60)
    assert rates.remembers("thing", who)


@pytest.mark.race
def test_threads_that_ask_first_at_the_same_time_are_all_answered(counted):
    who, threads = counted(""), 8

    def ask(n, together):
        together.wait()
        return rates.remember("thing", f"{who} {n}", seconds=60)

    with ThreadPoolExecutor(threads) as pool:
        for turn in range(60):
            rates._client.cache_clear()
            together = Barrier(threads)
            assert all(pool.map(ask, [f"{turn} {n}" for n in range(threads)], [together] * threads))


def test_without_the_cache_everything_goes_on_and_costs_no_time(counted, settings, monkeypatch, caplog):
    who = counted("1/min")
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock"}}
    monkeypatch.setattr(rates, "_silent_until", 0.0)

    assert all(rates.spend("thing", who).allowed for _n in range(50))
    assert rates.is_over("thing", who) is None
    assert rates.remember("thing", who, seconds=60)

    # asked once, then left alone
    assert [r.message for r in caplog.records] == ["Rates are not counted for a while: ConnectionError"]
