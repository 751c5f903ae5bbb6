"""The tables of the first release, and the schedule of the site's own tasks.

It stands for the migrations that the development versions had, under the label `alerts_site`.
"""

from __future__ import annotations

from django.db import migrations, models

QUEUES = ("default", "wikimedia")
SIGN_OF_LIFE = "Sign of life of queue {}"
TIDY = "Tidy up"


def create_schedule(apps, schema_editor):
    """Beat sends a sign of life through each queue once a minute; whoever takes it out shows that the queue is served."""
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    every_minute, _ = interval_model.objects.get_or_create(every=1, period="minutes")
    for queue in QUEUES:
        task_model.objects.get_or_create(
            name=SIGN_OF_LIFE.format(queue),
            defaults={
                "task": "operations.tasks.heartbeat",
                "interval": every_minute,
                "args": f'["{queue}"]',
                "queue": queue,
                "expire_seconds": 60,  # without a worker they do not pile up
            },
        )
    daily, _ = interval_model.objects.get_or_create(every=1, period="days")
    task_model.objects.get_or_create(name=TIDY, defaults={"task": "operations.tasks.tidy", "interval": daily})


def remove_schedule(apps, schema_editor):
    names = [TIDY, *(SIGN_OF_LIFE.format(queue) for queue in QUEUES)]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=names).delete()


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("alerts_site", "0001_heartbeats_and_timings"),
        ("alerts_site", "0002_schedule"),
        ("alerts_site", "0003_tidy_daily"),
    ]

    dependencies = [("django_celery_beat", "0019_alter_periodictasks_options")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, unique=True, verbose_name="part")),
                ("at", models.DateTimeField(verbose_name="last sign of life")),
            ],
            options={
                "verbose_name": "heartbeat",
                "verbose_name_plural": "heartbeats",
                "db_table": "heartbeats",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="TaskTiming",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("task", models.CharField(max_length=200, unique=True, verbose_name="task")),
                ("runs", models.PositiveBigIntegerField(default=0, verbose_name="runs")),
                ("failures", models.PositiveBigIntegerField(default=0, verbose_name="failures")),
                ("seconds", models.FloatField(default=0.0, verbose_name="seconds, all runs")),
                ("last_seconds", models.FloatField(default=0.0, verbose_name="seconds, last run")),
                ("last_at", models.DateTimeField(verbose_name="last run")),
            ],
            options={
                "verbose_name": "task timing",
                "verbose_name_plural": "task timings",
                "db_table": "task_timings",
                "ordering": ["task"],
            },
        ),
        migrations.RunPython(create_schedule, remove_schedule),
    ]
