import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("reps", "0002_capacity_and_clocks"),
    ]

    operations = [
        migrations.AddField(
            model_name="division",
            name="account_threshold",
            field=models.PositiveSmallIntegerField(
                blank=True,
                default=92,
                help_text="0 to 100: how alike two company names must be to count as one account, where neither its id nor the e-mail domain tells. 100 takes the same name only, legal forms such as GmbH aside; empty = never by name.",
                null=True,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="same company by name from",
            ),
        ),
        migrations.AddField(
            model_name="division",
            name="enquiry_band",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="0 to 9, 0 comes first. A lead that still waits is lifted to it when its person writes again; empty = it keeps its place.",
                null=True,
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="priority of an enquiry",
            ),
        ),
    ]
