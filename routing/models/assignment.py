"""Spells of ownership, and what may end or precede one: offers, timers, returns."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Assignment(models.Model):
    """Who owned a lead from when to when, and how they got it; one open one per lead."""

    class How(models.TextChoices):
        """What gave it."""

        RULE = "rule", _("rule")
        OFFER = "offer", _("offer accepted")
        CLAIM = "claim", _("pull")
        MANUAL = "manual", _("by hand")
        HAND_OVER = "hand_over", _("reassigned")
        HANDOFF = "handoff", _("stage reached")
        HISTORY = "history", _("imported")

    class End(models.TextChoices):
        """Why it ended."""

        PUT_BACK = "put_back", _("put back")
        RETURNED = "returned", _("returned")
        HAND_OVER = "hand_over", _("reassigned")
        RELEASED = "released", _("unassigned")
        TIMED_OUT = "timed_out", _("timed out")
        GONE_QUIET = "gone_quiet", _("no activity")
        LEFT = "left", _("rep left")
        HANDOFF = "handoff", _("stage reached")
        CLOSED = "closed", _("closed")
        MERGED = "merged", _("merged into another")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="assignments")
    hop = models.PositiveIntegerField()
    rep = models.ForeignKey("reps.Rep", models.PROTECT, related_name="assignments")
    group = models.ForeignKey("reps.Group", models.PROTECT, null=True, related_name="assignments")
    decision = models.ForeignKey("Decision", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    how = models.CharField(max_length=10, choices=How)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=End, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    followed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its steps and its clock of silence were set."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(ends_at__isnull=True), name="assignment_one_open"),
            models.UniqueConstraint(fields=["lead", "hop"], name="assignment_hop_once"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="assignment_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["rep", "starts_at"], name="assignment_rep"),
            models.Index(fields=["group", "starts_at"], name="assignment_group"),
            models.Index(fields=["starts_at"], name="assignment_starts"),
            models.Index(fields=["starts_at"], condition=Q(how="manual"), name="assignment_by_hand"),
            models.Index(F("rep"), F("ends_at"), condition=Q(end="put_back"), name="assignment_put_back"),
            models.Index(
                F("id"), condition=Q(followed_at__isnull=True, ends_at__isnull=True), name="assignment_to_follow"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}.{self.hop} → {self.rep_id}"


class Offer(models.Model):
    """A timed, exclusive offer to one rep: accepted, declined, or lapsed; one open one per lead."""

    class Answer(models.TextChoices):
        """What became of it."""

        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        LAPSED = "lapsed", _("missed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="offers")
    hop = models.PositiveIntegerField()
    rep = models.ForeignKey("reps.Rep", models.PROTECT, related_name="offers")
    offered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    group = models.ForeignKey("reps.Group", models.PROTECT, null=True, related_name="+")
    decision = models.ForeignKey("Decision", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(answered_at__isnull=True), name="offer_one_open")
        ]
        indexes = [
            models.Index(F("rep"), condition=Q(answered_at__isnull=True), name="offer_open_rep"),
            models.Index(F("due_at"), condition=Q(answered_at__isnull=True), name="offer_due"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} → {self.rep_id}"


class Timer(models.Model):
    """Something due at an instant, for one hand-over number; each firing is a conditional write."""

    class Kind(models.TextChoices):
        """What is done then."""

        REMIND = "remind", _("remind the rep")
        WARN = "warn", _("warn the manager")
        RELEASE = "release", _("take it back and route it again")
        PAUSE = "pause", _("switch the silent rep off")
        WAITING = "waiting", _("remind of a lead that waits")
        QUIET_SOON = "quiet_soon", _("warn the rep of silence")
        QUIET = "quiet", _("take a lead back that went quiet")

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="timers")
    hop = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    n = models.PositiveSmallIntegerField(default=0, help_text=_("Tells several of one kind apart."))
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="Of switching a rep off: silence was found; done after the turn, once."
    )

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        constraints = [models.UniqueConstraint(fields=["lead", "hop", "kind", "n"], name="timer_once")]
        indexes = [models.Index(F("due_at"), condition=Q(fired_at__isnull=True), name="timer_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M:%S}"


class Return(models.Model):
    """A lead handed back with a reason, to be ruled on."""

    class Reason(models.TextChoices):
        """Why the rep gave it back."""

        DUPLICATE = "duplicate", _("duplicate")
        SPAM = "spam", _("spam or bogus")
        WRONG_PERSON = "wrong_person", _("not a decision maker")
        NOT_MINE = "not_mine", _("belongs to somebody else")
        UNREACHABLE = "unreachable", _("wrong contact details")
        OTHER = "other", _("something else")

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="returns")
    hop = models.PositiveIntegerField()
    rep = models.ForeignKey("reps.Rep", models.PROTECT, related_name="returns")
    reason = models.CharField(_("reason"), max_length=14, choices=Reason)
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField()
    ruling = models.CharField(max_length=10, blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    ruled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("returned lead")
        verbose_name_plural = _("returned leads")
        constraints = [models.UniqueConstraint(fields=["lead", "hop"], name="return_once_a_hop")]
        indexes = [
            models.Index(F("at"), F("id"), condition=Q(ruling=""), name="return_to_rule_on"),
            models.Index(F("ruling"), F("ruled_at"), F("id"), name="return_ruled"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.reason}"
