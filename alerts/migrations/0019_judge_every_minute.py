"""Counts whose message was lost are judged within a minute."""

from django.db import migrations

from database.schedules import reschedule


class Migration(migrations.Migration):
    dependencies = [
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("alerts", "0018_one_word_for_one_thing"),
    ]

    operations = [reschedule("alerts.tasks.detect", old=(1, "hours"), new=(1, "minutes"), expire_seconds=60)]
