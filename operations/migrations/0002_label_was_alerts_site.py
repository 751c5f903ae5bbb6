"""What still says `alerts_site` in a database of a development version says `operations` from here on."""

from __future__ import annotations

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Replace

OLD, NEW = "alerts_site", "operations"


def _rename(apps, old, new):
    content_types = apps.get_model("contenttypes", "ContentType").objects
    content_types.filter(app_label=old, model__in=("heartbeat", "tasktiming")).update(app_label=new)  # permissions follow
    for model, field in ((("django_celery_beat", "PeriodicTask"), "task"), (("operations", "TaskTiming"), "task")):
        rows = apps.get_model(*model).objects.filter(**{f"{field}__startswith": f"{old}.tasks."})
        rows.update(**{field: Replace(F(field), Value(f"{old}.tasks."), Value(f"{new}.tasks."))})


def forwards(apps, schema_editor):
    _rename(apps, OLD, NEW)


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0001_release_0_1"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    # Backwards there is nothing to do: 0001 removes what it made, whatever it is called.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
