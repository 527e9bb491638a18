"""A mail server that takes its time."""

import time

from django.core.mail.backends.base import BaseEmailBackend


class Backend(BaseEmailBackend):
    """Takes a second a message."""

    def send_messages(self, messages):
        time.sleep(1)
        return len(messages)
