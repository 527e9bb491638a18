"""Tells Django of the app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    """The app `leads`."""

    name = "leads"
    verbose_name = _("Leads")

    def ready(self) -> None:
        """Seed after every migrate."""
        from .seeds import seed_stages_and_doors  # noqa: PLC0415 - models are ready only now

        post_migrate.connect(seed_stages_and_doors, sender=self)
