"""E-mail, by whatever backend the settings name (files in development, SMTP by EMAIL_URL).

The Message-ID is made of the message's constant uid, so a mail that had to be sent twice is shown once.
"""

import smtplib
import time
from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps.channel import Alert, Channel, NotReachedError

_SECONDS = 40  # for one batch, less than its lease: what is left goes with the next


class Email(Channel):
    """To the address you sign in with."""

    name = "email"
    label = gettext_lazy("e-mail")
    icon = "mail"
    has_endpoints: ClassVar[bool] = False

    def send(self, alerts: Sequence[Alert]) -> list[NotReachedError | None]:
        """One connection for all; a refused message harms no other."""
        connection = get_connection()
        until = time.monotonic() + _SECONDS
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            return [NotReachedError(str(error)) for _alert in alerts]
        try:
            return [_send_one(connection, alert, until) for alert in alerts]
        finally:
            connection.close()


def _send_one(connection: object, alert: Alert, until: float) -> NotReachedError | None:
    if time.monotonic() > until:
        return NotReachedError(_("The mail server was too slow."))
    message = EmailMultiAlternatives(
        subject=" ".join(alert.subject.split()),
        body=alert.text,
        from_email=alert.sender or settings.DEFAULT_FROM_EMAIL,
        to=[alert.to],
        headers={"Message-ID": f"<{alert.uid}@fairlead>", "Auto-Submitted": "auto-generated", **alert.headers},
        connection=connection,
    )
    if alert.html:
        message.attach_alternative(alert.html, "text/html")
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return NotReachedError(str(error))
    return None


channel = Email()
