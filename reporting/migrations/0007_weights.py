"""Weights by output: what a group settled for, and proposals with what they were made of."""

import decimal

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('reporting', '0006_counts_of_days'),
        ('reps', '0015_even_percent'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    # No row of it was ever written.
    operations = [
        migrations.DeleteModel(name='WeightProposal'),
        migrations.CreateModel(
            name='WeightPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rhythm', models.CharField(choices=[('off', 'off'), ('week', 'each week'), ('quarter', 'each quarter')], default='off', max_length=7, verbose_name='new weights are proposed')),
                ('result', models.CharField(choices=[('wins', 'wins'), ('meetings', 'meetings'), ('opportunities', 'opportunities')], default='wins', max_length=13, verbose_name='what counts')),
                ('floor', models.DecimalField(decimal_places=2, default=decimal.Decimal('0.5'), max_digits=3, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)], verbose_name='at least, of an even share')),
                ('ceiling', models.DecimalField(decimal_places=2, default=2, max_digits=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='at most, of an even share')),
                ('control', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(10), django.core.validators.MaxValueValidator(50)], verbose_name='of 100 leads shared evenly, to compare')),
                ('stopped_why', models.CharField(blank=True, choices=[('worse', 'leads shared by weight brought less than those shared evenly'), ('too_few', 'too few leads to tell what the weights bring'), ('not_weighed', 'the group does not share by weight any more')], max_length=11, verbose_name='stopped because')),
                ('stopped_at', models.DateTimeField(null=True)),
                ('since', models.DateTimeField(help_text='When the first proposal was applied; nothing while none is.', null=True)),
                ('before', models.JSONField(default=dict, help_text='Weights by rep before the first proposal was applied.')),
                ('looked_at', models.DateTimeField(null=True)),
                ('below', models.PositiveSmallIntegerField(default=0, help_text='Looks in a row at which it was worse.')),
                ('measured', models.JSONField(default=dict, help_text='Leads and results of both shares, at the last look.')),
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='weight_plan', to='reps.group', verbose_name='group')),
            ],
            options={
                'verbose_name': 'weights by output',
                'verbose_name_plural': 'weights by output',
            },
        ),
        migrations.CreateModel(
            name='WeightPlanEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('rhythm', models.CharField(choices=[('off', 'off'), ('week', 'each week'), ('quarter', 'each quarter')], default='off', max_length=7, verbose_name='new weights are proposed')),
                ('result', models.CharField(choices=[('wins', 'wins'), ('meetings', 'meetings'), ('opportunities', 'opportunities')], default='wins', max_length=13, verbose_name='what counts')),
                ('floor', models.DecimalField(decimal_places=2, default=decimal.Decimal('0.5'), max_digits=3, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)], verbose_name='at least, of an even share')),
                ('ceiling', models.DecimalField(decimal_places=2, default=2, max_digits=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='at most, of an even share')),
                ('control', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(10), django.core.validators.MaxValueValidator(50)], verbose_name='of 100 leads shared evenly, to compare')),
                ('stopped_why', models.CharField(blank=True, choices=[('worse', 'leads shared by weight brought less than those shared evenly'), ('too_few', 'too few leads to tell what the weights bring'), ('not_weighed', 'the group does not share by weight any more')], max_length=11, verbose_name='stopped because')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reps.group', verbose_name='group')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='group_rhythm_result_floor_ceiling_control_stopped_why_events', to='reporting.weightplan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WeightProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('made_at', models.DateTimeField()),
                ('period', models.CharField(blank=True, help_text='The week or quarter it was due for; or by hand.', max_length=8)),
                ('result', models.CharField(max_length=13)),
                ('bounds', models.JSONField(default=list, help_text='Floor and ceiling.')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('seed', models.BigIntegerField()),
                ('before', models.JSONField(help_text='Weights by rep when it was made.')),
                ('weights', models.JSONField(help_text='Weights by rep as proposed.')),
                ('lines', models.JSONField(default=list, help_text='For each rep: record, share, score, leads had and to be expected.')),
                ('days', models.PositiveSmallIntegerField(help_text='Over how many days leads are told.')),
                ('applied_at', models.DateTimeField(null=True)),
                ('dismissed_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('applied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dismissed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='weight_proposals', to='reps.group')),
                ('made_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'proposal of weights',
                'verbose_name_plural': 'proposals of weights',
            },
        ),
        migrations.AddConstraint(
            model_name='weightplan',
            constraint=models.CheckConstraint(condition=models.Q(('ceiling__gte', 1), ('floor__gte', 0), ('floor__lte', 1)), name='weights_bounds'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='weightplan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_weightplanevent" ("ceiling", "control", "floor", "group_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "rhythm", "stopped_why") VALUES (NEW."ceiling", NEW."control", NEW."floor", NEW."group_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."result", NEW."rhythm", NEW."stopped_why"); RETURN NULL;', hash='9e0c1a9a87fccf411e7c530c49bf2446d8892dd0', operation='INSERT', pgid='pgtrigger_insert_insert_65f94', table='reporting_weightplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='weightplan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ceiling" IS DISTINCT FROM (NEW."ceiling") OR OLD."control" IS DISTINCT FROM (NEW."control") OR OLD."floor" IS DISTINCT FROM (NEW."floor") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."result" IS DISTINCT FROM (NEW."result") OR OLD."rhythm" IS DISTINCT FROM (NEW."rhythm") OR OLD."stopped_why" IS DISTINCT FROM (NEW."stopped_why"))', func='INSERT INTO "reporting_weightplanevent" ("ceiling", "control", "floor", "group_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "rhythm", "stopped_why") VALUES (NEW."ceiling", NEW."control", NEW."floor", NEW."group_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."result", NEW."rhythm", NEW."stopped_why"); RETURN NULL;', hash='175ce07548dfd4b2b670c91ad5a1564573e2fbb9', operation='UPDATE', pgid='pgtrigger_update_update_aabb8', table='reporting_weightplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='weightplan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reporting_weightplanevent" ("ceiling", "control", "floor", "group_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "rhythm", "stopped_why") VALUES (OLD."ceiling", OLD."control", OLD."floor", OLD."group_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."result", OLD."rhythm", OLD."stopped_why"); RETURN NULL;', hash='3e1a12e48a1d7977ea0825020b815fbeb34070ee', operation='DELETE', pgid='pgtrigger_delete_delete_5da54', table='reporting_weightplan', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='weightproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('period', ''), _negated=True), fields=('group', 'period'), name='weights_once_a_period'),
        ),
        migrations.AddConstraint(
            model_name='weightproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('applied_at', None), ('dismissed_at', None)), fields=('group',), name='weights_one_open'),
        ),
    ]
