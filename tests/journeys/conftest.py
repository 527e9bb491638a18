"""What every journey uses: the browser, the live product, people who sign in."""

import json
import os
import urllib.request
from contextlib import contextmanager

import pytest

from tests import factories as make
from tests.browser import open_page
from tests.processes import processes as processes  # noqa: PLC0414 - a fixture handed on

# Playwright runs a loop in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

PASSWORD = "correct horse battery"


@pytest.fixture
def product(browser, processes, live_server, transactional_db):
    """Everything running: pages, worker, sweeper; tells what people see."""
    processes.start()
    processes.wait_ready()
    return Product(browser, live_server.url)


class Product:
    """The installation as its users meet it."""

    def __init__(self, browser, url):
        self.browser, self.url = browser, url
        _key, self.secret = make.key_and_secret()

    @contextmanager
    def signed_in(self, user, **how):
        """A page of a browser of the user's own."""
        with open_page(self.browser, **how) as page:
            page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
            page.goto(f"{self.url}/login/")
            page.get_by_label("E-mail").fill(user.email)
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "/login" not in url)
            yield page

    def post_lead(self, **lead):
        """A lead as an integration sends it."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/leads/?wait=2",
            json.dumps(lead).encode(),
            {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)
