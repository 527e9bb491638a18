"""E-mail, by whatever backend the settings name (files in development, SMTP by EMAIL_URL).

The Message-ID is made of the message's constant uid, so a mail that had to be sent twice is shown once.
"""

import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from reps.channel import Alert, NotReachedError


def send(alerts: list[Alert]) -> list[NotReachedError | None]:
    """One connection for all; a refused message harms no other."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return [NotReachedError(str(error)) for _alert in alerts]
    try:
        return [_send_one(connection, alert) for alert in alerts]
    finally:
        connection.close()


def _send_one(connection: object, alert: Alert) -> NotReachedError | None:
    message = EmailMultiAlternatives(
        subject=" ".join(alert.subject.split()),
        body=alert.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[alert.to],
        headers={"Message-ID": f"<{alert.uid}@fairlead>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    message.attach_alternative(alert.html, "text/html")
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return NotReachedError(str(error))
    return None
