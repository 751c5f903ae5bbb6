"""The expected band becomes the rule of the site, where nobody has chosen another."""

from __future__ import annotations

from django.db import migrations


def _untouched(apps, detector):
    policies = apps.get_model("alerts", "DetectionPolicy").objects.filter(
        scope="site", version=1, detector=detector, minimum_volume=5, reopen_step=10.0
    )
    # A JSON column is compared here: databases disagree on how to do it.
    return [policy for policy in policies if not policy.parameters and not policy.metrics and not policy.directions]


def prefer_the_band(apps, schema_editor):
    _choose(apps, old="rolling_mean", new="expected_band")


def prefer_the_mean(apps, schema_editor):
    _choose(apps, old="expected_band", new="rolling_mean")


def _choose(apps, old, new):
    # A policy that has judged is another version's business: its months are to keep the rule that judged them.
    if apps.get_model("alerts", "DetectionState").objects.exists():
        return
    for policy in _untouched(apps, old):
        policy.detector = new
        policy.save(update_fields=["detector"])


def begin_the_history(apps, schema_editor):
    """Versions are looked up in the history; what migrations made has no row there yet."""
    history = apps.get_model("alerts", "HistoricalDetectionPolicy")
    for policy in apps.get_model("alerts", "DetectionPolicy").objects.all():
        if not history.objects.filter(id=policy.pk, version=policy.version).exists():
            values = {field.attname: getattr(policy, field.attname) for field in policy._meta.concrete_fields}
            history.objects.create(
                history_date=policy.updated_at, history_type="+", history_change_reason="Created with the site", **values
            )


class Migration(migrations.Migration):
    dependencies = [("alerts", "0006_schedule")]
    operations = [
        migrations.RunPython(prefer_the_band, prefer_the_mean),
        migrations.RunPython(begin_the_history, migrations.RunPython.noop),
    ]
