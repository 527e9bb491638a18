"""Limits are off in tests; here each test sets those it is about, counted from an instant of its own."""

import pytest

from config.lib import rates


class Clock:
    """The time that limits are counted by."""

    def __init__(self):
        self.now = 1_800_000_000.0 // 3600 * 3600 + 0.5

    def time(self):
        return self.now

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(rates, "time", made)
    return made


@pytest.fixture
def limit(settings, clock):
    """`limit(api_reads="2/min")`; what was counted before is forgotten."""

    def so_many(**told):
        settings.RATES = {**settings.RATES, **told}

    client = rates._client(settings.CACHES["default"]["LOCATION"])
    for key in client.scan_iter("fairlead:rate:*"):
        client.delete(key)
    for key in client.scan_iter("fairlead:mark:*"):
        client.delete(key)
    return so_many
