"""One spell of ownership in figures: all that reports count of it, kept beside the rows it was made of."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Spell(models.Model):
    """Written by `reporting.spells` only, and always what `reporting.spells.statement` makes of the rows (I7).

    Holds facts, never what depends on the clock, and nothing personal. No database foreign keys: it is copied from
    rows that have them, and a row without its assignment is dropped when it is looked at next.
    """

    assignment = models.OneToOneField(
        "routing.Assignment", models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    lead = models.ForeignKey("leads.Lead", models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    hop = models.PositiveIntegerField()
    first = models.BooleanField(help_text="The lead's first spell of all.")
    division = models.ForeignKey("reps.Division", models.DO_NOTHING, db_constraint=False, related_name="+")
    rep = models.ForeignKey("reps.Rep", models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    group = models.ForeignKey("reps.Group", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    sourced_by = models.ForeignKey("reps.Rep", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    how = models.CharField(max_length=10)
    # What it may be cut by.
    source = models.CharField(max_length=100)
    channel = models.CharField(max_length=40)
    campaign = models.CharField(max_length=200)
    rule = models.CharField(max_length=40)
    territory = models.ForeignKey(
        "reps.Territory", models.DO_NOTHING, null=True, db_constraint=False, related_name="+", db_index=False
    )
    band = models.PositiveSmallIntegerField(null=True)
    score = models.IntegerField(null=True)
    # From when to when, and how it ended: a closing counts as its end.
    arrived_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=12)
    # Contacts by the rep in it.
    touches = models.PositiveIntegerField()
    first_touch_at = models.DateTimeField(null=True)
    response_seconds = models.PositiveIntegerField(null=True)
    within_sla = models.BooleanField(null=True)
    touches_to_reach = models.PositiveIntegerField(null=True)
    first_call = models.BooleanField(null=True, help_text="Whether the first call attempt was answered.")
    talks = ArrayField(models.PositiveIntegerField(), help_text="Seconds of each conversation by telephone.")
    reached = models.BooleanField()
    # How far it came.
    furthest = models.PositiveSmallIntegerField(null=True, help_text="Position of the highest stage, lost ones aside.")
    booked_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    opportunity_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, help_text="won, lost or unqualified, where the lead was closed in it.")
    closed_at = models.DateTimeField(null=True)
    won_base = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    won_base_currency = models.CharField(max_length=3)
    # The buyer's wait, by whomever it ended.
    responded_at = models.DateTimeField(null=True)
    lead_closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("figures of an assignment")
        verbose_name_plural = _("figures of assignments")
        indexes = [
            models.Index(F("starts_at"), F("rep"), name="spell_starts"),
            models.Index(F("rep"), F("starts_at"), name="spell_rep"),
            # Of years of a rep's spells, those still open in a span.
            models.Index(F("rep"), F("ended_at"), name="spell_rep_ended"),
            models.Index(F("lead"), name="spell_lead"),
            models.Index(F("closed_at"), condition=Q(closed_at__isnull=False), name="spell_closed"),
            models.Index(F("booked_at"), condition=Q(booked_at__isnull=False), name="spell_booked"),
            models.Index(F("arrived_at"), condition=Q(first=True), name="spell_arrived"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}.{self.hop}"


class Stale(models.Model):
    """A lead whose spells may have changed; written by triggers of the database on the rows that spells are made of.

    A row of its own each time, so that nobody who writes waits for another, and what commits late is found late
    instead of never. Without a lead it means all of them: a stage changed what it feeds.
    """

    lead = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("mark of a change")
        verbose_name_plural = _("marks of changes")

    def __str__(self) -> str:
        return str(self.lead)


class Recount(models.Model):
    """One night's making anew of all spells: how many there were, and how many of them were wrong before."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    spells = models.PositiveBigIntegerField(default=0)
    wrong = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("recount")
        verbose_name_plural = _("recounts")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}: {self.wrong}"
