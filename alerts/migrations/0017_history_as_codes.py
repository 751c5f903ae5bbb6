"""Reasons of the history become codes with parameters, which pages say in the reader's language."""

from typing import Any

from django.db import migrations

from curation.old_reasons import rewrite


def as_codes(apps: Any, schema_editor: Any) -> None:
    for name in ("HistoricalAlert",):
        rewrite(apps.get_model("alerts", name))


class Migration(migrations.Migration):
    dependencies = [("alerts", "0016_people_and_bots_apart")]

    # The sentences of before are what pages of before would show; nothing is lost by leaving the codes.
    operations = [migrations.RunPython(as_codes, migrations.RunPython.noop)]
