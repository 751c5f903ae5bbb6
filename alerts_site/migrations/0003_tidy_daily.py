"""Ended sessions and old failed attempts to sign in go once a day."""

from __future__ import annotations

from django.db import migrations

NAME = "Tidy up"


def create_schedule(apps, schema_editor):
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    daily, _ = interval_model.objects.get_or_create(every=1, period="days")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    task_model.objects.get_or_create(name=NAME, defaults={"task": "alerts_site.tasks.tidy", "interval": daily})


def remove_schedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("alerts_site", "0002_schedule"),
    ]

    operations = [migrations.RunPython(create_schedule, remove_schedule)]
