"""No column that holds words enters the house unclassified."""

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tests.architecture.columns import NOT_PERSONAL, PERSONAL, named

APPS = ("leads", "reporting", "reps", "routing")
WORDS = (
    models.BinaryField,
    models.CharField,
    models.FileField,
    models.GenericIPAddressField,
    models.JSONField,
    models.TextField,
    ArrayField,
)


def columns_of(model: type[models.Model]) -> set[str]:
    """An event table repeats the columns of the model it follows, and adds its own label."""
    label = getattr(model, "pgh_tracked_model", model)._meta.label
    fields = [field for field in model._meta.concrete_fields if isinstance(field, WORDS) and field.name != "pgh_label"]
    return {f"{label}.{field.name}" for field in fields}


def test_every_text_and_json_column_is_personal_or_not():
    tables = [model for app in APPS for model in apps.get_app_config(app).get_models() if not model._meta.proxy]
    found = {name for model in tables for name in columns_of(model)}

    assert found - named(PERSONAL) - named(NOT_PERSONAL) == set(), "place these in tests/architecture/columns.py"
    assert (named(PERSONAL) | named(NOT_PERSONAL)) - found == set(), "these columns are no more"
    assert named(PERSONAL) & named(NOT_PERSONAL) == set()


def test_history_tables_follow_no_table_of_leads():
    followed = {
        model.pgh_tracked_model._meta.label
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if hasattr(model, "pgh_tracked_model")
    }

    never = {"leads.Lead", "leads.LeadPrivate", "leads.LeadFacts", "leads.LeadEvent", "leads.Contact", "leads.Intake"}
    never |= {"leads.Delivery", "routing.Share", "routing.Decision", "routing.Assignment"}
    assert followed & never == set()
    assert followed
