"""The schedule: what beat starts, and how often. Operators change it in the admin; what they changed is never put back."""

from __future__ import annotations

from django.db import migrations

SWEEP = "Ask Wikimedia for what is missing or due"
SYNC = "Take over the list of wikis"


def create_schedule(apps, schema_editor):
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    crontab_model = apps.get_model("django_celery_beat", "CrontabSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    # A sweep asks the database what is due, which each project is once a day: looking often costs a query and makes sure
    # that what was interrupted or told to wait goes on soon.
    ten_minutes, _ = interval_model.objects.get_or_create(every=10, period="minutes")
    # Before the hour at which projects become due (edits.fetching.plan.CHECK_HOUR), so that new wikis are asked with the rest.
    nightly = crontab_model.objects.filter(minute="30", hour="2", day_of_week="*", day_of_month="*", month_of_year="*").first()
    if nightly is None:
        nightly = crontab_model.objects.create(minute="30", hour="2", timezone="UTC")
    task_model.objects.get_or_create(name=SWEEP, defaults={"task": "edits.tasks.sweep_missing", "interval": ten_minutes})
    task_model.objects.get_or_create(name=SYNC, defaults={"task": "edits.tasks.sync_projects", "crontab": nightly})


def remove_schedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=(SWEEP, SYNC)).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("edits", "0002_fetch_targets"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(create_schedule, remove_schedule)]
