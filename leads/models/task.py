"""What a rep has to do next for a lead, and by when: a step of their own, or one of the group's follow-up plan."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reps.models import Rep

from .follow_up import FollowUpStep, StepKind
from .lead import Lead
from .touch import Touch


class Task(models.Model):
    """Of one spell of ownership: open until it is done or stopped; `leads.steps` is its only writer."""

    class Source(models.TextChoices):
        """Where it came from."""

        OWN = "own", _("set by the rep")
        PLAN = "plan", _("follow-up plan")

    class Why(models.TextChoices):
        """Why it was stopped."""

        REPLY = "reply", _("they replied")
        STAGE = "stage", _("the lead moved on")
        OWNER = "owner", _("the lead has another owner")
        CLOSED = "closed", _("the lead was closed")
        REPLACED = "replaced", _("another step was set")
        DROPPED = "dropped", _("dropped by the rep")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="tasks")
    rep = models.ForeignKey(Rep, models.PROTECT, related_name="tasks")
    hop = models.PositiveIntegerField()
    source = models.CharField(max_length=4, choices=Source)
    step = models.ForeignKey(FollowUpStep, models.SET_NULL, null=True, blank=True, related_name="tasks")
    kind = models.CharField(_("what"), max_length=12, choices=StepKind)
    text = models.CharField(_("about"), max_length=200, blank=True)
    due_at = models.DateTimeField(_("due"))
    created_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    why = models.CharField(_("because"), max_length=8, choices=Why, blank=True)
    touch = models.ForeignKey(
        Touch, models.SET_NULL, null=True, blank=True, related_name="tasks", help_text="The contact that ended it."
    )

    class Meta:
        verbose_name = _("next step")
        verbose_name_plural = _("next steps")
        constraints = [
            models.UniqueConstraint(fields=["lead", "hop", "step"], name="task_step_once"),
            models.UniqueConstraint(
                fields=["lead", "hop"],
                condition=Q(source="own", done_at__isnull=True, stopped_at__isnull=True),
                name="task_one_own_open",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(stopped_at__isnull=True), name="task_done_or_stopped"
            ),
        ]
        indexes = [
            models.Index(
                F("rep"), F("due_at"), condition=Q(done_at__isnull=True, stopped_at__isnull=True), name="task_open"
            ),
            models.Index(fields=["lead", "hop"], name="task_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}.{self.hop} {self.kind} {self.due_at:%Y-%m-%d %H:%M}"
