"""When beat asks to forget names of people."""

from django.db import migrations

FORGET = "Forget names of people in case files"


def create_schedule(apps, schema_editor):
    """Operators change it in the admin; what they changed is never put back."""
    crontab_model = apps.get_model("django_celery_beat", "CrontabSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    daily, _ = crontab_model.objects.get_or_create(
        minute="40", hour="4", day_of_week="*", day_of_month="*", month_of_year="*", timezone="UTC"
    )
    task_model.objects.get_or_create(name=FORGET, defaults={"task": "causes.tasks.forget_names", "crontab": daily})


def remove_schedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=FORGET).delete()


class Migration(migrations.Migration):
    dependencies = [("causes", "0004_case_files"), ("django_celery_beat", "0019_alter_periodictasks_options")]
    operations = [migrations.RunPython(create_schedule, remove_schedule)]
