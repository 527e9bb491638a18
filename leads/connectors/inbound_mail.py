"""Inbound mail: mails that a mail provider takes for you and posts on; each read as a mailbox reads it."""

import hashlib
import json
from email.errors import MessageError
from typing import Any, ClassVar

from leads.connector import Came, Configured, Door, Example, Ignored, Kind, News, Setting, UnreadableError
from leads.mail import copied, message, providers, source
from leads.mail.providers import PROVIDERS


class InboundMail(source.MailSource):
    """Takes the mails that Mailgun, Postmark, SendGrid, Amazon SES, Brevo, Mailjet, Mandrill, MailerSend, SparkPost or
    Postal receive for one of your domains.

    1. Let the provider receive mails for a domain or an address of yours: it calls this *inbound*, *parse*, *relay* or
       *routes*.
    2. Add the connection, choose the provider, and fill in its proof:
       - **Mailgun** (*HTTP webhook signing key*), **MailerSend** (the inbound route's secret), **Mandrill** (the
         webhook's key) and **Postal** (the public key, without its first and last line) sign what they send: put that
         into *Key it signs with*.
       - The others send a user and password: make both up, write them into *User and password* as `user:password`.
    3. Copy the connection's address into the provider. With a user and password put them in front of the host:
       `https://user:password@host/...`.
    4. Send a mail to the address and look at *Overview*.

    What mails mean is read as by a *Mailbox*: the template, forwarded mails, what is not taken, and why; each mail once
    by its Message-ID. Attachments are named, never opened, and never fetched.

    **Mailgun**: use the action *forward*. **SendGrid** and **Mailgun**: parsed mails may be larger than raw ones, as
    files do not count as fields. **Amazon SES**: let a receipt rule publish the mail to SNS (up to 150 kB), and open
    the address that the first delivery shows to confirm the subscription.
    """

    name = "inbound_mail"
    label = "Inbound mail"
    most_bytes = message.MOST_BYTES * 3 // 2  # files come written as text, which is longer
    settings: ClassVar = (
        Setting(
            "provider",
            "Provider",
            kind=Kind.CHOICE,
            default="postmark",
            choices=tuple((name, one.label) for name, one in PROVIDERS.items()),
        ),
        Setting("login", "User and password", "As user:password, for all that sign nothing.", Kind.SECRET),
        Setting("key", "Key it signs with", "Mailgun, MailerSend, Mandrill and Postal.", Kind.SECRET),
        *source.SETTINGS,
    )
    examples: ClassVar = (
        Example(
            name="Postmark",
            body=json.dumps(
                {
                    "FromFull": {"Name": "Ann Bauer", "Email": "ann@example.net", "MailboxHash": ""},
                    "ToFull": [{"Name": "", "Email": "leads@example.org", "MailboxHash": ""}],
                    "Subject": "A demo, please",
                    "MessageID": "22c74902-a0c1-4511-804f-341342852c90",
                    "Date": "Sun, 22 Nov 2026 09:00:00 +0000",
                    "TextBody": "Hello,\n\nplease call me: +49 30 901820\n",
                    "HtmlBody": "",
                    "Headers": [{"Name": "Message-ID", "Value": "<a1@example.net>"}],
                    "Attachments": [
                        {"Name": "plan.pdf", "Content": "JVBERg==", "ContentType": "application/pdf"},
                    ],
                }
            ),
            settings={"provider": "postmark"},
            secrets={"login": "fairlead:made-up"},
            gives={
                "name": "Ann Bauer",
                "email": "ann@example.net",
                "phone_e164": "+4930901820",
                "channel": "mail",
                "answers": {"subject": "A demo, please", "attachments": "plan.pdf"},
            },
        ),
    )

    def verify(self, came: Came, configured: Configured) -> None:
        """As the provider proves it."""
        secrets = configured.secrets
        providers.check(
            came, provider=_provider(configured), logins=secrets.get("login", ()), keys=secrets.get("key", ())
        )

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """The mail's Message-ID, else what it says; of several all of them."""
        keys = [_key(one) for one in providers.messages(came, provider=_provider(configured))]
        if len(keys) < 2:
            return keys[0] if keys else ""
        return f"mails:{hashlib.sha256('|'.join(keys).encode('utf-8', 'replace')).hexdigest()}"

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """One lead of each mail; Amazon's wish to be confirmed is shown."""
        if told := _to_confirm(came, configured):
            return [Ignored(f"To confirm the subscription open this address: {told}")]
        return super().read(came, configured, door)

    def mails(self, came: Came, configured: Configured) -> list[message.Mail]:
        """Those in it: some providers send several at once."""
        try:
            mails = providers.messages(came, provider=_provider(configured))
            return [message.mail_of(one, envelope=_envelope(one)) for one in mails]
        except (MessageError, LookupError, RecursionError) as error:
            raise UnreadableError("This cannot be read as a mail.") from error


def _envelope(one: Any) -> tuple[str, ...]:
    """Whom the provider took it for, as a BCC stands in no header."""
    recipient = getattr(one, "envelope_recipient", None)
    return (str(recipient),) if recipient else ()


def _provider(configured: Configured) -> str:
    name = configured.setting("provider")
    return name if name in PROVIDERS else "postmark"


def _key(one: Any) -> str:
    try:
        return copied.delivery_key(one, envelope=_envelope(one))
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise UnreadableError("This cannot be read as a mail.") from error


def _to_confirm(came: Came, configured: Configured) -> str:
    """The address by which Amazon wants a subscription confirmed; empty for everything else."""
    if _provider(configured) != "amazon_ses" or came.object.get("Type") != "SubscriptionConfirmation":
        return ""
    return str(came.object.get("SubscribeURL") or "")[:1000]


connector = InboundMail()
