from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edits", "0007_level_of_the_original_tool"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="editcount",
            index=models.Index(fields=["editor_type", "page_type", "month", "project"], name="edit_counts_slice"),
        ),
        migrations.AddIndex(
            model_name="editorcount",
            index=models.Index(fields=["activity_level", "month", "project"], name="editor_counts_slice"),
        ),
    ]
