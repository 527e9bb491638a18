"""Drafts shared with the team, and comments on them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reps", "0013_shift_zone"),
        ("routing", "0014_ledger_not_shared"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SharedDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("body", models.JSONField(help_text="The rules as they read then.")),
                ("attributes", models.JSONField(default=list)),
                ("why", models.TextField(verbose_name="why")),
                ("until", models.DateTimeField(verbose_name="until")),
                ("at", models.DateTimeField(verbose_name="shared")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="over before its time")),
                ("taken_back", models.BooleanField(default=False, verbose_name="taken back")),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("groups", models.ManyToManyField(related_name="+", to="reps.group", verbose_name="groups")),
                (
                    "live",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="routing.rulesetversion",
                        verbose_name="against",
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shared_drafts",
                        to="routing.ruleset",
                        verbose_name="rule set",
                    ),
                ),
                (
                    "simulation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="shared_drafts",
                        to="routing.simulation",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shared_drafts",
                        to="routing.rulesetversion",
                        verbose_name="led to version",
                    ),
                ),
            ],
            options={
                "verbose_name": "shared draft",
                "verbose_name_plural": "shared drafts",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)), fields=("rule_set",), name="shared_draft_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("at"))), name="shared_draft_until"
                    ),
                ],
            },
        ),
        migrations.AlterField(
            model_name="comment",
            name="version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to="routing.rulesetversion",
                verbose_name="version",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="draft",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="comments",
                to="routing.shareddraft",
                verbose_name="shared draft",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["draft", "at"], name="comment_draft"),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("draft__isnull", False), ("version__isnull", True)),
                    models.Q(("draft__isnull", True), ("version__isnull", False)),
                    _connector="OR",
                ),
                name="comment_on_one",
            ),
        ),
    ]
