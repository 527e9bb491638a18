"""SMS and other messengers, by the library apprise and an allow-list of its services.

Only services whose server is fixed are on the list: nothing that takes a host of one's choosing, and nothing that
writes to this machine. That the list stays so is tested against the library.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps.channel import AddressError, Alert, Channel, GoneError, NotReachedError, disarmed

# Scheme -> the name people know.
ALLOWED = {
    "twilio": "Twilio SMS",
    "vonage": "Vonage SMS",
    "nexmo": "Vonage SMS",
    "clicksend": "ClickSend SMS",
    "msgbird": "MessageBird SMS",
    "plivo": "Plivo SMS",
    "sinch": "Sinch SMS",
    "d7sms": "D7 SMS",
    "seven": "seven SMS",
    "bulksms": "BulkSMS",
    "elks": "46elks SMS",
    "threema": "Threema",
    "whatsapp": "WhatsApp",
    "tgram": "Telegram",
    "discord": "Discord",
    "gchat": "Google Chat",
    "webex": "Webex",
    "line": "LINE",
    "pover": "Pushover",
    "pbul": "Pushbullet",
    "prowl": "Prowl",
    "pagerduty": "PagerDuty",
    "opsgenie": "Opsgenie",
    "signl4": "SIGNL4",
}
_SCHEME = re.compile(r"([a-z0-9]+)://[^\s,;]+")
_SMS = 300  # characters: two parts of a text message
_SECONDS = 3.0


class Apprise(Channel):
    """A text message, or a message in Telegram, WhatsApp, Threema, Discord, Google Chat, Webex and some more.

    Enter the address as apprise writes it, for instance `twilio://SID:TOKEN@FROM/TO` for a text message by Twilio or
    `tgram://TOKEN/CHAT` for Telegram. The accounts with these services are yours.
    """

    name = "apprise"
    label = gettext_lazy("SMS and others")
    asks = gettext_lazy("Address, as apprise writes it")
    EXAMPLE = "tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/12315544"
    for_groups: ClassVar[bool] = False

    def read(self, text: str) -> dict[str, Any]:
        """One address of one service that is allowed."""
        text = text.strip()
        found = _SCHEME.fullmatch(text)
        if found is None or len(text) > 500:
            raise AddressError(_("Enter one address, like %s.") % "tgram://TOKEN/CHAT")
        if found[1] not in ALLOWED:
            allowed = ", ".join(sorted(ALLOWED))
            raise AddressError(
                _("“%(scheme)s” is not allowed here. Allowed are: %(allowed)s.")
                % {"scheme": found[1], "allowed": allowed}
            )
        if _service(text) is None:
            raise AddressError(
                _("%s does not take this address: look at how its parts are ordered.") % ALLOWED[found[1]]
            )
        return {"url": text}

    def shown(self, address: Mapping[str, Any]) -> str:
        """The service; the rest is secret."""
        return ALLOWED.get(str(address.get("url", "")).partition("://")[0], "")

    def send_one(self, alert: Alert) -> None:
        """One message, in plain text."""
        import apprise  # noqa: PLC0415 - it loads slowly, and few processes send

        url = str(alert.address["url"])
        service = _service(url) if url.partition("://")[0] in ALLOWED else None
        if service is None:
            raise GoneError(_("This service is not allowed any more."))
        sender = apprise.Apprise()
        sender.add(service)
        try:
            taken = sender.notify(body=self.message(alert), body_format=apprise.NotifyFormat.TEXT)
        except (OSError, TypeError, ValueError) as error:
            raise NotReachedError(type(error).__name__) from error
        if not taken:
            raise NotReachedError(_("The service did not take the message."))

    def message(self, alert: Alert) -> str:
        """Short: what it is, and where to go on."""
        return disarmed("\n".join(filter(None, (alert.subject, alert.brief[:_SMS], alert.url))))


def _service(url: str) -> Any:
    """Its object, with our patience, checked certificates and no redirects; None where the address is none."""
    import apprise  # noqa: PLC0415 - as above

    # It logs what it was asked to send.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    service = apprise.Apprise.instantiate(url.partition("?")[0])
    if service is not None:
        service.socket_connect_timeout = service.socket_read_timeout = _SECONDS
        service.verify_certificate = True
        service.redirects = False
    return service


channel = Apprise()
