"""A catalog that was sent is not read for ever: how often it was begun."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('review', '0019_question_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='catalogimport',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
