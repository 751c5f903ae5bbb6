"""The vocabulary of causes, and the policy of the whole site."""

from django.db import migrations

CATEGORIES = {
    "contest": "Contest or campaign",
    "edit-a-thon": "Edit-a-thon",
    "bot-run": "Bot run",
    "import": "Import or migration",
    "vandalism": "Vandalism or spam",
    "world-event": "World event",
    "policy": "Policy or software change",
    "data-artefact": "Data artefact",
    "other": "Other",
}


def fill(apps, schema_editor):
    category = apps.get_model("alerts", "Category")
    for order, (slug, name) in enumerate(CATEGORIES.items(), start=1):
        category.objects.get_or_create(slug=slug, defaults={"name": name, "order": order})
    policy = apps.get_model("alerts", "DetectionPolicy")
    policy.objects.get_or_create(scope="site", defaults={"detector": "rolling_mean"})


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
