"""What every look at the face uses: the browser."""

from tests.browser import browser as browser  # noqa: PLC0414 - a fixture handed on
