"""Slack: a slash command, or an action on a message, that makes a lead of it."""

import json
from typing import Any, ClassVar

from config.lib import signing
from leads import free_text
from leads.connector import (
    Answer,
    Came,
    Configured,
    Door,
    Example,
    Ignored,
    Kind,
    NewLead,
    News,
    Setting,
    Source,
    UnreadableError,
    json_in,
)

_HELP = "Write who it is, like: /lead Ann Bauer, Bauer Marine, ann@example.net, +49 30 901820, wants a demo"


class Slack(Source):
    """Makes a lead of what somebody writes after a slash command, or of a message they choose *Make a lead* on.

    1. At api.slack.com make an app for your workspace, and put its signing secret into the connection.
    2. *Slash commands*: make `/lead` with the address as request URL.
    3. *Interactivity & shortcuts*: switch it on with the same address, and make a shortcut *on messages*, called
       *Make a lead*.
    4. Install the app. `/lead Ann Bauer, Bauer Marine, ann@example.net, wants a demo` is answered at once, to the
       writer alone.

    Mail address, phone number and links are found by themselves; a short first line is taken for name and company;
    the whole text is kept as the message. Requests are signed, and refused when older than five minutes.
    """

    name = "slack"
    label = "Slack"
    settings: ClassVar = (Setting("signing_secret", "Signing secret", kind=Kind.SECRET, required=True),)
    MAPPING: ClassVar = {
        name: name for name in ("name", "company", "email", "phone", "profile_url", "website", "message")
    } | {"answers.written by": "written_by", "answers.channel": "channel"}
    examples: ClassVar = (
        Example(
            name="a slash command",
            body="command=%2Flead&text=Ann+Bauer%2C+Bauer+Marine%2C+ann.bauer%40example.net%2C+%2B49+30+901820&user_id=U1"
            "&user_name=kim&team_id=T1&trigger_id=1.2.3",
            content_type="application/x-www-form-urlencoded",
            secrets={"signing_secret": "made-up"},
            gives={
                "name": "Ann Bauer",
                "company": "Bauer Marine",
                "email": "ann.bauer@example.net",
                "phone_e164": "+4930901820",
                "channel": "chat",
                "answers": {"written by": "kim"},
            },
        ),
        Example(
            name="an action on a message",
            body="payload=%7B%22type%22%3A%22message_action%22%2C%22trigger_id%22%3A%221.2.4%22%2C%22user%22%3A%7B%22name%22"
            "%3A%22kim%22%7D%2C%22channel%22%3A%7B%22name%22%3A%22inbound%22%7D%2C%22message%22%3A%7B%22ts%22%3A"
            "%221711.5%22%2C%22text%22%3A%22Ben+Holt%5Cnben%40example.net+asks+for+a+price%22%7D%7D",
            content_type="application/x-www-form-urlencoded",
            secrets={"signing_secret": "made-up"},
            gives={"name": "Ben Holt", "email": "ben@example.net", "channel": "chat"},
        ),
    )

    def verify(self, came: Came, configured: Configured) -> None:
        """`v0=`: HMAC-SHA256 of `v0:time:raw body`."""
        stamp = came.header("x-slack-request-timestamp")
        signing.check_fresh(stamp, now=came.at)
        message = f"v0:{stamp}:".encode() + came.body
        secrets = configured.secrets.get("signing_secret", ())
        signing.check(
            came.header("x-slack-signature"), [f"v0={signing.hex_of(secret.encode(), message)}" for secret in secrets]
        )

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """Slack's trigger, the same when Slack tries again."""
        return str(_action(came).get("trigger_id") or came.form.get("trigger_id") or "")[:200]

    def answer(self, came: Came, configured: Configured) -> Answer:
        """To the writer alone: what was understood, or how to write it."""
        if came.form.get("ssl_check"):
            return Answer("", "text/plain; charset=utf-8")
        found = free_text.read(_text(came))
        said = ", ".join(found[name] for name in ("name", "company", "email", "phone") if name in found)
        told = f"Taken: {said or 'your text'}. You will see it under Leads." if found else _HELP
        return Answer(json.dumps({"response_type": "ephemeral", "text": told}))

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """One lead."""
        found = free_text.read(_text(came))
        if not found:
            return [Ignored("Nothing was written after the command.")]
        action = _action(came)
        by = _dict(action.get("user")).get("name") or came.form.get("user_name")
        facts = {**found, "written_by": by, "channel": _dict(action.get("channel")).get("name")}
        number = self.delivery_id(came, configured)
        return [NewLead(number and f"slack:{number}", facts, {"channel": "chat"})]


def _action(came: Came) -> dict[str, Any]:
    text = came.form.get("payload")
    if text is None:
        return {}
    try:
        return _dict(json_in(text))
    except UnreadableError as error:
        raise UnreadableError(f"payload: {error}") from error


def _text(came: Came) -> str:
    action = _action(came)
    text = _dict(action.get("message")).get("text") if action else came.form.get("text")
    return text if isinstance(text, str) else ""


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


connector = Slack()
