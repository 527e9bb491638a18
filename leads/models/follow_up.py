"""How a group works its leads: the steps that follow an assignment, and when silence takes a lead back."""

import uuid

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from reps.models import Group

from .stage import Stage


class StepKind(models.TextChoices):
    """What is to be done; the first four are done by a contact of that kind."""

    CALL = "call", _("Call")
    EMAIL = "email", _("E-mail")
    MESSAGE = "message", _("Message")
    MEETING = "meeting", _("Meeting")
    OTHER = "other", _("Something else")


@pghistory.track()
class WorkPlan(models.Model):
    """One per group that has any; what it does not say stays off."""

    class GiveOn(models.TextChoices):
        """Whether a rep may hand a lead of theirs to a colleague of the group."""

        NO = "no", _("no: managers reassign")
        APPROVE = "approve", _("they propose it, a manager approves")
        FREE = "free", _("yes, with a reason")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.OneToOneField(Group, models.CASCADE, related_name="work_plan", verbose_name=_("group"))
    again = models.BooleanField(
        _("begin anew for the next owner"),
        default=True,
        help_text=_("Off: the steps are written for the first owner of a lead only."),
    )
    stop_from = models.ForeignKey(
        Stage,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("stop from stage"),
        help_text=_("Steps that are still open end when the lead gets there; empty = only when it is closed."),
    )
    quiet_days = models.PositiveSmallIntegerField(
        _("taken back after days without activity"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_(
            "Working days of the rep: after so many without a contact, a note, a step done or a stage moved, the lead"
            " goes to somebody else. The rep is warned one day before. Empty = never."
        ),
    )
    give_on = models.CharField(_("reps may hand leads to each other"), max_length=8, choices=GiveOn, default=GiveOn.NO)

    class Meta:
        verbose_name = _("work plan")
        verbose_name_plural = _("work plans")

    def __str__(self) -> str:
        return self.group.name

    def clean(self) -> None:
        """Stages are a division's own."""
        if self.stop_from_id and self.stop_from and self.stop_from.division_id != self.group.division_id:
            raise ValidationError({"stop_from": _("This stage belongs to another division.")})


@pghistory.track()
class FollowUpStep(models.Model):
    """One row of a plan: so many working days after the assignment, this is to be done."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(WorkPlan, models.CASCADE, related_name="steps", verbose_name=_("work plan"))
    day = models.PositiveSmallIntegerField(
        _("day"),
        default=0,
        validators=[MaxValueValidator(60)],
        help_text=_("Working days of the rep after the assignment; 0 = the same day."),
    )
    kind = models.CharField(
        _("what"),
        max_length=12,
        choices=[c for c in StepKind.choices if c[0] != StepKind.MEETING],
        default=StepKind.CALL,
    )
    at = models.TimeField(
        _("time of day"),
        null=True,
        blank=True,
        help_text=_("In the rep's time zone; empty = when their working day begins."),
    )
    text = models.CharField(_("about"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("follow-up step")
        verbose_name_plural = _("follow-up steps")
        ordering = ["day", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
