"""The index on slices has the counts as well: panels are read from it alone (docs/adr/0021)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edits", "0016_wikis_by_one_word"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="editcount",
            name="edit_counts_slice",
        ),
        migrations.RemoveIndex(
            model_name="editorcount",
            name="editor_counts_slice",
        ),
        migrations.RemoveIndex(
            model_name="newpagecount",
            name="new_page_counts_slice",
        ),
        migrations.AddIndex(
            model_name="editcount",
            index=models.Index(
                fields=["editor_type", "page_type", "month", "project", "edit_count"], name="edit_counts_slice"
            ),
        ),
        migrations.AddIndex(
            model_name="editorcount",
            index=models.Index(fields=["activity_level", "month", "project", "editor_count"], name="editor_counts_slice"),
        ),
        migrations.AddIndex(
            model_name="newpagecount",
            index=models.Index(
                fields=["editor_type", "page_type", "month", "project", "new_page_count"], name="new_page_counts_slice"
            ),
        ),
    ]
