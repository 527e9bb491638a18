"""Web hook: any system that can send JSON or a form to an address."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from config.lib import signing
from leads.connector import (
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
)


class Webhook(Source):
    """Takes leads from any system that can send JSON or a form: your own software, a form plugin, an automation.

    1. Add the connection and copy its address into the other system, as the target of a POST.
    2. Send one delivery. It is kept and shown, with the facts that were found in it.
    3. Choose under *Mapping* which fact fills which field. Until you do, names such as `email`, `first_name` or
       `Company name` are recognised by themselves, in several languages. What no field takes is kept as an answer.
    4. Run the kept deliveries again, if you changed the mapping after they came.

    A JSON list brings one lead for each entry. A field called `test` that is true makes a test lead.

    **Signatures.** Without one, whoever knows the address can send: keep it secret. With *Standard Webhooks* the
    sender signs `id.timestamp.body` (headers `webhook-id`, `webhook-timestamp`, `webhook-signature`), and a timestamp
    more than five minutes off is refused; with *Plain HMAC* it sends the SHA-256 HMAC of the raw body in hexadecimal
    in the header you name, with or without `sha256=` before it. After you change the secret the old one is good for a
    day.

    **Repeats.** A delivery with the same `webhook-id` is taken once. Where there is none, name the field that holds
    the lead's own id: the same id is the same lead.
    """

    name = "webhook"
    label = "Web hook"
    signed = False
    keeps_rest = True
    settings: ClassVar = (
        Setting(
            "signature",
            "Signature",
            kind=Kind.CHOICE,
            default="none",
            choices=(("none", "None"), ("standard", "Standard Webhooks"), ("plain", "Plain HMAC")),
        ),
        Setting("secret", "Signing secret", kind=Kind.SECRET, help="Standard Webhooks: it begins with whsec_."),
        Setting("header", "Header of the plain signature", default="x-signature"),
        Setting("id_field", "Place of the lead's own id", help="As in the mapping, like data.id."),
        Setting("list_field", "Place of the list of leads", help="Where a delivery holds several, like data.items."),
    )
    examples: ClassVar = (
        Example(
            name="JSON",
            body='{"id": "f-81", "first_name": "Ann", "last_name": "Bauer", "email": "ann.bauer@example.net",'
            ' "company": "Bauer Marine", "country": "Germany", "budget": "10-20k", "utm_campaign": "spring"}',
            settings={"id_field": "id"},
            gives={
                "external_id": "f-81",
                "name": "Ann Bauer",
                "email": "ann.bauer@example.net",
                "company": "Bauer Marine",
                "country": "DE",
                "campaign": "spring",
                "answers": {"budget": "10-20k"},
            },
        ),
        Example(
            name="a form",
            body="Full+name=Ben+Holt&E-Mail=ben%40example.net&Telefon=%2B44+20+7946+0018&test=true",
            content_type="application/x-www-form-urlencoded",
            gives={"name": "Ben Holt", "email": "ben@example.net", "phone_e164": "+442079460018", "kind": "test"},
        ),
    )

    def problems(self, given: Mapping[str, Any], kept: Collection[str]) -> dict[str, str]:
        """A signature needs a secret, the standard one a secret of its own shape; else everything would be refused."""
        how, secret = given.get("signature"), str(given.get("secret") or "").strip()
        if how == "none" or (not secret and "secret" in kept):
            return {}
        if not secret:
            return {"secret": "A signature needs a secret."}
        if how == "standard" and not signing.is_standard_secret(secret):
            return {"secret": "It must be base64, mostly with whsec_ before it: copy it from the sender."}
        return {}

    def verify(self, came: Came, configured: Configured) -> None:
        """As the connection says."""
        secrets = configured.secrets.get("secret", ())
        how = configured.setting("signature")
        if how == "standard":
            signing.check_standard(came.headers, came.body, secrets, now=came.at)
        elif how == "plain":
            given = came.header(configured.setting("header") or "x-signature")
            given = given.rpartition("=")[2].strip().lower()
            signing.check(given, [signing.hex_of(secret.encode(), came.body) for secret in secrets])

    def proves(self, configured: Configured) -> bool:
        """Where a signature is asked for."""
        return configured.setting("signature") in {"standard", "plain"}

    def delivery_id(self, came: Came, configured: Configured) -> str:
        """The sender's own, where it is signed as Standard Webhooks say. What is no JSON or form is refused at once."""
        _payload(came)
        return came.header("webhook-id") if configured.setting("signature") == "standard" else ""

    def read(self, came: Came, configured: Configured, door: Door) -> list[News]:
        """One lead, or one for each entry of a list."""
        payload = _payload(came)
        if place := configured.setting("list_field"):
            payload = _at(payload, place)
        entries = payload if isinstance(payload, list) else [payload]
        news: list[News] = []
        if not any(isinstance(entry, Mapping) for entry in entries):
            raise UnreadableError("There is no JSON object in it.")
        for n, entry in enumerate(entries, start=1):
            if not isinstance(entry, Mapping):
                # Its neighbours are taken, whatever is wrong with it.
                news.append(Ignored(f"Entry {n} is no JSON object."))
                continue
            facts = {name: value for name, value in entry.items() if name != "test"}
            news.append(
                NewLead(_id_of(entry, configured), facts, {"channel": "web hook"}, test=_yes(entry.get("test")))
            )
        return news


def _payload(came: Came) -> Any:
    return came.form if came.is_form else came.json


def _at(payload: Any, place: str) -> Any:
    for name in place.split("."):
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    if payload is None:
        raise UnreadableError(f"There is nothing at {place}.")
    return payload


def _id_of(entry: Mapping[str, Any], configured: Configured) -> str:
    place = configured.setting("id_field")
    if not place:
        return ""
    try:
        found = _at(entry, place)
    except UnreadableError:
        return ""
    return str(found)[:200] if isinstance(found, str | int) else ""


def _yes(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().casefold() in {"true", "1", "yes", "on"})


connector = Webhook()
