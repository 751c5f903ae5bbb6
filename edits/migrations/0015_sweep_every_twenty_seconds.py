"""What killed workers left is taken up within a minute."""

from django.db import migrations

from database.schedules import reschedule


class Migration(migrations.Migration):
    dependencies = [
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("edits", "0014_state_of_a_run_in_which_all_failed"),
    ]

    operations = [reschedule("edits.tasks.sweep_missing", old=(10, "minutes"), new=(20, "seconds"), expire_seconds=60)]
