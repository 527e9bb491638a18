"""Rule sets: the draft as rows that people edit, and the immutable numbered versions printed from it."""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from reps.models import Group, Rep
from reps.models.division import DivisionKey
from reps.models.triggers import bumps_roster


@pghistory.track()
class RuleSet(models.Model):
    """The ordered rules of a division for one occasion; `published` is the version that decides."""

    class RunsOn(models.TextChoices):
        """When it runs."""

        NEW = "new", _("a new lead")
        STAGE = "stage", _("a stage is reached")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    name = models.CharField(_("name"), max_length=100)
    runs_on = models.CharField(_("runs on"), max_length=5, choices=RunsOn, default=RunsOn.NEW)
    stage = models.ForeignKey("leads.Stage", models.PROTECT, null=True, blank=True, verbose_name=_("stage"))
    note = models.TextField(
        _("why it is shared so"), blank=True, help_text=_("Your reps read it on How leads are shared.")
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    published = models.ForeignKey(
        "RuleSetVersion", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "runs_on", "stage"], nulls_distinct=False, name="rule_set_one_per_occasion"
            ),
        ]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Rule(models.Model):
    """One rule of the draft: condition, destination, steps, otherwise, response time."""

    class To(models.TextChoices):
        """Where its leads go."""

        GROUP = "group", _("a group")
        TERRITORY = "territory", _("the territory that covers the lead")
        ACCOUNT = "account", _("the owner of the known account")
        REP = "rep", _("a named rep")
        DESK = "desk", _("To assign")
        REJECT = "reject", _("rejected")

    class Away(models.TextChoices):
        """What becomes of an account's lead whose owner is off duty."""

        PASS = "pass", _("as said under “if nobody can take it”")
        WAIT = "wait", _("it waits for the owner")
        BACKUP = "backup", _("it goes to the owner's backup")
        ROTATE = "rotate", _("the owner's group shares it")

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="rules", verbose_name=_("rule set"))
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=100)
    condition = models.JSONField(
        _("when"), null=True, blank=True, help_text=_("Empty = every lead; only the last rule may be so.")
    )
    to = models.CharField(_("goes to"), max_length=10, choices=To, default=To.GROUP)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("group"))
    rep = models.ForeignKey(Rep, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("rep"))
    away = models.CharField(
        _("if the owner of the account is off duty"), max_length=8, choices=Away, default=Away.PASS, blank=True
    )
    returning = models.BooleanField(
        _("also who last worked with the person"), default=False, help_text=_("Of a rule that goes to account owners.")
    )
    reject_reason = models.CharField(_("reason to reject"), max_length=200, blank=True)
    steps = models.JSONField(_("how to share"), null=True, blank=True, help_text=_("Empty = as the group shares."))
    otherwise = models.JSONField(_("if nobody can take it"), default=list, blank=True)
    respond_within = models.PositiveIntegerField(
        _("response time in minutes"),
        null=True,
        blank=True,
        help_text=_("Empty = the group's."),
        validators=[MinValueValidator(1)],
    )
    clock = models.CharField(
        _("response time counts"), max_length=8, choices=Group.Clock, blank=True, help_text=_("Empty = as the group's.")
    )
    escalation = models.JSONField(
        _("if nobody answers"), null=True, blank=True, help_text=_("Empty = as the group's; [] = nothing.")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority of its leads"),
        null=True,
        blank=True,
        help_text=_("0 is served first, 9 last, in pools and lists; empty = as the lead came."),
        validators=[MaxValueValidator(9)],
    )

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Band(models.Model):
    """A rule about priority: leads whose condition holds are decided first (0 before 9)."""

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="bands", verbose_name=_("rule set"))
    name = models.CharField(_("name"), max_length=60)
    band = models.PositiveSmallIntegerField(
        _("priority"),
        default=0,
        validators=[MaxValueValidator(9)],
        help_text=_("0 is decided first; without a rule it is 5."),
    )
    condition = models.JSONField(_("when"))

    class Meta:
        verbose_name = _("priority")
        verbose_name_plural = _("priorities")
        ordering = ["band", "pk"]

    def __str__(self) -> str:
        return self.name


class RuleSetVersion(models.Model):
    """An immutable printing: the database refuses to change it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="versions")
    n = models.PositiveIntegerField(_("version"))
    engine = models.PositiveSmallIntegerField()
    body = models.JSONField()
    attributes = models.JSONField(default=list)
    words = models.JSONField(default=list)
    comment = models.TextField(_("comment"), blank=True)
    overridden = models.TextField(_("published in spite of broken examples because"), blank=True)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        db_constraint=False,
    )

    class Meta:
        verbose_name = _("published version")
        verbose_name_plural = _("published versions")
        constraints = [models.UniqueConstraint(fields=["rule_set", "n"], name="version_number_once")]
        triggers = [
            pgtrigger.Protect(name="version_is_immutable", operation=pgtrigger.Update | pgtrigger.Delete),
            *bumps_roster()[:1],
        ]

    def __str__(self) -> str:
        return f"{self.rule_set} {self.n}"


class SavedExample(models.Model):
    """A lead and where it must go; run on every publish."""

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="examples")
    name = models.CharField(_("name"), max_length=100)
    facts = models.JSONField()
    expected = models.JSONField()
    lead = models.ForeignKey("leads.Lead", models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("decided as of"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved example")
        verbose_name_plural = _("saved examples")

    def __str__(self) -> str:
        return self.name
