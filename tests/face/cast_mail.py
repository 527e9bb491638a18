"""What the pages about mails are given: a rep's address for copies, what nobody could match, the first reply."""

from types import SimpleNamespace
from typing import Any

from leads import placeholders
from leads.models import CopiedMail, FirstReply
from leads.web.first_reply import ReplyForm
from tests.face import cast_forms
from tests.face.cast import REP_NOW, berlin, manager_shell, rep_shell, uid

MAIL = {"at": berlin(18, "16:12"), "received_at": berlin(18, "16:13"), "outbound": True}
WORDS = (
    "Hello [[first name|there]],\n\nthank you for writing to [[division]]. I am [[rep]] and call you soon.\n"
    "You reach me [[working hours]]. Or choose a time: [[booking link]]"
)


def _mails() -> list[CopiedMail]:
    long = "Offer for two reach stackers, as discussed on the phone with Dr. Möllenbeck-Hohenstaufen"
    people = ["accounts-payable.northern-europe@nordlicht-logistics.example", "birte@nordlicht.example"]
    return [
        CopiedMail(uid=uid("one"), subject=long, people=people, text="Hello,\n\nas discussed.\n\nMaja", **MAIL),
        CopiedMail(uid=uid("two"), subject="", people=[], **MAIL | {"outbound": False}),
    ]


def copies() -> dict[str, Any]:
    address = "leads+log-6oi3w5thpnjm4saeocb6@in.brandl.example"
    shown = {"ready": True, "address": address, "lost": False, "mails": _mails(), "now": REP_NOW}
    return {**rep_shell("my-leads"), **shown}


def copies_none() -> dict[str, Any]:
    return {**rep_shell("my-leads"), "ready": False, "address": "", "lost": False, "mails": [], "now": REP_NOW}


def log() -> dict[str, Any]:
    says = "Birte Johannsen, birte@nordlicht.example, Contacted"
    leads = [{"uid": uid("lead"), "title": "Nordlicht Logistik GmbH & Co. KG", "says": says}]
    return {**rep_shell("my-leads"), "mail": _mails()[0], "leads": leads, "query": "nordlicht"}


def _reply(fields: ReplyForm, looked: dict[str, str] | None) -> dict[str, Any]:
    told = [{"name": f"[[{name}]]", "says": says} for name, says in placeholders.NAMES.items()]
    return {"fields": fields, "looked": looked, "rep": SimpleNamespace(name="Maja Lindqvist"), "placeholders": told}


def first_reply() -> dict[str, Any]:
    reply = FirstReply(group_id=1, when=FirstReply.When.REP_OFF, subject="Thank you, [[first name]]", text=WORDS)
    text = "Hello Miriam,\n\nthank you for writing to Main.\nhttps://book.example/a-very-long-address/of-a-booking-page"
    looked = {"subject": "Thank you, Miriam", "text": text}
    shell = {**manager_shell("rules"), "group": {"uid": uid("DACH"), "name": "DACH"}}
    return {**shell, **_reply(ReplyForm(instance=reply), looked)}


def first_reply_of_form() -> dict[str, Any]:
    """Refused: a placeholder that is none."""
    sent = {"when": "always", "subject": "Thank you, [[fist name]]", "text": ""}
    fields = ReplyForm(sent, instance=FirstReply(form_id=1))
    fields.errors.setdefault("subject", ["There is no placeholder [[fist name]]."])
    return {**cast_forms.head("Settings"), "of_form": True, **_reply(fields, None)}
