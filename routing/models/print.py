"""How a group, or the territories, stood when decisions were made: printed once for each content, never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RosterPrint(models.Model):
    """Steps, members with weights, tiers, caps, skills (or areas and who covers them); decisions refer to it by id."""

    division = models.ForeignKey("reps.Division", models.DO_NOTHING, db_constraint=False, related_name="+")
    group = models.ForeignKey("reps.Group", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    body = models.JSONField()
    printed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("how the roster stood")
        verbose_name_plural = _("how the roster stood")

    def __str__(self) -> str:
        return f"{self.group_id} {self.digest[:8]}"
