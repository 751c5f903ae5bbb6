from itertools import groupby
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from alerts.engine.showing import arrange

NAMES = ["edits", "people_edits", "bot_edits"]  # shown together when this was written


def arrange_stored(apps: Any, schema_editor: Any) -> None:
    """What stands already is arranged once; from now on each sweep does it."""
    alerts = apps.get_model("alerts", "Alert").objects
    standing = alerts.exclude(status="withdrawn").filter(metric__in=NAMES).defer("evidence").order_by("project_id", "pk")
    for _project, mine in groupby(list(standing), key=lambda alert: alert.project_id):
        alerts.bulk_update(arrange(mine, NAMES), ["shown_under", "parts"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0015_worst_first"),
        ("edits", "0014_state_of_a_run_in_which_all_failed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="alert",
            name="community_alerts_worst",
        ),
        migrations.RemoveIndex(
            model_name="alert",
            name="community_alerts_queue",
        ),
        migrations.RemoveIndex(
            model_name="alert",
            name="community_alerts_rarest",
        ),
        migrations.RemoveIndex(
            model_name="alert",
            name="community_alerts_largest",
        ),
        migrations.RemoveIndex(
            model_name="alert",
            name="community_alerts_percentage",
        ),
        migrations.RemoveIndex(
            model_name="alert",
            name="community_alerts_waiting",
        ),
        migrations.RemoveIndex(
            model_name="alert",
            name="community_alerts_graded",
        ),
        migrations.AddField(
            model_name="alert",
            name="parts",
            field=models.CharField(
                blank=True,
                help_text="What stands out by itself, such as bots:peak,people:drop.",
                max_length=64,
                verbose_name="parts",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="shown_under",
            field=models.ForeignKey(
                blank=True,
                help_text="The alert that lists show for both: of the whole that this one is a part of.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="shown_with",
                to="alerts.alert",
                verbose_name="shown under",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["-month", "-rarity", "id", "status", "shown_under"], name="community_alerts_worst"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["status", "-month", "-rarity", "id", "shown_under"], name="community_alerts_queue"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                fields=["-severity_rank", "-rarity", "-month", "id", "status", "shown_under"], name="community_alerts_graded"
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["-rarity", "-month", "id", "status", "shown_under"], name="community_alerts_rarest"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                fields=["-magnitude", "-month", "id", "status", "shown_under"], name="community_alerts_largest"
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                fields=["-percentage_difference", "-month", "-rarity", "id", "status", "shown_under"],
                name="community_alerts_percentage",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["status", "raised_at", "shown_under"], name="community_alerts_waiting"),
        ),
        migrations.RunPython(arrange_stored, migrations.RunPython.noop),
    ]
