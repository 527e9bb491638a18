"""Slack, by an incoming web hook.

The address is one of hooks.slack.com; the message is Block Kit, in plain text, so that nothing a lead calls itself can
call a room. Buttons work where the web hook belongs to an app whose *Interactivity* leads to `/slack/actions/`.
"""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps.channel import AddressError, Alert, Channel, disarmed, json_body, parts_of, post

_HOST = "hooks.slack.com"
_LONGEST = 2900


class Slack(Channel):
    """A message of our app in Slack, to you or to a channel.

    1. At api.slack.com make an app for your workspace, and switch on *Incoming Webhooks*.
    2. *Add New Webhook to Workspace*, choose yourself or a channel, and copy its URL to here.
    3. For buttons on messages ops enter the app's signing secret on this page; you link yourself with a code.
    """

    name = "slack"
    label = "Slack"
    asks = gettext_lazy("URL of the incoming webhook")
    EXAMPLE = "https://hooks.slack.com/services/T000/B000/made-up"
    for_groups: ClassVar[bool] = True

    def read(self, text: str) -> dict[str, Any]:
        """An incoming web hook of Slack, and nothing else."""
        parts = parts_of(text)
        fits = parts.scheme == "https" and parts.netloc == _HOST and parts.path.startswith("/services/")
        if not fits or parts.query or parts.fragment or len(text) > 500:
            raise AddressError(
                _("Enter the URL of an incoming webhook: it begins with %s.") % f"https://{_HOST}/services/"
            )
        return {"url": text.strip()}

    def send_one(self, alert: Alert) -> None:
        """One POST; Slack's own words for a web hook that is no more close it."""
        post(alert.address["url"], body=json_body(self.message(alert)), gone=frozenset({403, 404, 410}))

    def message(self, alert: Alert) -> dict[str, Any]:
        """Block Kit: every word in plain text blocks; the line of notifications escaped, as Slack reads marks there."""
        subject = _plain(alert.subject, 150)
        blocks: list[dict[str, Any]] = [{"type": "section", "text": subject}]
        if alert.brief:
            blocks.append({"type": "section", "text": _plain(alert.brief, _LONGEST)})
        elements = [
            {"type": "button", "action_id": b.act, "text": _plain(b.label, 75), "value": b.value} for b in alert.buttons
        ]
        if alert.url:
            elements.append({"type": "button", "action_id": "open", "text": _plain(alert.act, 75), "url": alert.url})
        if elements:
            blocks.append({"type": "actions", "elements": elements})
        return {"text": _escaped(alert.subject), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _plain(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": disarmed(text)[:most] or "-", "emoji": False}


def _escaped(text: str) -> str:
    return disarmed(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


channel = Slack()
