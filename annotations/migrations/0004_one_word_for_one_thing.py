"""Wiki, note and cause: one word for one thing, all over the site."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0003_history_as_codes"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="annotation",
            options={"ordering": ["-created_at", "-pk"], "verbose_name": "note", "verbose_name_plural": "notes"},
        ),
        migrations.AlterModelOptions(
            name="historicalannotation",
            options={
                "get_latest_by": ("history_date", "history_id"),
                "ordering": ("-history_date", "-history_id"),
                "verbose_name": "historical note",
                "verbose_name_plural": "historical notes",
            },
        ),
        migrations.AlterField(
            model_name="report",
            name="annotation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reports",
                to="annotations.annotation",
                verbose_name="note",
            ),
        ),
    ]
