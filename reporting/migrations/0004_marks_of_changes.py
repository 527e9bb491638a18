"""Triggers on the rows that spells are made of: each leaves a mark that `reporting.spells` looks at (ADR 50)."""

from django.db import migrations

_LEAD = (
    "kind", "merged_into_id", "division_id", "owner_id", "state", "stage_id", "stage_at", "source", "channel",
    "campaign", "band", "arrived_at", "responded_at", "reached_at", "closed_at", "sourced_by_id", "won_base",
    "won_base_currency",
)  # fmt: skip
_CHANGED = f"(OLD.{', OLD.'.join(_LEAD)}) IS DISTINCT FROM (NEW.{', NEW.'.join(_LEAD)})"

FORWARDS = f"""
CREATE FUNCTION reporting_mark_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reporting_stale (lead) VALUES (COALESCE(NEW.lead_id, OLD.lead_id));
    RETURN NULL;
END $$;
CREATE FUNCTION reporting_mark_itself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reporting_stale (lead) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION reporting_mark_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reporting_stale (lead) VALUES (NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER reporting_marks AFTER INSERT OR UPDATE OR DELETE ON routing_assignment
    FOR EACH ROW EXECUTE FUNCTION reporting_mark_lead();
CREATE TRIGGER reporting_marks AFTER INSERT OR UPDATE OR DELETE ON leads_touch
    FOR EACH ROW EXECUTE FUNCTION reporting_mark_lead();
CREATE TRIGGER reporting_marks AFTER INSERT ON leads_leadevent
    FOR EACH ROW WHEN (NEW.kind IN ('stage_changed', 'closed')) EXECUTE FUNCTION reporting_mark_lead();
CREATE TRIGGER reporting_marks AFTER UPDATE OF {", ".join(_LEAD)} ON leads_lead
    FOR EACH ROW WHEN ({_CHANGED}) EXECUTE FUNCTION reporting_mark_itself();
CREATE TRIGGER reporting_marks AFTER UPDATE OF score ON leads_leadprivate
    FOR EACH ROW WHEN (OLD.score IS DISTINCT FROM NEW.score) EXECUTE FUNCTION reporting_mark_lead();
CREATE TRIGGER reporting_marks_gone AFTER DELETE ON leads_leadprivate
    FOR EACH ROW WHEN (OLD.score IS NOT NULL) EXECUTE FUNCTION reporting_mark_lead();
CREATE TRIGGER reporting_marks AFTER INSERT OR DELETE OR UPDATE ON leads_stage
    FOR EACH STATEMENT EXECUTE FUNCTION reporting_mark_all();
INSERT INTO reporting_stale (lead) SELECT NULL WHERE EXISTS (SELECT FROM routing_assignment);
"""  # noqa: S608 - our own names
BACKWARDS = """
DROP FUNCTION reporting_mark_lead() CASCADE;
DROP FUNCTION reporting_mark_itself() CASCADE;
DROP FUNCTION reporting_mark_all() CASCADE;
"""


class Migration(migrations.Migration):
    """Nothing of Django's state changes."""

    dependencies = [("reporting", "0003_spells")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
