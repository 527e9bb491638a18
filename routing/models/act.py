"""What people did to many leads at once, or to routing itself: the audit rows of the bulk verbs."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reps.models import Group
from reps.models.division import DivisionKey
from reps.models.triggers import bumps_roster


class RoutingPause(models.Model):
    """Routing stands still for a division, or for one group: leads are accepted and wait."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("group"))
    why = models.CharField(_("because"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )

    class Meta:
        verbose_name = _("routing pause")
        verbose_name_plural = _("routing pauses")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "group"],
                condition=Q(ends_at__isnull=True),
                nulls_distinct=False,
                name="routing_pause_one_open",
            )
        ]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return f"{self.group_id or self.division_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Act(models.Model):
    """One bulk act: who, when, what was asked, what came of it. Never changed."""

    class Kind(models.TextChoices):
        """What was done."""

        PAUSE = "pause", _("routing paused")
        RESUME = "resume", _("routing resumed")
        ROUTE_AGAIN = "route_again", _("routed again")
        HAND_OVER = "hand_over", _("reassigned")
        RELEASE = "release", _("unassigned")
        PRIORITY = "priority", _("priority set")
        REVIVE = "revive", _("let through")
        CLEAR_TESTS = "clear_tests", _("tests deleted")
        LEAVE = "leave", _("a rep left")
        AWAY = "away", _("a rep goes on leave")
        GO_BACK = "go_back", _("rules taken back")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        db_constraint=False,
    )
    why = models.CharField(_("because"), max_length=500, blank=True)
    asked = models.JSONField(default=dict)
    result = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("bulk act")
        verbose_name_plural = _("bulk acts")
        indexes = [models.Index(fields=["at"], name="act_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
