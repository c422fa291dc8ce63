"""The queue's address with a category in another script is longer than the category."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Widens a column; the database rewrites nothing for it."""

    dependencies = [("review", "0015_slots")]

    operations = [
        migrations.AlterField(
            model_name="savedfilter",
            name="address",
            field=models.CharField(blank=True, max_length=4000),
        )
    ]
