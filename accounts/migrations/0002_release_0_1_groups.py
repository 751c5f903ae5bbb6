"""The groups of people who curate, with the permissions that they start with."""

from django.db import migrations

GROUPS = {
    "Community managers": ["alerts.label_alert", "annotations.add_annotation"],
    "Moderators": [
        "alerts.label_alert", "alerts.view_alert", "alerts.change_alert",
        "alerts.view_category", "alerts.add_category", "alerts.change_category",
        "alerts.view_detectionpolicy",
        "annotations.view_annotation", "annotations.add_annotation", "annotations.change_annotation",
        "annotations.view_report", "annotations.change_report",
        "edits.view_project", "edits.view_projectalias", "edits.view_editcount", "edits.view_editorcount",
        "edits.view_countrevision", "edits.view_fetchrun", "edits.view_fetchoutcome", "edits.add_fetchrun",
    ],
}  # fmt: skip


def make_groups(apps, schema_editor):
    """Permissions are normally made after all migrations, so those that are missing are made here, with the same names."""
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    content_type_model = apps.get_model("contenttypes", "ContentType")
    for name, permissions in GROUPS.items():
        group, _ = group_model.objects.get_or_create(name=name)
        for permission in permissions:
            app_label, codename = permission.split(".")
            action, model = codename.split("_")
            content_type, _ = content_type_model.objects.get_or_create(app_label=app_label, model=model)
            verbose = apps.get_model(app_label, model)._meta.verbose_name
            row, _ = permission_model.objects.get_or_create(
                content_type=content_type, codename=codename, defaults={"name": f"Can {action} {verbose}"}
            )
            group.permissions.add(row)


def drop_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0002_groups"),
        ("accounts", "0003_usernames_as_wikimedia_has_them"),
    ]

    dependencies = [
        ("accounts", "0001_release_0_1"),
        ("alerts", "0001_release_0_1"),
        ("annotations", "0001_release_0_1"),
        ("edits", "0001_release_0_1"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_groups, drop_groups)]
