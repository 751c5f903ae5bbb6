"""Moderators keep the rights that an action of the permission table needs, and no others."""

from django.db import migrations

UNUSED = (
    ("alerts", "add_category"),
    ("alerts", "add_expectation"),
    ("events", "add_event"),
    ("events", "view_importrun"),
    ("events", "add_importrun"),
    ("edits", "view_projectalias"),
    ("edits", "view_editorcount"),
    ("edits", "view_countrevision"),
    ("edits", "view_fetchoutcome"),
    ("subscriptions", "view_group"),
    ("subscriptions", "add_group"),
)


def _moderators_and_rights(apps):
    group = apps.get_model("auth", "Group").objects.filter(name="Moderators").first()
    rights = apps.get_model("auth", "Permission").objects
    found = [rights.filter(content_type__app_label=app, codename=name).first() for app, name in UNUSED]
    return group, [right for right in found if right is not None]


def drop(apps, schema_editor):
    group, rights = _moderators_and_rights(apps)
    if group is not None:
        group.permissions.remove(*rights)


def give_back(apps, schema_editor):
    group, rights = _moderators_and_rights(apps)
    if group is not None:
        group.permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_release_0_1_groups"),
        ("events", "0004_moderators_expect"),
        ("subscriptions", "0002_regions_schedule_and_permissions"),
    ]

    operations = [migrations.RunPython(drop, give_back)]
