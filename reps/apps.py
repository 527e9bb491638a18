"""Tells Django of the app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RepsConfig(AppConfig):
    """The app `reps`."""

    name = "reps"
    verbose_name = _("Reps")

    def ready(self) -> None:
        """Seed after every migrate."""
        from .seeds import seed_division  # noqa: PLC0415 - models are ready only now

        post_migrate.connect(seed_division, sender=self)
