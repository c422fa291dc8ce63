"""Names of what the admin site lists, so that they can be translated; no table changes."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('review', '0021_sent_feeds'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='category',
            options={'verbose_name': 'category', 'verbose_name_plural': 'categories'},
        ),
        migrations.AlterModelOptions(
            name='event',
            options={'verbose_name': 'event', 'verbose_name_plural': 'events'},
        ),
        migrations.AlterModelOptions(
            name='modelversion',
            options={'verbose_name': 'model', 'verbose_name_plural': 'models'},
        ),
        migrations.AlterModelOptions(
            name='supplier',
            options={'verbose_name': 'supplier', 'verbose_name_plural': 'suppliers'},
        ),
    ]
