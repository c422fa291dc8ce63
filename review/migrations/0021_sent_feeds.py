"""A catalog that was sent may be one supplier's feed; a picture sent with it is told by its content."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('review', '0020_import_attempts'),
    ]

    operations = [
        migrations.AddField(
            model_name='catalogimport',
            name='supplier',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name='offer',
            name='stamp',
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
