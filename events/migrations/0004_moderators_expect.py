"""Moderators may say what is expected."""

from django.db import migrations

GROUP = "Moderators"
ACTIONS = ("view", "add", "change")


def allow(apps, schema_editor):
    """Permissions are normally made after all migrations, so those that are missing are made here, with the same names."""
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="alerts", model="expectation"
    )
    for action in ACTIONS:
        row, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type, codename=f"{action}_expectation", defaults={"name": f"Can {action} expectation"}
        )
        group.permissions.add(row)


def forbid(apps, schema_editor):
    rows = apps.get_model("auth", "Permission").objects.filter(codename__in=[f"{action}_expectation" for action in ACTIONS])
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.remove(*rows)


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0003_schedule"),
        ("alerts", "0013_expectations"),
    ]
    operations = [migrations.RunPython(allow, forbid)]
