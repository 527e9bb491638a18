"""In the app: a number in the menu, a note, a sound.

Nothing is sent: pages read its rows. It cannot be switched off, and knows no quiet hours.
"""

from collections.abc import Sequence
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from reps.channel import Alert, Channel, NotReachedError


class InApp(Channel):
    """In the app: a number in the menu, a note, a sound. It is always on."""

    name = "in_app"
    label = _("in the app")
    has_endpoints: ClassVar[bool] = False

    def send(self, alerts: Sequence[Alert]) -> list[NotReachedError | None]:
        """The row is the message."""
        return [None for _alert in alerts]


channel = InApp()
