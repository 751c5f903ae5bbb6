import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edits", "0010_outcome_of_an_unexpected_error"),
    ]

    operations = [
        migrations.AddField(
            model_name="fetchtarget",
            name="planned_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="edits.fetchrun",
            ),
        ),
    ]
