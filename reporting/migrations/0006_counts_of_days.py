"""Counts of days, and the triggers that keep them with every change of a spell; `reporting.spells.daily` proves them."""

import django.db.models.deletion
from django.db import migrations, models


_HAPPENED = """
SELECT d.id, (v.at AT TIME ZONE d.time_zone)::date, v.rep_id, x.group_id, v.event, sum(x.sign)
FROM ({rows}) x JOIN reps_division d ON d.id = x.division_id
CROSS JOIN LATERAL (VALUES
    ('arrived', x.arrived_at, x.rep_id, x.first),
    ('assigned', x.starts_at, x.rep_id, true),
    ('responded', x.first_touch_at, x.rep_id, true),
    ('meetings', x.booked_at, x.rep_id, true),
    ('opportunities', x.opportunity_at, x.rep_id, true),
    ('won', x.closed_at, x.rep_id, x.ending = 'won'),
    ('sourced', x.closed_at, x.sourced_by_id, x.ending = 'won' AND x.sourced_by_id <> x.rep_id)
) v(event, at, rep_id, counts)
WHERE v.counts AND v.at IS NOT NULL
GROUP BY 1, 2, 3, 4, 5 HAVING sum(x.sign) <> 0
ORDER BY 2, 3, 5, 4
"""
_KEPT = """
INSERT INTO reporting_daily AS t (division_id, day, rep_id, group_id, event, n) {happened}
ON CONFLICT (day, rep_id, group_id, event, division_id) DO UPDATE SET n = t.n + excluded.n
"""
_NEW, _OLD = "SELECT 1 AS sign, n.* FROM new_rows n", "SELECT -1 AS sign, o.* FROM old_rows o"
_WAYS = {
    "insert": (_NEW, "NEW TABLE AS new_rows"),
    "delete": (_OLD, "OLD TABLE AS old_rows"),
    "update": (f"{_NEW} UNION ALL {_OLD}", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
}


def _trigger(way: str) -> str:
    rows, tables = _WAYS[way]
    return f"""
        CREATE FUNCTION reporting_daily_{way}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {_KEPT.format(happened=_HAPPENED.format(rows=rows))};
            RETURN NULL;
        END $$;
        CREATE TRIGGER reporting_daily_{way} AFTER {way} ON reporting_spell REFERENCING {tables}
            FOR EACH STATEMENT EXECUTE FUNCTION reporting_daily_{way}();
    """


_ALL = "INSERT INTO reporting_daily (division_id, day, rep_id, group_id, event, n) " + _HAPPENED.format(
    rows="SELECT 1 AS sign, s.* FROM reporting_spell s{where}"
)
# Another zone makes other days.
_ZONE = f"""
    CREATE FUNCTION reporting_daily_zone() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        LOCK TABLE reporting_spell IN SHARE ROW EXCLUSIVE MODE;
        DELETE FROM reporting_daily WHERE division_id = NEW.id;
        {_ALL.format(where=" WHERE s.division_id = NEW.id")};
        RETURN NULL;
    END $$;
    CREATE TRIGGER reporting_daily_zone AFTER UPDATE OF time_zone ON reps_division
        FOR EACH ROW WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION reporting_daily_zone();
"""
_GONE = "".join(
    f"DROP TRIGGER reporting_daily_{way} ON {table}; DROP FUNCTION reporting_daily_{way}();"
    for way, table in (*((way, "reporting_spell") for way in _WAYS), ("zone", "reps_division"))
)


class Migration(migrations.Migration):

    dependencies = [
        ('reporting', '0005_recount'),
        ('reps', '0014_settings'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='spell',
            options={'verbose_name': 'figures of an assignment', 'verbose_name_plural': 'figures of assignments'},
        ),
        migrations.CreateModel(
            name='Daily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('event', models.CharField(max_length=16)),
                ('n', models.IntegerField()),
                ('division', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='reps.division')),
                ('group', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='reps.group')),
                ('rep', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='reps.rep')),
            ],
            options={
                'verbose_name': 'count of a day',
                'verbose_name_plural': 'counts of days',
                'constraints': [models.UniqueConstraint(fields=('day', 'rep', 'group', 'event', 'division'), name='daily_once', nulls_distinct=False)],
            },
        ),
        migrations.RunSQL("".join(_trigger(way) for way in _WAYS) + _ZONE + _ALL.format(where=""), _GONE),
    ]
