"""Microsoft Teams, by the web hook of a workflow: an adaptive card.

Connectors of Office 365 are switched off by Microsoft; what works is a workflow *Post to a channel when a webhook
request is received*.
"""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps.channel import AddressError, Alert, Channel, disarmed, json_body, parts_of, post

_HOSTS = (".logic.azure.com", ".api.powerplatform.com", ".webhook.office.com")
# What an adaptive card reads as Markdown.
_MARKS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#~|"})


class Teams(Channel):
    """A card in Microsoft Teams, to a chat or a channel.

    1. In Teams open *Workflows* and make *Send webhook alerts to a chat* (or *to a channel*).
    2. Copy the URL the workflow shows to here.
    """

    name = "teams"
    label = "Microsoft Teams"
    asks = gettext_lazy("URL of the workflow")
    EXAMPLE = "https://prod-1.westeurope.logic.azure.com/workflows/made-up/triggers/manual/paths/invoke?sig=made-up"
    for_groups: ClassVar[bool] = True

    def read(self, text: str) -> dict[str, Any]:
        """The web hook of a workflow at Microsoft, and nothing else."""
        parts = parts_of(text)
        host = parts.netloc.lower().removesuffix(":443")
        if parts.scheme != "https" or not host.endswith(_HOSTS) or "@" in host or len(text) > 1500:
            raise AddressError(_("Enter the URL of a workflow: its host ends with %s.") % _(" or ").join(_HOSTS[:2]))
        return {"url": text.strip()}

    def send_one(self, alert: Alert) -> None:
        """One POST."""
        post(alert.address["url"], body=json_body(self.message(alert)))

    def message(self, alert: Alert) -> dict[str, Any]:
        """One adaptive card, its Markdown made harmless."""
        body = [{"type": "TextBlock", "text": _plain(alert.subject), "weight": "bolder", "wrap": True}]
        body += [{"type": "TextBlock", "text": _plain(line), "wrap": True} for line in alert.brief.splitlines() if line]
        card: dict[str, Any] = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": body,
        }
        if alert.url:
            card["actions"] = [{"type": "Action.OpenUrl", "title": alert.act, "url": alert.url}]
        return {
            "type": "message",
            "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
        }


def _plain(text: str) -> str:
    return disarmed(text).translate(_MARKS)


channel = Teams()
