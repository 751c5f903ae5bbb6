"""When beat asks for explanations."""

from django.db import migrations

EXPLAIN = "Explain alerts"


def create_schedule(apps, schema_editor):
    """Operators change it in the admin; what they changed is never put back."""
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    # New counts ask for explanations themselves; this one finds what a lost message left behind.
    hourly, _ = interval_model.objects.get_or_create(every=1, period="hours")
    task_model.objects.get_or_create(name=EXPLAIN, defaults={"task": "causes.tasks.explain", "interval": hourly})


def remove_schedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=EXPLAIN).delete()


class Migration(migrations.Migration):
    dependencies = [("causes", "0001_explanations"), ("django_celery_beat", "0019_alter_periodictasks_options")]
    operations = [migrations.RunPython(create_schedule, remove_schedule)]
