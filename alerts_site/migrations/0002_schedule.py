"""Beat sends a sign of life through each queue once a minute; whoever takes it out shows that the queue is served."""

from __future__ import annotations

from django.db import migrations

QUEUES = ("default", "wikimedia")
NAME = "Sign of life of queue {}"


def create_schedule(apps, schema_editor):
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    every_minute, _ = interval_model.objects.get_or_create(every=1, period="minutes")
    for queue in QUEUES:
        task_model.objects.get_or_create(
            name=NAME.format(queue),
            defaults={
                "task": "alerts_site.tasks.heartbeat",
                "interval": every_minute,
                "args": f'["{queue}"]',
                "queue": queue,
                "expire_seconds": 60,  # without a worker they do not pile up
            },
        )


def remove_schedule(apps, schema_editor):
    names = [NAME.format(queue) for queue in QUEUES]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=names).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("alerts_site", "0001_heartbeats_and_timings"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(create_schedule, remove_schedule)]
