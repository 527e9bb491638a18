"""A stage of the pipeline, beside the state: how far the rep got with a lead."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reps.models.division import DivisionKey


class Stage(models.Model):
    """Says whether its leads count as open load and which metric it feeds; skipped stages count as passed."""

    class Metric(models.TextChoices):
        """What reaching the stage is counted as."""

        NONE = "none", _("nothing")
        CONTACTED = "contacted", _("contacted")
        MEETING_BOOKED = "meeting_booked", _("meeting booked")
        MEETING_HELD = "meeting_held", _("meeting held")
        OPPORTUNITY = "opportunity", _("opportunity")
        WON = "won", _("won")
        LOST = "lost", _("lost")
        UNQUALIFIED = "unqualified", _("unqualified")

    division = DivisionKey()
    key = models.SlugField(_("key"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"))
    open_load = models.BooleanField(_("counts as open load"), default=True)
    metric = models.CharField(_("feeds"), max_length=16, choices=Metric, default=Metric.NONE)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["division", "key"], name="stage_key_once"),
            models.UniqueConstraint(fields=["division", "position"], name="stage_position_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def closes(self) -> bool:
        """Whether a lead that reaches it is closed."""
        return self.metric in {self.Metric.WON, self.Metric.LOST, self.Metric.UNQUALIFIED}
