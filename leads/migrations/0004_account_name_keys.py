from django.db import migrations

from leads import company


def fill(apps, schema_editor):
    accounts = apps.get_model("leads", "Account").objects
    batch = []
    for account in accounts.only("pk", "name").iterator(chunk_size=1000):
        account.name_key = company.key_of(account.name)
        batch.append(account)
        if len(batch) == 1000:
            accounts.bulk_update(batch, ["name_key"])
            batch = []
    accounts.bulk_update(batch, ["name_key"])


class Migration(migrations.Migration):

    dependencies = [
        ("leads", "0003_matching_and_word"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
