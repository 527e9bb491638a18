"""Tells Django of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """The app `routing`."""

    name = "routing"
    verbose_name = _("Routing")
