"""What the room comes with: the regions, the lock of the plan, the schedule, and what moderators may do."""

from django.db import migrations

from subscriptions.groups import shipped_regions

SCHEDULE = {
    "Plan what people are told": ("subscriptions.tasks.plan", 15),
    "Send what is planned": ("subscriptions.tasks.send", 1),
}
MODERATORS = "Moderators"
PERMISSIONS = ("view_group", "add_group", "change_group")


def fill(apps, schema_editor):
    group_model, rule_model = apps.get_model("subscriptions", "Group"), apps.get_model("subscriptions", "GroupRule")
    for region in shipped_regions():
        values = {"name": region["name"], "source": region["source"], "published": True}
        group, made = group_model.objects.get_or_create(slug=region["slug"], defaults=values)
        if made:
            rule_model.objects.bulk_create(
                rule_model(group=group, kind="language", value=language) for language in region["languages"]
            )
    apps.get_model("subscriptions", "PlanningLock").objects.get_or_create(pk=1)
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    for name, (task, minutes) in SCHEDULE.items():
        interval, _ = interval_model.objects.get_or_create(every=minutes, period="minutes")
        task_model.objects.get_or_create(name=name, defaults={"task": task, "interval": interval})
    _allow(apps)


def _allow(apps):
    """Permissions are normally made after all migrations, so those that are missing are made here, with the same names."""
    moderators, _ = apps.get_model("auth", "Group").objects.get_or_create(name=MODERATORS)
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="subscriptions", model="group"
    )
    verbose = apps.get_model("subscriptions", "Group")._meta.verbose_name
    for codename in PERMISSIONS:
        name = f"Can {codename.split('_')[0]} {verbose}"
        row, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        moderators.permissions.add(row)


def empty(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=SCHEDULE).delete()
    rows = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="subscriptions", codename__in=PERMISSIONS
    )
    for moderators in apps.get_model("auth", "Group").objects.filter(name=MODERATORS):
        moderators.permissions.remove(*rows)


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0001_initial"),
        ("accounts", "0002_release_0_1_groups"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(fill, empty)]
