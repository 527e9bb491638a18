"""What the tests of connections share: a delivery as a sender posts it, and the queue run empty."""

import json
from datetime import UTC, datetime

from django.utils import timezone

from leads import inbound
from tests import factories as make

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def handle():
    while inbound.handle_due(now=timezone.now()):
        pass


def post(client, door, body):
    return client.post(make.address(door), json.dumps(body), content_type="application/json")
