"""No answer takes longer for what is hidden: the two worlds asked by turns, their seconds compared.

Two-sample Kolmogorov-Smirnov per page, with Holm's correction over the pages; p by Marsaglia, Tsang and Wang's limit
(J. Stat. Softw. 8(18), 2003): the series of Kolmogorov's distribution.
"""

import math
import time
from bisect import bisect_right

import pytest
from django.db import connection
from django.test import Client

from leads.models import LeadPrivate
from tests.blind import asked, inventory, twins
from tests.doors.figures import many, told

pytestmark = [pytest.mark.blind, pytest.mark.django_db(transaction=True)]

LEAST = 0.01


def ks(first, second):
    """The p value of two samples being of one distribution."""
    first, second = sorted(first), sorted(second)
    n, m = len(first), len(second)
    apart = max(abs(bisect_right(first, x) / n - bisect_right(second, x) / m) for x in (*first, *second))
    root = math.sqrt(n * m / (n + m))
    lam = (root + 0.12 + 0.11 / root) * apart
    if lam < 0.3:  # there the series is 1 to nine places, and does not converge
        return 1.0
    return min(1.0, max(0.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * lam) ** 2) for k in range(1, 101))))


def holm(values):
    """Names whose p is too small among all of them."""
    found = []
    for n, (name, p) in enumerate(sorted(values.items(), key=lambda one: one[1])):
        if p > LEAST / (len(values) - n):
            break
        found.append((name, p))
    return found


def urls_of(world):
    """Each page a rep opens, and each page of a lead that is not theirs, by GET."""
    wanted = set(f"{inventory.REP} {inventory.OF_A_LEAD}".split())
    return {name: asked.fill(path, world.leads[1], world.viewer) for name, path in asked.routes() if name in wanted}


def seconds_by_turns(world, cookies, stand, times):
    """Route -> seconds in each world; asked by turns, the first of each pair by turns too."""
    seconds = {name: ([], []) for name in urls_of(world)}
    clients = (Client(), Client())
    for client in clients:
        client.cookies.load(cookies)
    # The first three warm caches; there each world notes the reader's session, which a page of theirs lists.
    for n in range(times + 3):
        for name, url in urls_of(world).items():
            for other in (n % 2, 1 - n % 2):
                with stand(other=bool(other), fresh=n < 3):
                    began = time.perf_counter()
                    answer = clients[other].get(url)
                    took = time.perf_counter() - began
                assert answer.status_code in {200, 404}, name
                if n >= 3:
                    seconds[name][other].append(took)
    return seconds


def test_no_page_takes_longer_for_what_is_hidden(transactional_db):
    world, times = twins.build(), many(20, 500)
    cookies = twins.sessions_of(world.viewer.user)
    with twins.twin() as stand:
        # Both are written alike, so that only what stands in the rows differs, not where they lie.
        for other, value in ((False, lambda _field, value, _n: value), (True, twins.other)):
            with stand(other=other):
                twins.hide(world, value)
                words = "long " * 2_000 if other else "few "
                LeadPrivate.objects.filter(lead__in=[x.pk for x in world.leads]).update(message=words)
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM FULL ANALYZE")
        seconds = seconds_by_turns(world, cookies, stand, times)
    values = {name: ks(*pair) for name, pair in seconds.items()}

    told("blind timing", routes=len(values), times_each=times, least_p=round(min(values.values()), 4))
    assert holm(values) == []


def test_the_comparison_sees_a_difference():
    """Two per cent of a spread are not seen in 40, a tenth of a millisecond more on each is seen in 500."""
    one = [0.004 + (n * 37 % 100) / 1e6 for n in range(500)]

    assert ks(one, one[::-1]) > 0.99
    assert ks(one, [x + 0.0001 for x in one]) < 1e-9
    assert holm({"same": 0.4, "apart": 0.001}) == [("apart", 0.001)]
