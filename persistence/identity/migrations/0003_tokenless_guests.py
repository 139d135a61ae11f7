"""Guests of callers without a token. A column with a constant default: no rewrite."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("identity", "0002_guard_rows_and_privileges")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="tokenless",
            field=models.BooleanField(db_default=False, editable=False),
        ),
    ]
