"""When beat asks for a dump."""

from django.db import migrations

DUMP = "Write the dump"


def create_schedule(apps, schema_editor):
    """Operators change it in the admin; what they changed is never put back."""
    crontab_model = apps.get_model("django_celery_beat", "CrontabSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    nightly = crontab_model.objects.create(minute="20", hour="3", timezone="UTC")
    task_model.objects.get_or_create(name=DUMP, defaults={"task": "api.tasks.dump", "crontab": nightly})


def remove_schedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=DUMP).delete()


class Migration(migrations.Migration):
    dependencies = [("django_celery_beat", "0019_alter_periodictasks_options")]
    operations = [migrations.RunPython(create_schedule, remove_schedule)]
