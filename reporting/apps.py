"""Tells Django of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """The app `reporting`."""

    name = "reporting"
    verbose_name = _("Reporting")
