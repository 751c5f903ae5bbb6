"""The figures of a verdict get the names that the code has for them, in columns and in stored evidence."""

from __future__ import annotations

from typing import Any

from django.db import migrations

ROWS_AT_ONCE = 500
NAMES = {
    "floor": "drop_threshold",
    "hold": "continuation_upper",
    "hold_low": "continuation_lower",
    "p": "p_upper",
    "p_low": "p_lower",
}


def _rename(apps: Any, connection: Any, names: dict[str, str]) -> None:
    """Rewrite the evidence of every alert that has one of the old names; the history does not hold evidence."""
    alerts = apps.get_model("alerts", "Alert")._base_manager.using(connection.alias)
    last = 0
    while rows := list(alerts.filter(pk__gt=last).order_by("pk").only("evidence")[:ROWS_AT_ONCE]):
        last = rows[-1].pk
        for alert in rows:
            alert.evidence = {names.get(name, name): value for name, value in (alert.evidence or {}).items()}
        alerts.bulk_update(rows, ["evidence"])


def forwards(apps: Any, schema_editor: Any) -> None:
    _rename(apps, schema_editor.connection, NAMES)


def backwards(apps: Any, schema_editor: Any) -> None:
    _rename(apps, schema_editor.connection, {new: old for old, new in NAMES.items()})


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_release_0_1")]

    operations = [
        migrations.RenameField("detectionstate", "p_values", "p_upper_values"),
        migrations.RenameField("detectionstate", "p_low_values", "p_lower_values"),
        migrations.RunPython(forwards, backwards),
    ]
