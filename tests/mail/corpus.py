"""Mails as they come, and as they should not: each written out, none recorded."""

# ruff: noqa: E501 - a mail stands on few lines

import base64
import quopri
from email.message import EmailMessage
from email.policy import SMTP

FORM = (
    "Name: Ann Bauer\nE-Mail: ann@example.net\nTelefon: +49 30 901820\nFirma: Bauer Marine\nBudget: 10-20k\n"
    "Nachricht: Bitte um Rückruf.\nDanke!"
)


def raw(
    text="Hello, I would like a demo.", *, charset="utf-8", head="", sender="Ann Bauer <ann@example.net>", **headers
):
    """A mail of one part; `head` are more header lines as they are, a header given as None is left out."""
    first = {
        "From": sender,
        "To": "leads@example.org",
        "Subject": "A demo",
        "Date": "Sun, 22 Nov 2026 09:00:00 +0000",
        "Message-ID": "<m1@example.net>",
    }
    first |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in first.items() if value is not None]
    body = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode(charset)
    plain = [] if "content-type" in head.lower() else [f"Content-Type: text/plain; charset={charset}"]
    whole = "\r\n".join([*lines, *plain, *([head] if head else [])])
    return whole.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def html(body, **headers):
    return raw(body, head="Content-Type: text/html; charset=utf-8", **headers)


def coded(text, charset, encoding, *, says=None):
    """A body in a charset and an encoding; `says` is what its header claims."""
    body = text.encode(charset)
    body = base64.encodebytes(body) if encoding == "base64" else quopri.encodestring(body)
    head = f"Content-Type: text/plain; charset={says or charset}\r\nContent-Transfer-Encoding: {encoding}"
    return raw(body, head=head)


def with_parts(text, *parts, html_text="", sender="Ann Bauer <ann@example.net>"):
    """A mail with attachments: (name, content type, bytes)."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, "leads@example.org", "A demo"
    made["Message-ID"], made["Date"] = "<p1@example.net>", "Sun, 22 Nov 2026 09:00:00 +0000"
    made.set_content(text)
    if html_text:
        made.add_alternative(html_text, subtype="html")
    for name, kind, content in parts:
        main, _, sub = kind.partition("/")
        made.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return made.as_bytes()


ORIGINAL = "Hello,\n\nwe need 40 seats. Please call me: +44 20 7946 0018\n\nBen Holt"

# How mail programs write a forward; the note above is the colleague's.
FORWARDS = {
    "gmail": "Please take this one.\n\n---------- Forwarded message ---------\nFrom: Ben Holt <ben@example.net>\n"
    f"Date: Sun, Nov 22, 2026 at 9:00 AM\nSubject: Seats\nTo: <sales@ours.example>\n\n\n{ORIGINAL}\n",
    "outlook": "Please take this one.\n\n________________________________\nFrom: Ben Holt <ben@example.net>\n"
    f"Sent: Sunday, November 22, 2026 9:00 AM\nTo: Sales <sales@ours.example>\nSubject: Seats\n\n{ORIGINAL}\n",
    "outlook in German": "Please take this one.\n\nVon: Ben Holt <ben@example.net>\nGesendet: Sonntag, 22. November 2026 09:00\n"
    f"An: Sales <sales@ours.example>\nBetreff: Seats\n\n{ORIGINAL}\n",
    "outlook, older": "Please take this one.\n\n-----Original Message-----\nFrom: Ben Holt [mailto:ben@example.net]\n"
    f"Sent: Sunday, November 22, 2026 9:00 AM\nTo: sales@ours.example\nSubject: Seats\n\n{ORIGINAL}\n",
    "apple": "Please take this one.\n\n> Begin forwarded message:\n> \n> From: Ben Holt <ben@example.net>\n> Subject: Seats\n"
    "> Date: 22 November 2026 at 09:00:00 CET\n> To: sales@ours.example\n> \n> "
    + ORIGINAL.replace("\n", "\n> ")
    + "\n",
    "apple in French": "Please take this one.\n\nDébut du message transféré :\n\nDe: Ben Holt <ben@example.net>\nObjet: Seats\n"
    f"Date: 22 novembre 2026 à 09:00:00 UTC+1\nÀ: sales@ours.example\n\n{ORIGINAL}\n",
    "thunderbird": "Please take this one.\n\n-------- Forwarded Message --------\nSubject: \tSeats\nDate: \tSun, 22 Nov 2026 09:00:00 +0000\n"
    f"From: \tBen Holt <ben@example.net>\nTo: \tsales@ours.example\n\n{ORIGINAL}\n",
    "in bold": "Please take this one.\n\n*From:* Ben Holt <ben@example.net>\n*Sent:* Sunday, November 22, 2026 9:00 AM\n"
    f"*To:* sales@ours.example\n*Subject:* Seats\n\n{ORIGINAL}\n",
}


def nested(depth, *, inner=ORIGINAL):
    """A mail that was passed on so often, each time by another colleague."""
    text, sender = inner, "Ben Holt <ben@example.net>"
    for n in range(depth):
        text = (
            f"see below ({n})\n\n---------- Forwarded message ---------\nFrom: {sender}\nDate: Sun, 22 Nov 2026\n"
            f"Subject: Fwd: Seats\nTo: c{n}@ours.example\n\n{text}\n"
        )
        sender = f"Colleague {n} <c{n}@ours.example>"
    return text
