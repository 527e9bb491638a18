"""Inbound mail of providers, read and checked by django-anymail, each time with the secrets of one connection."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import Message
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailError
from anymail.inbound import AnymailInboundMessage
from anymail.webhooks import base
from anymail.webhooks.amazon_ses import AmazonSESInboundWebhookView
from anymail.webhooks.brevo import BrevoInboundWebhookView
from anymail.webhooks.mailersend import MailerSendInboundWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postal import PostalInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from anymail.webhooks.sendgrid import SendGridInboundWebhookView
from anymail.webhooks.sparkpost import SparkPostInboundWebhookView
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.core.handlers.wsgi import WSGIRequest

from config.lib.signing import NotSignedError
from leads.connector import Came, UnreadableError


class _Brevo(BrevoInboundWebhookView):
    """Attachments, which Brevo has fetched one by one, stay where they are: only their names are kept."""

    def _fetch_attachment(self, attachment: dict[str, Any]) -> Message:
        name = "".join(c for c in str(attachment.get("Name", "")) if c.isprintable())[:200]
        return AnymailInboundMessage.construct_attachment("application/octet-stream", b"", filename=name)


class _SES(AmazonSESInboundWebhookView):
    """Mails that come in the notification itself; nothing is asked at Amazon, so its library is not needed."""

    def __init__(self, **kwargs: Any) -> None:
        self.kms_key_id, self.auto_confirm_enabled = None, False
        self.session_params: dict[str, str] = {}
        self.client_params: dict[str, str] = {}
        base.AnymailBaseWebhookView.__init__(self, **kwargs)


@dataclass(frozen=True, slots=True)
class Provider:
    """How one sends: what reads it, and the name of the key it signs with; most send a user and password instead."""

    label: str
    view: Callable[..., Any]
    key: str = ""


PROVIDERS = {
    "amazon_ses": Provider("Amazon SES", _SES),
    "brevo": Provider("Brevo", partial(_Brevo, api_key="not used")),
    "mailersend": Provider("MailerSend", MailerSendInboundWebhookView, "inbound_secret"),
    "mailgun": Provider("Mailgun", MailgunInboundWebhookView, "webhook_signing_key"),
    "mailjet": Provider("Mailjet", MailjetInboundWebhookView),
    "mandrill": Provider("Mandrill", MandrillCombinedWebhookView, "webhook_key"),
    "postal": Provider("Postal", PostalInboundWebhookView, "webhook_key"),
    "postmark": Provider("Postmark", PostmarkInboundWebhookView),
    "sendgrid": Provider("SendGrid", SendGridInboundWebhookView),
    "sparkpost": Provider("SparkPost", SparkPostInboundWebhookView),
}


def check(came: Came, *, provider: str, logins: Sequence[str], keys: Sequence[str]) -> None:
    """Raise NotSignedError unless the provider proves that it is this connection's: by its signature, or user:password.

    Where there is neither, nobody is let in.
    """
    signs = PROVIDERS[provider].key
    if signs and not keys:
        raise NotSignedError("The key it signs with is not filled in.")
    if not signs and not logins:
        raise NotSignedError("The user and password it sends are not filled in.")
    if not any(_proves(came, provider, logins, key) for key in keys or [""]):
        raise NotSignedError("It is not proven that the provider sent it.")


def _proves(came: Came, provider: str, logins: Sequence[str], key: str) -> bool:
    try:
        _view(provider, logins, key, came.url).run_validators(_request(came))
    except (AnymailError, SuspiciousOperation):
        return False
    except Exception:  # noqa: BLE001 - whatever cannot be read of a proof proves nothing
        return False
    return True


def messages(came: Came, *, provider: str) -> list[Message]:
    """The mails in a delivery that was checked when it came. Raises UnreadableError."""
    view = _view(provider, [], "none", came.url)
    try:
        events = view.parse_events(_request(came))
        return [event.message for event in events if getattr(event, "message", None) is not None]
    except RequestDataTooBig as error:
        raise UnreadableError(
            "A field of it is too large: let the provider send parsed mails, not raw ones."
        ) from error
    except Exception as error:
        raise UnreadableError(f"This is not what {PROVIDERS[provider].label} sends for inbound mail.") from error


def _view(provider: str, logins: Sequence[str], key: str, url: str) -> Any:
    found = PROVIDERS[provider]
    given: dict[str, Any] = {"webhook_secret": [] if found.key else list(logins)}
    if found.key:
        given[found.key] = key
    if provider == "mandrill":
        given["webhook_url"] = url
    if provider == "mailgun":
        given["api_key"] = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would be warned of what `check` has seen to
        return found.view(**given)


def _request(came: Came) -> WSGIRequest:
    """The request again, for parsers that want one."""
    parts = urlsplit(came.url)
    headers = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in came.headers.items()}
    request = WSGIRequest(
        {
            **headers,
            "REQUEST_METHOD": "POST",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": parts.hostname or "localhost",
            "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
            "wsgi.url_scheme": parts.scheme or "https",
            "CONTENT_TYPE": came.header("content-type"),
            "CONTENT_LENGTH": str(len(came.body)),
            "wsgi.input": BytesIO(came.body),
        }
    )
    # Mails come with files, and forms of ours with none.
    request.upload_handlers = [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
    request._body = came.body  # noqa: SLF001 - it was read and measured when it came
    return request
