"""Checks that a time zone exists."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def check_zone(name: str) -> None:
    """Raise ValidationError unless the IANA database knows the zone."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone. Write it like Europe/Berlin."), params={"name": name})
