"""Web addresses that people are sent to: https only, and nothing hidden in them."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def check_https(url: str) -> None:
    """Raise ValidationError unless it is a whole address with https, without a user name or blanks."""
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and parts.hostname and not parts.username
        good = good and url.isprintable() and " " not in url
    except ValueError:
        good = False
    if not good:
        raise ValidationError(_("Write the whole address, beginning with https://."))
