"""Enrichment: companies known by domain, what a provider answered, and leads about which somebody is asked."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reps.models.division import DivisionKey

from .connection import Connection
from .fields import ExactDecoder, ExactEncoder
from .lead import Lead


@pghistory.track()
class CompanyRecord(models.Model):
    """A row of your own table of companies: what is known of whoever has this domain."""

    division = DivisionKey()
    domain = models.CharField(_("domain"), max_length=253, help_text=_("As in company.example, without www."))
    name = models.CharField(_("name"), max_length=200, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    segment = models.CharField(_("segment"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, as in DE."))
    region = models.CharField(_("region"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    attributes = models.JSONField(
        _("your fields"),
        default=dict,
        blank=True,
        encoder=ExactEncoder,
        decoder=ExactDecoder,
        help_text=_('Attributes by key: {"erp": "none"}.'),
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [models.UniqueConstraint(fields=["division", "domain"], name="company_domain_once")]

    def __str__(self) -> str:
        return self.name or self.domain


class EnrichmentAnswer(models.Model):
    """What a provider said of a person or company, kept for some days so that it is not asked twice."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="answers")
    about = models.CharField(max_length=320)  # an address, or a domain
    at = models.DateTimeField()
    # Our fields by name; empty where it knows nothing.
    found = models.JSONField(default=dict, encoder=ExactEncoder, decoder=ExactDecoder)

    class Meta:
        verbose_name = _("answer of a provider")
        verbose_name_plural = _("answers of providers")
        constraints = [models.UniqueConstraint(fields=["connection", "about"], name="enrichment_answer_once")]
        indexes = [models.Index(fields=["at"], name="enrichment_answer_at")]

    def __str__(self) -> str:
        return f"{self.connection_id}: {self.pk}"


class Lookup(models.Model):
    """A lead about which providers are asked; `until` is when it goes on without their answer."""

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="lookup")
    until = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # It landed late and changed what rules may know: routing looks once again.
    again = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("lookup")
        verbose_name_plural = _("lookups")
        indexes = [
            models.Index(F("until"), condition=Q(done_at=None), name="lookup_open"),
            models.Index(F("lead"), condition=Q(again=True), name="lookup_again"),
        ]

    def __str__(self) -> str:
        return str(self.lead_id)
