"""Reasons of the history become codes with parameters, which pages say in the reader's language."""

from typing import Any

from django.db import migrations

from curation.old_reasons import rewrite


def as_codes(apps: Any, schema_editor: Any) -> None:
    for name in ("HistoricalAnnotation",):
        rewrite(apps.get_model("annotations", name))


class Migration(migrations.Migration):
    dependencies = [("annotations", "0002_words_that_can_be_seen")]

    # The sentences of before are what pages of before would show; nothing is lost by leaving the codes.
    operations = [migrations.RunPython(as_codes, migrations.RunPython.noop)]
