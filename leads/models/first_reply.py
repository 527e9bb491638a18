"""A first reply: what a lead is told by itself when it has a rep, and what was told to whom."""

import uuid
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads import placeholders
from reps.models import Group, Rep

from .form import WebForm
from .lead import Lead


@pghistory.track()
class FirstReply(models.Model):
    """The words of a form, or of a group; the form's win."""

    class When(models.TextChoices):
        """Whether it is sent."""

        AS_GROUP = "as_group", _("as the group does")
        OFF = "off", _("never")
        ALWAYS = "always", _("always")
        REP_OFF = "rep_off", _("only outside the rep's working hours")
        NOBODY = "nobody", _("only when nobody of the group is on duty")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form = models.OneToOneField(WebForm, models.CASCADE, null=True, blank=True, related_name="first_reply")
    group = models.OneToOneField(Group, models.CASCADE, null=True, blank=True, related_name="first_reply")
    when = models.CharField(_("send it"), max_length=8, choices=When, default=When.OFF)
    subject = models.CharField(_("subject"), max_length=150, blank=True)
    text = models.TextField(_("text"), max_length=5000, blank=True)

    class Meta:
        verbose_name = _("first reply")
        verbose_name_plural = _("first replies")
        constraints = [
            models.CheckConstraint(
                condition=Q(form__isnull=False, group__isnull=True) | Q(form__isnull=True, group__isnull=False),
                name="first_reply_of_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.form or self.group)

    @property
    def is_sent(self) -> bool:
        """Whether there is any case in which it goes out."""
        return self.when not in {self.When.OFF, self.When.AS_GROUP}

    def clean(self) -> None:
        """Every placeholder stands for something, and what is sent says something."""
        wrong: dict[str, Any] = {}
        for field in ("subject", "text"):
            value = getattr(self, field)
            if unknown := placeholders.unknown(value):
                says = _("There is no placeholder [[%(name)s]]. Choose from: %(names)s.")
                names = ", ".join(f"[[{name}]]" for name in placeholders.NAMES)
                wrong[field] = says % {"name": unknown[0], "names": names}
            elif self.is_sent and not value.strip():
                wrong[field] = _("Write something, or choose “never”.")
        if wrong:
            raise ValidationError(wrong)


class SentReply(models.Model):
    """A first reply as it was written to one lead; the key says that there is never a second.

    How it went stands on its delivery, which is forgotten after a while; this row is not.
    """

    lead = models.OneToOneField(Lead, models.CASCADE, related_name="sent_reply")
    reply = models.ForeignKey(FirstReply, models.SET_NULL, null=True, related_name="+")
    rep = models.ForeignKey(Rep, models.PROTECT, related_name="+")
    hop = models.PositiveIntegerField()
    to = models.CharField(_("to"), max_length=254)
    subject = models.CharField(_("subject"), max_length=500)
    text = models.TextField(_("text"))
    answers = models.CharField(
        max_length=200, blank=True, help_text="The Message-ID of the mail that brought the lead."
    )
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("first reply that was sent")
        verbose_name_plural = _("first replies that were sent")
        indexes = [models.Index(fields=["to", "created_at"], name="sent_reply_to")]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.created_at:%Y-%m-%d %H:%M}"
