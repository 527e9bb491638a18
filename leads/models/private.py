"""What is personal or hidden about a lead, joined only through an ownership check."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Value
from django.db.models.functions import Concat, Lower, Upper
from django.utils.translation import gettext_lazy as _

from .fields import ExactDecoder, ExactEncoder
from .lead import Lead

# What people remember of a lead, as one text: the search and its index read the same.
REMEMBERED = Concat("name", Value(" "), "company", Value(" "), "email", Value(" "), "phone")


class LeadPrivate(models.Model):
    """Kept apart from Lead, so that a query for the pool cannot reach it by accident."""

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="private")
    name = models.CharField(_("name"), max_length=200, blank=True)
    job_title = models.CharField(_("job title"), max_length=200, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_e164 = models.CharField(_("phone, normalised"), max_length=16, blank=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    profile_url = models.CharField(_("profile"), max_length=500, blank=True, default="")
    handle = models.CharField(_("handle"), max_length=200, blank=True, default="")
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    website = models.CharField(_("website"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    score = models.IntegerField(_("score"), null=True, blank=True)
    segment = models.CharField(_("segment"), max_length=100, blank=True, default="")
    product = models.CharField(_("product interest"), max_length=200, blank=True)
    deal_amount = models.DecimalField(_("deal size"), max_digits=14, decimal_places=2, null=True, blank=True)
    deal_currency = models.CharField(_("currency"), max_length=3, blank=True)
    message = models.TextField(_("message"), blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True, encoder=ExactEncoder, decoder=ExactDecoder)
    # Where the person came from: utm_source and its like, referrer, landing_page.
    tracking = models.JSONField(_("tracking"), default=dict, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True, encoder=ExactEncoder, decoder=ExactDecoder)

    class Meta:
        verbose_name = _("lead, personal part")
        verbose_name_plural = _("leads, personal part")
        indexes = [
            models.Index(fields=["domain"], condition=~models.Q(domain=""), name="lead_private_domain"),
            models.Index(Lower("company"), condition=~models.Q(company=""), name="lead_private_company"),
            GinIndex(OpClass(Upper(REMEMBERED), "gin_trgm_ops"), name="lead_private_remembered"),
        ]

    def __str__(self) -> str:
        return self.company or self.name or str(self.lead_id)
