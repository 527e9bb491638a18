"""Which mails are no leads, and why: answers of machines, bounces, our own ones coming back, appointments; pure."""

from leads.mail.message import Mail

# What every mail of ours ends its Message-ID with.
OURS = "@fairlead>"
_MOST_HOPS = 60
_AWAY = (
    "automatic reply", "auto reply", "autoreply", "auto-reply", "out of office", "automatische antwort", "abwesen",
    "reponse automatique", "réponse automatique", "absence", "respuesta automática", "respuesta automatica",
    "risposta automatica", "automatisch antwoord", "autosvar", "resposta automática", "fuera de la oficina",
)  # fmt: skip
_ENDS = frozenset({"REPLY", "CANCEL", "COUNTER", "DECLINECOUNTER"})
_ROBOTS = ("mailer-daemon", "postmaster", "mail-daemon")


def never(mail: Mail, *, own: str, lists: bool) -> str:
    """Why this can be no lead whatever stands in it; empty where it may be one. `own` is the mailbox's own address."""
    reasons = (
        (_came_back(mail, own), "One of our own mails came back."),
        (_is_bounce(mail), "A mail server tells that a mail could not be delivered."),
        (_answers_by_itself(mail), "An automatic answer."),
        (mail.calendar in _ENDS, "An answer to an invitation, or its end."),
        (bool(mail.calendar) and not mail.text, "Nothing but a calendar entry."),
        (lists and is_list(mail), "It came through a mailing list."),
    )
    return next((why for holds, why in reasons if holds), "")


def by_machine(mail: Mail) -> bool:
    """Whether a machine wrote it: then it is a lead only where a template finds somebody in it."""
    written = mail.header("auto-submitted").partition(";")[0].strip().casefold()
    precedence = mail.header("precedence").casefold()
    return (
        written not in {"", "no"}
        or bool(mail.header("x-auto-response-suppress"))
        or precedence in {"bulk", "junk", "auto_reply", "list"}
        or bool(mail.header("x-autoreply"))
        or bool(mail.header("x-autorespond"))
    )


def is_list(mail: Mail) -> bool:
    """Whether it went to many who subscribed."""
    return bool(mail.header("list-id") or mail.header("list-unsubscribe") or mail.header("list-post"))


def _came_back(mail: Mail, own: str) -> bool:
    looped = own and any(own in value.casefold() for value in mail.headers.get("x-loop", ()))
    return bool(mail.key.casefold().endswith(OURS) or looped or len(mail.headers.get("received", ())) > _MOST_HOPS)


def _is_bounce(mail: Mail) -> bool:
    returned = mail.headers.get("return-path", ())
    robot = mail.sender is not None and mail.sender.email.partition("@")[0] in _ROBOTS
    return (
        mail.content_type == "multipart/report"
        or any(path.strip() == "<>" for path in returned)
        or robot
        or bool(mail.header("x-failed-recipients"))
    )


def _answers_by_itself(mail: Mail) -> bool:
    written = mail.header("auto-submitted").partition(";")[0].strip().casefold()
    if written in {"auto-replied", "auto-notified"} or mail.header("precedence").casefold() == "auto_reply":
        return True
    if mail.header("x-autoreply") or mail.header("x-autorespond"):
        return True
    subject = mail.subject.casefold()
    return by_machine(mail) and (any(word in subject for word in _AWAY) or bool(mail.header("in-reply-to")))
