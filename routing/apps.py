"""Tells Django of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """The app `routing`."""

    name = "routing"
    verbose_name = _("Routing")

    def ready(self) -> None:
        """Listen for leads that became ready."""
        from . import receivers  # noqa: F401, PLC0415 - models are ready only now
