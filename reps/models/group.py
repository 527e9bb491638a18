"""A group: a named set of reps, and how it shares leads."""

import uuid

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .division import DivisionKey
from .triggers import bumps_roster

PUBLIC_FIELDS = ("source", "channel", "country", "region", "industry", "size_band", "intent")


def default_steps() -> list[dict[str, object]]:
    """On duty, below the cap, then by turns: what most teams want."""
    return [{"strategy": name} for name in ("availability", "capacity", "not_again", "round_robin")]


def default_public() -> list[str]:
    """What a card in the pool shows before the claim."""
    return ["source", "country", "industry", "size_band"]


@pghistory.track()
class Group(models.Model):
    """Steps are its default way to share; a rule may name others."""

    class Pool(models.TextChoices):
        """Whether leads may wait in a pool of the group, and what is seen before the claim."""

        NONE = "none", _("no pool")
        OPEN = "open", _("open: details are visible")
        BLIND = "blind", _("blind: details after claiming")
        BROADCAST = "broadcast", _("broadcast: all are told, the first claim wins")

    class Clock(models.TextChoices):
        """How response times are counted."""

        WORKING = "working", _("working minutes of the rep")
        WALL = "wall", _("minutes by the wall clock")

    class OnReturn(models.TextChoices):
        """What becomes of the fair share of who was away."""

        KEEP = "keep", _("keeps the place: neither earned nor lost while away")
        FORGIVE = "forgive", _("forgiven: at most one lead is owed either way after time off")
        REPAY = "repay", _("repaid: leads missed during time off are made up for, a few a day")

    class WhenAway(models.TextChoices):
        """What becomes of leads nobody was in touch about when their owner's time off begins."""

        KEEP = "keep", _("stay with their owner")
        AGAIN = "again", _("are shared again by the rules")
        BACKUP = "backup", _("go to the owner's backup; without one, by the rules again")

    class Visibility(models.TextChoices):
        """What a rep of the group sees of its other leads."""

        OWN = "own", _("own leads")
        GROUP = "group", _("the group's leads, to read")
        ALL = "all", _("all leads, to read")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    name = models.CharField(_("name"), max_length=100)
    managers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="managed_groups", verbose_name=_("managers")
    )
    steps = models.JSONField(_("how this group shares"), default=default_steps)
    pool = models.CharField(_("pool"), max_length=9, choices=Pool, default=Pool.NONE)
    public_fields = models.JSONField(_("shown before the claim"), default=default_public, blank=True)
    pool_cards = models.BooleanField(
        _("reps may choose by card"),
        default=True,
        help_text=_("Off: the pool shows how many wait, and a rep can only pull the next."),
    )
    claims_per_day = models.PositiveIntegerField(_("claims a day at most"), null=True, blank=True)
    claims_unworked = models.PositiveSmallIntegerField(
        _("claimed and not contacted at most"),
        null=True,
        blank=True,
        help_text=_("Who holds so many gets no more until one of them was contacted."),
        validators=[MinValueValidator(1)],
    )
    claim_pause = models.PositiveIntegerField(_("seconds between two claims"), null=True, blank=True)
    put_backs_per_day = models.PositiveSmallIntegerField(
        _("put back a day at most"),
        null=True,
        blank=True,
        default=2,
        help_text=_("A lead that was claimed and put back has cost its claim. Empty: no limit."),
    )
    respond_within = models.PositiveIntegerField(
        _("response time in minutes"),
        default=15,
        validators=[MinValueValidator(1)],
    )
    clock = models.CharField(_("response time counts"), max_length=8, choices=Clock, default=Clock.WORKING)
    escalation = models.JSONField(_("if nobody answers"), default=list, blank=True)
    wait_alert = models.PositiveIntegerField(
        _("remind of waiting leads after minutes"),
        default=10,
        help_text=_("Working minutes of the group; managers are told again after each."),
        validators=[MinValueValidator(1)],
    )
    visibility = models.CharField(_("reps see"), max_length=8, choices=Visibility, default=Visibility.OWN)
    blind_for_managers = models.BooleanField(
        _("blind for its managers too"),
        default=False,
        help_text=_("A member of a blind group who also manages it sees details only of their own leads."),
    )
    count_manual = models.BooleanField(_("count leads given by hand"), default=True)
    count_kept = models.BooleanField(
        _("count leads a rep added and kept"),
        default=False,
        help_text=_("Off: what somebody brings along is theirs on top of their share."),
    )
    count_claims = models.BooleanField(_("count claims"), default=True)
    count_accounts = models.BooleanField(_("count leads that go to an account's owner"), default=True)
    free_decline = models.BooleanField(
        _("declining an offer is free"), default=False, help_text=_("Off: who declines has had their turn.")
    )
    on_return = models.CharField(_("after time off"), max_length=8, choices=OnReturn, default=OnReturn.KEEP)
    repay_per_day = models.PositiveSmallIntegerField(
        _("made up for a day at most"), default=2, validators=[MinValueValidator(1)]
    )
    when_away = models.CharField(
        _("when time off begins, leads without a contact"),
        max_length=6,
        choices=WhenAway,
        default=WhenAway.KEEP,
        help_text=_("Only planned time off, not a pause; what the owner was in touch about stays with them."),
    )
    even_percent = models.PositiveSmallIntegerField(
        _("of 100 leads shared evenly, to compare"),
        default=0,
        editable=False,
        help_text=_("Kept by the weights by output: what they bring is measured against these."),
        validators=[MaxValueValidator(50)],
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.UniqueConstraint(
                "division", models.functions.Lower("name"), condition=Q(active=True), name="group_name_once"
            )
        ]
        triggers = bumps_roster()

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Only what may ever be public may be shown before a claim."""
        wrong = (
            [f for f in self.public_fields if f not in PUBLIC_FIELDS]
            if isinstance(self.public_fields, list)
            else self.public_fields
        )
        if wrong:
            raise ValidationError({"public_fields": _("Choose from: %s.") % ", ".join(PUBLIC_FIELDS)})
