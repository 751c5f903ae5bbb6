from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edits", "0008_index_who_reported_when"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="fetchoutcome",
            index=models.Index(fields=["created_at"], name="fetch_outcomes_when"),
        ),
    ]
