"""Messages: chats and direct messages of social channels, from Messenger, WhatsApp, or any tool that passes them on."""

from collections.abc import Mapping
from typing import Any, ClassVar

from config.lib.signing import NotSignedError
from leads import meta
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
    Posted,
    Setting,
    UnreadableError,
)


class Chat(Posted):
    """Takes messages that people send you on social channels: the first makes a lead, further ones are kept on it.

    Whoever writes is known again by handle (on the same channel), profile link, mail address or phone number, so a
    conversation is one lead with enquiries on its timeline.

    **Any tool** (a Zap, a chat tool, a browser helper): POST JSON to the address with `channel` (such as *LinkedIn
    message*), `message`, and what is known of the person: `name`, `handle`, `profile_url`, `email`, `phone`,
    `company`. A `message_id` is taken once. Set a key and have it sent as the header `X-Fairlead-Key`.

    **LinkedIn messages.** LinkedIn lets no product read them directly. Have a Zap or a browser helper post them as
    above.

    **Messenger and WhatsApp.** In your Meta app subscribe the *Page* to `messages`, or *WhatsApp Business Account* to
    `messages`, with the address as callback URL and a verify token of your own; enter token and app secret here.
    Deliveries are then refused unless signed, and other tools need the key. What your own page wrote is passed over.
    """

    name = "chat"
    label = "Messages"
    channel = "message"
    settings: ClassVar = (
        *Posted.settings,
        Setting("verify_token", "Verify token (Meta)", "A word of your own, the same as in the app.", Kind.SECRET),
        Setting("app_secret", "App secret (Meta)", "Meta's deliveries must be signed with it.", Kind.SECRET),
    )
    examples: ClassVar = (
        Example(
            name="a LinkedIn message, by Zapier",
            body='{"channel": "LinkedIn message", "message_id": "li-1", "name": "Ann Bauer", "profile_url":'
            ' "https://www.linkedin.com/in/ann-bauer-9", "message": "Do you ship to Norway?",'
            ' "company": "Bauer Marine"}',
            gives={
                "external_id": "li-1",
                "name": "Ann Bauer",
                "profile_url": "https://www.linkedin.com/in/ann-bauer-9",
                "company": "Bauer Marine",
                "message": "Do you ship to Norway?",
                "channel": "LinkedIn message",
            },
        ),
        Example(
            name="Messenger",
            body='{"object": "page", "entry": [{"id": "77", "time": 1711234567890, "messaging": [{"sender":'
            ' {"id": "5001"}, "recipient": {"id": "77"}, "timestamp": 1711234567890, "message": {"mid": "m_1",'
            ' "text": "Is it in stock?"}}]}]}',
            secrets={"app_secret": "made-up", "verify_token": "made-up"},
            gives={"external_id": "m_1", "handle": "5001", "message": "Is it in stock?", "channel": "Messenger"},
        ),
        Example(
            name="WhatsApp",
            body='{"object": "whatsapp_business_account", "entry": [{"id": "8", "changes": [{"field": "messages",'
            ' "value": {"contacts": [{"profile": {"name": "Ann Bauer"}, "wa_id": "4930901820"}],'
            ' "messages": [{"from": "4930901820", "id": "wamid.1", "timestamp": "1711234567", "type": "text", "text":'
            ' {"body": "A price, please"}}]}}]}]}',
            secrets={"app_secret": "made-up", "verify_token": "made-up"},
            gives={
                "external_id": "wamid.1",
                "name": "Ann Bauer",
                "phone_e164": "+4930901820",
                "message": "A price, please",
                "channel": "WhatsApp",
            },
        ),
    )

    def greet(self, came: Came, configured: Configured) -> Answer | None:
        """Meta's handshake: the challenge back, if the verify token is ours."""
        return meta.greet(came, configured)

    def verify(self, came: Came, configured: Configured) -> None:
        """Meta's signature where an app secret is set and Meta's words are used; the key for all else."""
        secrets = configured.secrets.get("app_secret", ())
        if not secrets or not _is_meta(self.payload(came)):
            if secrets and not configured.secrets.get("key"):
                raise NotSignedError("It is not Meta's, and no key is set by which others are let in.")
            super().verify(came, configured)
            return
        meta.verify(came, configured)

    def proves(self, configured: Configured) -> bool:
        """By Meta's signature or the key, whichever is set: what brings neither is refused then."""
        return bool(configured.secrets.get("app_secret")) or super().proves(configured)

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """A lead for each message; who has an open one gets an enquiry on it."""
        payload = self.payload(came)
        if not _is_meta(payload):
            return [_plain(payload)]
        news: list[News] = []
        for entry in _dicts(payload.get("entry")):
            news += [one for message in _dicts(entry.get("messaging")) if (one := _messenger(message))]
            for change in _dicts(entry.get("changes")):
                news += _whatsapp(change.get("value"))
        return news or [Ignored("No message by a person is in it.")]


def _is_meta(payload: Mapping[str, Any]) -> bool:
    return payload.get("object") in {"page", "instagram", "whatsapp_business_account"} and "entry" in payload


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _plain(payload: Mapping[str, Any]) -> NewLead:
    number = payload.get("message_id") or ""
    if not isinstance(number, str | int):
        raise UnreadableError("message_id: this must be a text.")
    channel = payload.get("channel")
    facts = {name: value for name, value in payload.items() if name not in {"message_id", "channel"}}
    defaults = {"channel": channel[:40] if isinstance(channel, str) and channel else "message"}
    return NewLead(str(number)[:200], facts, defaults)


def _messenger(message: Mapping[str, Any]) -> NewLead | None:
    said, sender = message.get("message"), message.get("sender")
    if not isinstance(said, dict) or not isinstance(sender, dict) or said.get("is_echo") or not said.get("mid"):
        return None
    facts = {"handle": str(sender.get("id") or ""), "message": str(said.get("text") or "(an attachment)")}
    return NewLead(str(said["mid"])[:200], facts, {"channel": "Messenger"})


def _whatsapp(value: object) -> list[News]:
    if not isinstance(value, dict):
        return []
    names = {}
    for contact in _dicts(value.get("contacts")):
        profile = contact.get("profile")
        names[contact.get("wa_id")] = profile.get("name") if isinstance(profile, dict) else ""
    found: list[News] = []
    for message in _dicts(value.get("messages")):
        number, text = str(message.get("from") or ""), message.get("text")
        body = text.get("body") if isinstance(text, dict) else None
        facts = {"name": names.get(number), "phone": f"+{number}", "message": str(body or "(no text)")}
        found.append(NewLead(str(message.get("id") or "")[:200], facts, {"channel": "WhatsApp"}))
    return found


connector = Chat()
