"""Where a lead belonged when it was decided; a decision that learns it afterwards leaves a mark as other rows do."""

import django.db.models.deletion
from django.db import migrations, models

_FORWARDS = """
CREATE TRIGGER reporting_marks AFTER UPDATE OF territory_id ON routing_decision
    FOR EACH ROW WHEN (OLD.territory_id IS DISTINCT FROM NEW.territory_id) EXECUTE FUNCTION reporting_mark_lead();
"""
_BACKWARDS = "DROP TRIGGER reporting_marks ON routing_decision;"


class Migration(migrations.Migration):

    dependencies = [
        ('reporting', '0007_weights'),
        ('reps', '0014_settings'),
        ('routing', '0023_territories'),
    ]

    operations = [
        migrations.AddField(
            model_name='spell',
            name='territory',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='reps.territory'),
        ),
        migrations.RunSQL(_FORWARDS, _BACKWARDS),
    ]
