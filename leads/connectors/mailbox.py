"""Mailbox: mails that people and forms write to an address of yours, each read as its sender's."""

from typing import Any, ClassVar

from leads.connector import Came, Configured, Example, Kind, Posted, Setting, UnreadableError
from leads.mail import copied, message, source

_MAIL = (
    "From: Web form <form@site.example>\n"
    "To: leads@example.org\n"
    "Subject: New enquiry\n"
    "Message-ID: <20261122.81@site.example>\n"
    "Date: Sun, 22 Nov 2026 09:00:00 +0000\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "\n"
)


class Mailbox(source.MailSource, Posted):
    """Takes the mails of one mailbox: from people who write to you, and from forms and distributors that mail their
    leads.

    1. Make a mailbox of its own for leads, such as leads@ at your domain, or use one that gets nothing else.
    2. Add the connection with its IMAP server, user and password. Many providers want an *app password* here.
    3. Wait half a minute: *Overview* says when it was last looked into, and what is wrong if it could not be.
    4. If the mails come from a form, look at *Template*. Lines such as `Name: Ann Bauer` are read by themselves, in
       many languages, with the value beside or below its name, or in a table. For mails written otherwise paste one
       as an example and say what is what in it.

    The first look takes what is unread. After that every new mail is taken once, by its Message-ID, however often it
    comes; it is kept before it is marked as read or moved, so nothing is lost when anything fails between.

    **Who it is.** Whom the template names, else the sender (or their Reply-To). Number and profile link are found in
    the text.

    **Forwarded mails.** A mail from one of your users, or from a domain you list, that holds a forwarded mail is read
    as the original sender's; who passed it on is kept among the answers.

    **Not taken**, each with its reason: automatic answers, bounces, our own mails coming back, answers to invitations,
    a colleague's answer to somebody, and mailing lists if you say so. What a machine wrote is taken where the template
    finds somebody in it. Attachments are named, never opened.

    **Without IMAP.** Leave the server empty and have each mail posted, raw as it is, to the connection's address. If
    you set a key, it must come in the header `X-Fairlead-Key`. For Mailgun, Postmark, SendGrid and others see *Inbound
    mail*.

    LeadAssign and Bluebird mails are read without a template of your own.
    """

    name = "mailbox"
    label = "Mailbox"
    channel = "mail"
    most_bytes = message.MOST_BYTES
    settings: ClassVar = (
        Setting("host", "IMAP server", "Like imap.example.com. Empty = mails are posted to the address.", Kind.HOST),
        Setting(
            "security",
            "Encryption",
            kind=Kind.CHOICE,
            default="tls",
            choices=(("tls", "TLS (port 993)"), ("starttls", "STARTTLS (port 143)")),
        ),
        Setting("port", "Port", "Empty = the usual one.", Kind.PORT),
        Setting("user", "User", "Mostly the whole mail address."),
        Setting("password", "Password", kind=Kind.SECRET),
        Setting("folder", "Folder", default="INBOX"),
        Setting(
            "handled",
            "Mails that were taken",
            kind=Kind.CHOICE,
            default="seen",
            choices=(("seen", "are marked as read"), ("move", "are moved to a folder"), ("leave", "are left alone")),
        ),
        Setting("moved_to", "Folder they are moved to", default="Taken"),
        Setting(
            "first",
            "At the first look",
            kind=Kind.CHOICE,
            default="unread",
            choices=(("unread", "take what is unread"), ("all", "take everything"), ("none", "take new mails only")),
        ),
        *source.SETTINGS,
        Setting("key", "Key of posted mails", "Sent as header X-Fairlead-Key. May be empty.", Kind.SECRET),
    )
    examples: ClassVar = (
        Example(
            name="a form, a LeadAssign or Bluebird notification",
            body=_MAIL + "Name: Ann Bauer\nEmail: ann.bauer@example.net\nPhone: +49 30 901820\nCompany: Bauer Marine\n"
            "Budget: 10-20k\nMessage: Please call after 4.\nWe need two.\n",
            content_type="message/rfc822",
            gives={
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "phone_e164": "+4930901820",
                "company": "Bauer Marine",
                "message": "Please call after 4.\nWe need two.",
                "channel": "mail",
                "answers": {"subject": "New enquiry", "sent by": "form@site.example", "Budget": "10-20k"},
            },
        ),
        Example(
            name="a person",
            body=_MAIL.replace("Web form <form@site.example>", "Ben Holt <ben@example.net>").replace(".81@", ".82@")
            + "Hello,\n\nwe would like a demo next week.\n\nBen Holt\n+44 20 7946 0018\n",
            content_type="message/rfc822",
            gives={
                "name": "Ben Holt",
                "email": "ben@example.net",
                "phone_e164": "+442079460018",
                "answers": {"subject": "New enquiry"},
            },
        ),
    )

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """The Message-ID, else what the mail says."""
        try:
            return copied.delivery_key_of_raw(came.body)
        except message.BrokenError as error:
            raise UnreadableError(str(error)) from error

    def mails(self, came: Came, configured: Configured) -> list[message.Mail]:
        """The one it is."""
        if came.header(message.CUT):
            size, most = int(came.header(message.CUT)) >> 20, message.MOST_BYTES >> 20
            raise UnreadableError(f"The mail has {size} MB; those of more than {most} MB are not fetched.")
        return [message.parse(came.body)]

    def payload(self, came: Came) -> dict[str, Any]:
        """A mail is no object; it is read as a whole."""
        return {}


connector = Mailbox()
