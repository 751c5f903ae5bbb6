"""When beat asks for the sources of events. Operators change it in the admin; what they changed is never put back."""

from __future__ import annotations

from django.db import migrations

REFRESH = "Read the sources of events"


def create_schedule(apps, schema_editor):
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    weekly, _ = interval_model.objects.get_or_create(every=7, period="days")
    task_model.objects.get_or_create(name=REFRESH, defaults={"task": "events.tasks.refresh_calendar", "interval": weekly})


def remove_schedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=REFRESH).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_moderators_keep_the_calendar"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(create_schedule, remove_schedule)]
