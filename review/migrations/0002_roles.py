"""The three roles are groups; the migration makes them so that no start-up code has to."""

from django.db import migrations


def make_roles(apps, schema_editor):
    for name in ("specialist", "worker", "admin"):
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
