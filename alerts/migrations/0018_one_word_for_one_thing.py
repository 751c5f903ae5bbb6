"""Wiki, note and cause: one word for one thing, all over the site."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0017_history_as_codes"),
        ("edits", "0014_state_of_a_run_in_which_all_failed"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="category",
            options={"ordering": ["order", "name"], "verbose_name": "cause", "verbose_name_plural": "causes"},
        ),
        migrations.AlterField(
            model_name="alert",
            name="category",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="alerts.category", verbose_name="cause"
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="alerts",
                to="edits.project",
                verbose_name="wiki",
            ),
        ),
        migrations.AlterField(
            model_name="detectionpolicy",
            name="project",
            field=models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="edits.project", verbose_name="wiki"
            ),
        ),
        migrations.AlterField(
            model_name="expectation",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="expectations",
                to="edits.project",
                verbose_name="wiki",
            ),
        ),
        migrations.AlterField(
            model_name="historicalalert",
            name="category",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="alerts.category",
                verbose_name="cause",
            ),
        ),
        migrations.AlterField(
            model_name="historicalalert",
            name="project",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="edits.project",
                verbose_name="wiki",
            ),
        ),
        migrations.AlterField(
            model_name="historicaldetectionpolicy",
            name="project",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="edits.project",
                verbose_name="wiki",
            ),
        ),
        migrations.AlterField(
            model_name="historicalexpectation",
            name="project",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="edits.project",
                verbose_name="wiki",
            ),
        ),
    ]
