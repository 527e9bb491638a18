"""The fairness account: entries for ever, and each member's balance, which must equal their replay."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LedgerEntry(models.Model):
    """One lead's worth, split by weight over `reps`, paid by `winner`; shares are recomputed from the weights."""

    class Kind(models.TextChoices):
        """What it does to balances."""

        SHARE = "share", _("a lead was shared")
        FORCED = "forced", _("a lead was given")
        REVERSED = "reversed", _("taken back")
        LEFT = "left", _("a member left")
        FORGIVEN = "forgiven", _("forgiven after time off")
        EARNED = "earned", _("earned during time off")
        REPAID = "repaid", _("made up for after time off")
        BORNE = "borne", _("borne for somebody back from time off")

    division = models.ForeignKey("reps.Division", models.DO_NOTHING, db_constraint=False, related_name="+")
    group = models.ForeignKey("reps.Group", models.DO_NOTHING, db_constraint=False, related_name="+")
    lead = models.ForeignKey("leads.Lead", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    decision = models.ForeignKey("Decision", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()
    reps = ArrayField(models.BigIntegerField())
    weights = ArrayField(models.BigIntegerField())
    winner = models.BigIntegerField(null=True)
    amount = models.BigIntegerField(
        default=0, help_text=_("Of a transfer: what moves from the winner's row (left, forgiven: to the house's).")
    )
    reverses = models.OneToOneField(
        "self", models.DO_NOTHING, null=True, db_constraint=False, related_name="reversed_by"
    )

    class Meta:
        verbose_name = _("fair share entry")
        verbose_name_plural = _("fair share entries")
        indexes = [
            models.Index(fields=["group", "id"], name="ledger_group"),
            models.Index(fields=["group", "at"], name="ledger_group_at"),
            models.Index(fields=["lead"], name="ledger_lead"),
            # Few among many: whether something else than the ledger ever moved a balance is asked on pages.
            models.Index(fields=["group", "kind"], condition=~Q(kind="share"), name="ledger_not_shared"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M:%S}"


class Share(models.Model):
    """A member's row; a group's house row has no rep. Balances and arrears sum to 0 in a group."""

    group = models.ForeignKey("reps.Group", models.PROTECT, related_name="shares")
    rep = models.ForeignKey("reps.Rep", models.PROTECT, null=True, related_name="shares")
    balance = models.BigIntegerField(default=0)
    arrears = models.BigIntegerField(default=0, help_text=_("Earned during time off, made up for a little a day."))
    repaid_at = models.DateTimeField(null=True)
    received = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    last_turn = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("fair share")
        verbose_name_plural = _("fair shares")
        constraints = [
            models.UniqueConstraint(fields=["group", "rep"], condition=Q(rep__isnull=False), name="share_once"),
            models.UniqueConstraint(fields=["group"], condition=Q(rep__isnull=True), name="share_one_house"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id}/{self.rep_id}"
