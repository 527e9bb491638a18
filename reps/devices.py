"""A browser and what it runs on, in the words people know, from what it says of itself."""

import re

from django.utils.translation import gettext as _

# Before the names that others pretend to be.
_BROWSERS = (
    ("Edge", r"Edg|EdgA|EdgiOS"),
    ("Opera", r"OPR"),
    ("Samsung Internet", r"SamsungBrowser"),
    ("Firefox", r"Firefox|FxiOS"),
    ("Chrome", r"Chrome|CriOS|HeadlessChrome|Chromium"),
    ("Safari", r"Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """Both in three words; what no browser says of itself is an unknown device."""
    browser = next((name for name, marks in _BROWSERS if re.search(rf"\b(?:{marks})/", agent)), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    if system:
        return _("Unknown browser on %s") % system
    return browser or _("Unknown device")
