"""A web form: what it asks, what its answers mean, and what is said afterwards."""

import uuid
from decimal import Decimal
from typing import Any

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reps.models.web_address import check_https

from .connection import Connection


class Verdict(models.TextChoices):
    """What an answer says about the lead by itself."""

    NONE = "", _("says nothing")
    QUALIFIED = "qualified", _("qualifies")
    LOOK = "look", _("a person looks first")
    DISQUALIFIED = "disqualified", _("disqualifies")


def _most(count: int, default: int, label: Any) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(
        label, default=default, validators=[MinValueValidator(1), MaxValueValidator(count)]
    )


@pghistory.track()
class WebForm(models.Model):
    """Its leads come through its connection, where name, source, campaign, intent and whether it is on stand."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.OneToOneField(Connection, models.PROTECT, related_name="form", verbose_name=_("connection"))
    title = models.CharField(_("heading"), max_length=120)
    intro = models.TextField(_("introduction"), max_length=1000, blank=True)
    submit_label = models.CharField(_("words on the button"), max_length=40, default="Send")
    consent = models.TextField(
        _("consent"),
        max_length=1000,
        blank=True,
        help_text=_("Empty: nothing is asked. Else a box that must be ticked; text and time are kept with the lead."),
    )
    origins = models.JSONField(
        _("websites it may stand on"),
        default=list,
        blank=True,
        help_text=_("For iframe and script: one address a line, like https://www.example.com."),
    )
    per_address = _most(10_000, 30, _("from one network address in an hour"))
    per_email = _most(10_000, 5, _("with one e-mail address in an hour"))
    per_form = _most(1_000_000, 500, _("in all in an hour"))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("web form")
        verbose_name_plural = _("web forms")

    def __str__(self) -> str:
        return self.connection.name

    @property
    def active(self) -> bool:
        """Whether it takes leads."""
        return self.connection.active


@pghistory.track()
class FormEnding(models.Model):
    """What is said when the form was sent. Every form has one for any case."""

    class When(models.TextChoices):
        """For whom."""

        ANY = "any", _("everybody else")
        QUALIFIED = "qualified", _("those whose answers qualify")
        LOOK = "look", _("those a person looks at first")
        DISQUALIFIED = "disqualified", _("those whose answers disqualify")
        ANSWER = "answer", _("those whose answer leads here")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form = models.ForeignKey(WebForm, models.CASCADE, related_name="endings")
    when = models.CharField(_("for"), max_length=12, choices=When, default=When.ANSWER)
    title = models.CharField(_("heading"), max_length=120, default="Thank you")
    text = models.TextField(_("text"), max_length=2000, blank=True)
    redirect_url = models.CharField(
        _("go to a page of yours instead"),
        max_length=500,
        blank=True,
        validators=[check_https],
        help_text=_("Beginning with https://. Empty: the text above is shown."),
    )
    names_rep = models.BooleanField(
        _("name the rep"),
        default=False,
        help_text=_("Waits up to 1.5 s for the decision, and offers the rep's booking page where there is one."),
    )
    to_booking = models.BooleanField(
        _("go to the rep's booking page at once"),
        default=False,
        help_text=_("Where the rep has none, or the decision takes longer, the text is shown."),
    )

    class Meta:
        verbose_name = _("thank-you page")
        verbose_name_plural = _("thank-you pages")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["form", "when"],
                condition=~Q(when="answer"),
                name="form_ending_once",
                violation_error_message=_("There is a page for these already."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track()
class FormItem(models.Model):
    """What is asked: a field of every lead, a field of your own, or a question whose answers say something."""

    class Kind(models.TextChoices):
        """What it is."""

        FIELD = "field", _("field of every lead")
        ATTRIBUTE = "attribute", _("field of your own")
        CHOICE = "choice", _("question with answers to choose from")
        YES_NO = "yes_no", _("question answered by yes or no")
        NUMBER = "number", _("question answered by a number")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form = models.ForeignKey(WebForm, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.SlugField(_("name among the answers"), max_length=60)
    label = models.CharField(_("label"), max_length=200)
    help = models.CharField(_("help below it"), max_length=300, blank=True)
    required = models.BooleanField(_("must be answered"), default=False)
    choices = models.JSONField(
        _("choices"), default=list, blank=True, help_text=_("One a line. Empty: people type what they like.")
    )

    class Meta:
        verbose_name = _("question of a form")
        verbose_name_plural = _("questions of a form")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["form", "key"],
                name="form_item_once",
                violation_error_message=_("The form asks for this already."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_question(self) -> bool:
        """Whether its answers may qualify, disqualify or score."""
        return self.kind in {self.Kind.CHOICE, self.Kind.YES_NO, self.Kind.NUMBER}


@pghistory.track()
class FormAnswer(models.Model):
    """One answer to a question, or a range of numbers, and what it says about the lead."""

    item = models.ForeignKey(FormItem, models.CASCADE, related_name="answers")
    position = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(_("answer"), max_length=200, blank=True)
    low = models.DecimalField(_("from"), max_digits=14, decimal_places=2, null=True, blank=True)
    high = models.DecimalField(_("to"), max_digits=14, decimal_places=2, null=True, blank=True)
    verdict = models.CharField(_("it"), max_length=12, choices=Verdict, default=Verdict.NONE, blank=True)
    reason = models.CharField(_("because"), max_length=200, blank=True)
    points = models.SmallIntegerField(_("points"), default=0)
    ending = models.ForeignKey(
        FormEnding,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name=_("thank-you page"),
    )

    class Meta:
        verbose_name = _("answer of a form")
        verbose_name_plural = _("answers of a form")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.label

    def fits(self, given: object) -> bool:
        """Whether this is what was answered."""
        if isinstance(given, bool):
            return self.label == ("yes" if given else "no")
        if isinstance(given, Decimal):
            return (self.low is None or given >= self.low) and (self.high is None or given <= self.high)
        return self.label == given
