"""Moderators may see and change events, and import them."""

from django.db import migrations

GROUP = "Moderators"
PERMISSIONS = ("view_event", "add_event", "change_event", "view_importrun", "add_importrun")


def allow(apps, schema_editor):
    """Permissions are normally made after all migrations, so those that are missing are made here, with the same names."""
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    content_types, permissions = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    for codename in PERMISSIONS:
        action, model = codename.split("_")
        content_type, _ = content_types.objects.get_or_create(app_label="events", model=model)
        name = f"Can {action} {apps.get_model('events', model)._meta.verbose_name}"
        row, _ = permissions.objects.get_or_create(content_type=content_type, codename=codename, defaults={"name": name})
        group.permissions.add(row)


def forbid(apps, schema_editor):
    rows = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="events", codename__in=PERMISSIONS)
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.remove(*rows)


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
        ("accounts", "0002_release_0_1_groups"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(allow, forbid)]
