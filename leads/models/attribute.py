"""An attribute: a typed field of a lead that ops define; rules may ask about it."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.conditions.fields import BUILT_IN
from reps.models.division import DivisionKey


class Attribute(models.Model):
    """Personal ones are kept apart and never shown before a claim."""

    class Type(models.TextChoices):
        """What values it takes."""

        TEXT = "text", _("text")
        CHOICE = "choice", _("choice")
        NUMBER = "number", _("number")
        YES_NO = "yes_no", _("yes or no")
        DATE = "date", _("date")
        LIST = "list", _("list")

    division = DivisionKey()
    key = models.SlugField(_("key"), max_length=60)
    label = models.CharField(_("label"), max_length=100)
    type = models.CharField(_("type"), max_length=8, choices=Type, default=Type.TEXT)
    options = models.JSONField(_("options"), default=list, blank=True, help_text=_("For a choice: the values."))
    question = models.CharField(
        _("qualification question"),
        max_length=200,
        blank=True,
        help_text=_(
            "Where its value is the answer to a question: the question's name among the answers that forms send."
            " Empty = it is sent as a field of its own, under its key."
        ),
    )
    personal = models.BooleanField(_("personal"), default=True)

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        constraints = [models.UniqueConstraint(fields=["division", "key"], name="attribute_key_once")]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """A choice needs its values, as texts; the keys of our own fields are taken."""
        if self.key in {f.key for f in BUILT_IN}:
            raise ValidationError({"key": _("This is one of the fields every lead has: choose another key.")})
        good = isinstance(self.options, list) and all(isinstance(o, str) for o in self.options)
        if not good or (self.type == self.Type.CHOICE and not self.options):
            raise ValidationError({"options": _("Give the values as a list of texts.")})
