"""Alerts whose message was lost are explained within a minute."""

from django.db import migrations

from database.schedules import reschedule


class Migration(migrations.Migration):
    dependencies = [
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("causes", "0005_forgetting_names"),
    ]

    operations = [reschedule("causes.tasks.explain", old=(1, "hours"), new=(1, "minutes"), expire_seconds=60)]
