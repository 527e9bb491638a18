"""Tells Django of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """The app `routing`."""

    name = "routing"
    verbose_name = _("Routing")

    def ready(self) -> None:
        """Listen for leads that became ready."""
        from reps.web import nav  # noqa: PLC0415 - as below

        from . import receivers  # noqa: F401, PLC0415 - models are ready only now
        from .models import FileImport, RuleSet  # noqa: PLC0415 - as above

        nav.shown_once("imports", FileImport.objects.exists)
        for name in ("how-shared", "changes", "health"):
            nav.shown_once(name, RuleSet.objects.exclude(published=None).exists)
