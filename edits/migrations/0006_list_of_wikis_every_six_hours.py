"""Ask for the list of wikis every six hours instead of every night: one request, and a failure is made good the same day."""

from __future__ import annotations

from django.db import migrations

SYNC = "Take over the list of wikis"


def _reschedule(apps, old_hours, new_hours):
    """Only where the task still runs at the hours it was created with: an operator's choice stays."""
    crontab_model = apps.get_model("django_celery_beat", "CrontabSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=SYNC).select_related("crontab").first()
    if task and task.crontab and (task.crontab.minute, task.crontab.hour) == ("30", old_hours):
        task.crontab = crontab_model.objects.create(minute="30", hour=new_hours, timezone="UTC")
        task.save()


def more_often(apps, schema_editor):
    _reschedule(apps, "2", "*/6")


def nightly(apps, schema_editor):
    _reschedule(apps, "*/6", "2")


class Migration(migrations.Migration):
    dependencies = [("edits", "0005_source_list_of_wikis")]

    operations = [migrations.RunPython(more_often, nightly)]
