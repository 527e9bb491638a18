"""What a mail means to us: a lead, with the person who wrote it first; or nothing, and why; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leads import free_text
from leads.connector import Configured, Ignored, NewLead
from leads.mail import forwarded, ignored, words
from leads.mail.message import Address, BrokenError, Mail, mail_of
from leads.mail.template import Found, patterns_of, read_lines, read_patterns

LONGEST_MESSAGE = 20_000
IsOurs = Callable[[str], bool]

# Which fact of a mail fills which field of ours; the lines nobody knows are kept as answers.
MAPPING: Mapping[str, str] = {name: f"person.{name}" for name in words.FIELDS} | {
    "answers.subject": "subject",
    "answers.sent by": "sent_by",
    "answers.forwarded by": "forwarded_by",
    "answers.note": "note",
    "answers.attachments": "attachments",
}


@dataclass(frozen=True, slots=True)
class Original:
    """The mail as its first sender wrote it; `by` are the colleagues who passed it on."""

    sender: Address
    reply_to: Address | None
    subject: str
    text: str
    by: tuple[str, ...] = ()
    note: str = ""
    attachments: tuple[str, ...] = ()


def read(mail: Mail, *, configured: Configured, is_ours: IsOurs) -> NewLead | Ignored:
    """The news in a mail. Raises BrokenError where nobody sent it."""
    if mail.sender is None:
        raise BrokenError("It names no sender: there is no address after From.")
    own = configured.setting("own_address").strip().casefold()
    if why := ignored.never(mail, own=own, lists=configured.on("lists")):
        return Ignored(why)
    original = original_of(mail, is_ours=is_ours)
    found = template(original.text, configured)
    if ignored.by_machine(mail) and not found.is_a_form():
        return Ignored("A machine wrote it, and the template finds nobody in it.")
    ours = not original.by and is_ours(original.sender.email)
    if ours and not found.is_a_form() and not _other(original, is_ours) and _is_answer(mail):
        return Ignored("A colleague answered somebody.")
    return NewLead(
        id=mail.key,
        facts=facts_of(original, found, is_ours=is_ours),
        defaults={"channel": "mail"},
        test=found.lines.get("test", found.lines.get("Test", "")).casefold() in {"true", "yes", "1"},
    )


def template(text: str, configured: Configured) -> Found:
    """What the mailbox's template finds; nothing where it has none."""
    how = configured.setting("template") or "lines"
    if how == "pattern":
        return read_patterns(text, patterns_of(configured.settings.get("patterns")))
    return read_lines(forwarded.fresh(text)) if how == "lines" else Found()


# --- whose it was -----------------------------------------------------------------------------------------------------


def original_of(mail: Mail, *, is_ours: IsOurs) -> Original:
    """The mail, or the innermost of those that colleagues passed on."""
    if mail.sender is None:
        raise BrokenError("It names no sender: there is no address after From.")
    now = Original(mail.sender, mail.reply_to, mail.subject, mail.text, attachments=mail.attachments)
    attached = mail.attached
    if not is_ours(now.sender.email):
        return now
    for _depth in range(forwarded.DEEPEST):
        if attached:
            inner = mail_of(attached[0])
            if inner.sender is None:
                break
            now = _passed_on(
                now, sender=inner.sender, subject=inner.subject, text=inner.text, note=now.text, inner=inner
            )
            attached = inner.attached
            continue
        quoted = forwarded.inside(now.text)
        if quoted is None or not _was_forwarded(now, quoted, is_ours):
            break
        now = _passed_on(now, sender=quoted.sender, subject=quoted.subject, text=quoted.text, note=quoted.above)
    return now


def _was_forwarded(now: Original, inner: forwarded.Inner, is_ours: IsOurs) -> bool:
    """Whether it was passed on, and is not merely what somebody answers to."""
    ours = is_ours(now.sender.email)
    if is_ours(inner.sender.email) and not ours:
        return False  # our own words, to which they answered
    if inner.marked and not words.is_reply(now.subject):
        return True
    return ours and not words.is_reply(now.subject)


def _passed_on(
    before: Original, *, sender: Address, subject: str, text: str, note: str, inner: Mail | None = None
) -> Original:
    by = f"{before.sender.name} <{before.sender.email}>" if before.sender.name else before.sender.email
    return Original(
        sender=sender,
        reply_to=inner.reply_to if inner else None,
        subject=subject or before.subject,
        text=text,
        by=(*before.by, by),
        note=before.note or note.strip()[:2000],
        attachments=tuple(dict.fromkeys((*before.attachments, *(inner.attachments if inner else ())))),
    )


def _is_answer(mail: Mail) -> bool:
    return words.is_reply(mail.subject) or bool(mail.header("in-reply-to"))


# --- who it is --------------------------------------------------------------------------------------------------------


def facts_of(original: Original, found: Found, *, is_ours: IsOurs) -> dict[str, Any]:
    """The person and what they say, and how it came."""
    robot = found.is_a_form()
    person = _of_form(original, found, is_ours) if robot else _of_sender(original, found, is_ours)
    written = found.fields.get("message") or forwarded.fresh(original.text)
    person["message"] = written[:LONGEST_MESSAGE]
    sent_by = original.sender.email if original.sender.email != person.get("email") else ""
    facts: dict[str, Any] = {
        "person": {name: value for name, value in person.items() if value},
        "lines": [{"name": key, "value": value} for key, value in found.lines.items() if key.casefold() != "test"],
        "subject": original.subject,
        "sent_by": sent_by,
        "forwarded_by": ", ".join(original.by)[:1000],
        "note": original.note,
        "attachments": list(original.attachments),
    }
    return {name: value for name, value in facts.items() if value}


def _of_form(original: Original, found: Found, is_ours: IsOurs) -> dict[str, str]:
    """Who the template names; the sender only carried it."""
    person = dict(found.fields)
    if not person.get("email") and (other := _other(original, is_ours)):
        person["email"] = other.email
    return person


def _of_sender(original: Original, found: Found, is_ours: IsOurs) -> dict[str, str]:
    """Who wrote it, with the number and links of their signature; in a colleague's own words, who they write of."""
    told = free_text.read(_without_ours(forwarded.fresh(original.text), is_ours))
    who = _other(original, is_ours) or original.sender
    if is_ours(who.email):
        return {**told, **found.fields}
    domain = who.email.rpartition("@")[2]
    links = {"profile_url": told.get("profile_url", "")}
    if domain and domain in told.get("website", "").casefold():
        links["website"] = told["website"]
    email = who.email or told.get("email", "")
    return {"phone": told.get("phone", ""), **links, **found.fields, "name": who.name, "email": email}


def _other(original: Original, is_ours: IsOurs) -> Address | None:
    """Whom an answer would reach, where that is neither the sender nor one of us."""
    reply_to = original.reply_to
    if reply_to is None or reply_to.email == original.sender.email or is_ours(reply_to.email):
        return None
    same_domain = reply_to.email.rpartition("@")[2] == original.sender.email.rpartition("@")[2]
    return Address(reply_to.name or (original.sender.name if same_domain else ""), reply_to.email)


def _without_ours(text: str, is_ours: IsOurs) -> str:
    """The text without addresses of colleagues, as of the signature of who wrote it."""
    kept = [word for word in text.split(" ") if "@" not in word or not is_ours(word.strip("<>()[],;.:\n").casefold())]
    return " ".join(kept)
