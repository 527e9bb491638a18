"""A hook: an address of somebody else that is told of events; and one event on its way to it."""

import uuid

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from leads.hook_kinds import HookEvent
from reps.models import Group, User
from reps.models.division import DivisionKey

from .event import LeadEvent
from .fields import ExactDecoder, ExactEncoder
from .key import ApiKey
from .lead import Lead

_SHOWN = ("name", "division", "group", "events", "unseen_by_reps", "tests", "version", "active", "why_off")


@pghistory.track(fields=["id", *_SHOWN], model_name="HookChange")
class Hook(models.Model):
    """Address and secrets are sealed; `leads.hooks.hook` is their only reader and the row's writer.

    One that was removed keeps its name, so that what it was told can still be read.
    """

    class WhyOff(models.TextChoices):
        """Why nothing is sent."""

        BY_HAND = "by_hand", _("switched off by a person")
        GONE = "gone", _("the other side said that it wants no more (410)")
        KEY = "key", _("the API key that made it is revoked or expired")
        REMOVED = "removed", _("removed")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, blank=True, related_name="hooks", verbose_name=_("group")
    )
    name = models.CharField(_("name"), max_length=100)
    events = ArrayField(models.CharField(max_length=20, choices=[(e.value, e.value) for e in HookEvent]))
    unseen_by_reps = models.BooleanField(_("reps cannot see it"), default=False)
    tests = models.BooleanField(_("tests, too"), default=False)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    shown = models.CharField(_("address"), max_length=200, help_text=_("As much of it as may be shown."))
    secret = models.TextField(_("sealed address and secrets"), blank=True, editable=False)
    active = models.BooleanField(_("active"), default=True)
    why_off = models.CharField(_("why it is off"), max_length=10, choices=WhyOff, blank=True, default="")
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    made_with = models.ForeignKey(ApiKey, models.SET_NULL, null=True, blank=True, related_name="hooks", editable=False)
    created_at = models.DateTimeField(_("added"), editable=False)
    reached_at = models.DateTimeField(_("last reached"), null=True, blank=True, editable=False)
    failed_at = models.DateTimeField(_("last failed"), null=True, blank=True, editable=False)
    # Who speaks to it holds it until then; who failed too often, or asked for a pause, is left alone until then.
    rests_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("hook")
        verbose_name_plural = _("hooks")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(active=True, why_off="") | Q(active=False), name="hook_off_says_why"),
        ]

    def __str__(self) -> str:
        return self.name


class HookDelivery(models.Model):
    """Planned inside the transaction of its event, sent after it; at least once, by an id that never changes.

    What is sent is made when it is sent (`leads.hooks.content`): the row holds nothing of the lead.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hook = models.ForeignKey(Hook, models.CASCADE, related_name="deliveries", db_index=False)
    # Null: a test of the hook. The timeline is never cut but with its lead, so the database need not watch over it.
    event = models.ForeignKey(
        LeadEvent, models.CASCADE, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, blank=True, related_name="hook_deliveries")
    kind = models.CharField(_("event"), max_length=20, choices=[(e.value, e.value) for e in HookEvent])
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    # The lead may not go out yet: it waits in a blind pool, or may come there.
    held = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=20, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")
    # Every try: [{"at": ..., "status": 200} or {"at": ..., "failure": "timeout"}]
    tried = models.JSONField(default=list, blank=True, encoder=ExactEncoder, decoder=ExactDecoder)

    class Meta:
        verbose_name = _("delivery of a hook")
        verbose_name_plural = _("deliveries of hooks")
        constraints = [models.UniqueConstraint(fields=["event", "hook", "kind"], name="hook_delivery_once")]
        indexes = [
            models.Index(
                F("hook"), F("due_at"), F("id"),
                condition=Q(sent_at=None, failed_at=None, held=False), name="hook_delivery_due",
            ),
            models.Index(F("hook"), F("id"), name="hook_delivery_newest"),
            models.Index(F("lead"), condition=Q(held=True), name="hook_delivery_held"),
            models.Index(F("hook"), F("id"), condition=Q(failed_at__isnull=False), name="hook_delivery_given_up"),
            models.Index(F("created_at"), name="hook_delivery_age"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} → {self.hook_id}"
