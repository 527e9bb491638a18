"""Calendars from elsewhere and for elsewhere: feeds that say when a rep is busy, and the address of the rep's own."""

import uuid

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from .period import PeriodRow, ends_after_start, no_overlap
from .rep import Rep
from .triggers import bumps_roster


@pghistory.track()
class HolidayWorked(models.Model):
    """A public holiday on which the rep works all the same."""

    rep = models.ForeignKey(Rep, models.PROTECT, related_name="holidays_worked", verbose_name=_("rep"))
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("holiday worked")
        verbose_name_plural = _("holidays worked")
        constraints = [models.UniqueConstraint(fields=["rep", "day"], name="holiday_worked_once")]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return f"{self.rep}: {self.day}"


@pghistory.track(fields=["rep", "shown", "busy", "words", "active"], model_name="CalendarFeedEvent")
class CalendarFeed(models.Model):
    """A calendar elsewhere, read every few minutes. Its address is sealed; of its entries only the hours are kept."""

    class Busy(models.TextChoices):
        """Which entries mean away."""

        ALL = "all", _("everything that is marked busy")
        DAYS = "days", _("only entries of whole days")
        WORDS = "words", _("only entries whose title holds one of these words")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rep = models.ForeignKey(Rep, models.PROTECT, related_name="feeds", verbose_name=_("rep"))
    shown = models.CharField(_("calendar"), max_length=200, help_text=_("As much of the address as may be shown."))
    sealed = models.TextField(_("sealed address"), blank=True)
    digest = models.CharField(max_length=64, editable=False)
    busy = models.CharField(_("away means"), max_length=5, choices=Busy, default=Busy.ALL)
    words = models.JSONField(_("words"), default=list, blank=True)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("added"))
    next_at = models.DateTimeField(_("read again"))
    read_at = models.DateTimeField(_("last read"), null=True, blank=True)
    failed_at = models.DateTimeField(_("fails since"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    error = models.CharField(_("last error"), max_length=500, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    far = models.DateTimeField(_("read up to"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rep", "digest"], condition=models.Q(active=True), name="calendar_feed_once"
            )
        ]
        indexes = [models.Index(fields=["next_at"], condition=models.Q(active=True), name="calendar_feed_due")]

    def __str__(self) -> str:
        return self.shown


class BusySpan(PeriodRow):
    """Away because a calendar says so; replaced as a set, and untouched where nothing changed. Holds no title."""

    rep = models.ForeignKey(Rep, models.PROTECT, related_name="busy", verbose_name=_("rep"))
    feed = models.ForeignKey(CalendarFeed, models.PROTECT, related_name="spans", verbose_name=_("calendar"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("busy")
        verbose_name_plural = _("busy")
        constraints = [no_overlap("busy_apart", "feed"), ends_after_start("busy_ends_after_start")]
        indexes = [models.Index(fields=["rep", "ends_at"], name="busy_rep")]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return f"{self.rep}: {self.starts_at} to {self.ends_at}"


class CalendarAddress(models.Model):
    """Where the rep's own hours and next steps can be read by a calendar program: a secret, renewable address."""

    rep = models.OneToOneField(Rep, models.PROTECT, related_name="calendar_address", verbose_name=_("rep"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    sealed = models.TextField(_("sealed address"))
    titles = models.BooleanField(_("with the names of my leads"), default=False)
    made_at = models.DateTimeField(_("made"))
    read_at = models.DateTimeField(_("last read"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return str(self.rep)
