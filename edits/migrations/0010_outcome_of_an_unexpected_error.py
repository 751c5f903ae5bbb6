from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edits", "0009_index_outcomes_by_time"),
    ]

    operations = [
        migrations.AlterField(
            model_name="fetchoutcome",
            name="state",
            field=models.CharField(
                choices=[
                    ("stored", "stored"),
                    ("unchanged", "unchanged"),
                    ("not_published", "not yet published"),
                    ("missing", "missing"),
                    ("rate_limited", "rate limited"),
                    ("unavailable", "unavailable"),
                    ("bad_payload", "bad payload"),
                    ("timed_out", "timed out"),
                    ("error", "unexpected error"),
                    ("gone", "gone"),
                ],
                max_length=16,
                verbose_name="state",
            ),
        ),
    ]
