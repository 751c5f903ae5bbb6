"""When beat asks for a sweep. Operators change it in the admin; what they changed is never put back."""

from __future__ import annotations

from django.db import migrations

DETECT = "Judge what is new or changed"


def create_schedule(apps, schema_editor):
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    # New counts ask for a sweep themselves; this one finds what a lost message left behind.
    hourly, _ = interval_model.objects.get_or_create(every=1, period="hours")
    task_model.objects.get_or_create(name=DETECT, defaults={"task": "alerts.tasks.detect", "interval": hourly})


def remove_schedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=DETECT).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0005_withdrawal_by_baseline"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(create_schedule, remove_schedule)]
