"""What people say about the way leads are shared: a manager's why, comments of reps, and questions about unfairness."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .ledger import LedgerEntry
from .ruleset import RuleSetVersion
from .shared_draft import SharedDraft


class GroupPage(models.Model):
    """A group's own part of How leads are shared: why it is so, and the link that opens it to anybody, if any."""

    group = models.OneToOneField("reps.Group", models.PROTECT, related_name="page", verbose_name=_("group"))
    why = models.TextField(_("why it is so"), blank=True)
    why_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    why_at = models.DateTimeField(null=True, blank=True)
    token = models.CharField(_("public link"), max_length=64, null=True, blank=True, unique=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    opened_at = models.DateTimeField(_("link made"), null=True, blank=True)

    class Meta:
        verbose_name = _("how a group shares, told")
        verbose_name_plural = _("how groups share, told")

    def __str__(self) -> str:
        return f"{self.group_id}"


class Comment(models.Model):
    """What somebody says of a published version, or of a draft shared with the team; all who read these read it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(
        RuleSetVersion, models.PROTECT, null=True, related_name="comments", verbose_name=_("version")
    )
    draft = models.ForeignKey(
        SharedDraft, models.CASCADE, null=True, related_name="comments", verbose_name=_("shared draft")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False)
    text = models.TextField(_("comment"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("comment on rules")
        verbose_name_plural = _("comments on rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(version__isnull=True, draft__isnull=False) | Q(version__isnull=False, draft__isnull=True),
                name="comment_on_one",
            )
        ]
        indexes = [
            models.Index(fields=["version", "at"], name="comment_version"),
            models.Index(fields=["draft", "at"], name="comment_draft"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id or self.draft_id} {self.at:%Y-%m-%d %H:%M}"


class Question(models.Model):
    """Something unfair, as a rep sees it: read by them and the group's managers, answered by one of these."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey("reps.Group", models.PROTECT, related_name="questions", verbose_name=_("group"))
    rep = models.ForeignKey("reps.Rep", models.PROTECT, related_name="questions", verbose_name=_("rep"))
    lead = models.ForeignKey("leads.Lead", models.SET_NULL, null=True, blank=True, related_name="+")
    entry = models.ForeignKey(
        LedgerEntry, models.DO_NOTHING, null=True, blank=True, db_constraint=False, related_name="+"
    )
    text = models.TextField(_("what is unfair"))
    at = models.DateTimeField(_("asked"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    version = models.ForeignKey(
        RuleSetVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("led to version"),
    )

    class Meta:
        verbose_name = _("question about fairness")
        verbose_name_plural = _("questions about fairness")
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=False) | Q(answer="", version__isnull=True),
                name="question_answered_at",
            )
        ]
        indexes = [
            models.Index(fields=["rep", "at"], name="question_rep"),
            models.Index(F("group"), condition=Q(answered_at__isnull=True), name="question_open"),
        ]

    def __str__(self) -> str:
        return f"{self.rep_id} {self.at:%Y-%m-%d %H:%M}"
