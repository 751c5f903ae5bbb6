"""The tables of the first release, the causes, the policy of the site and the schedule of detection.

It stands for the migrations that the development versions had.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.math
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import database.fields
import database.validators

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
DETECT = "Judge what is new or changed"


def create_categories(apps, schema_editor):
    category = apps.get_model("alerts", "Category")
    for order, (slug, name) in enumerate(CATEGORIES.items(), start=1):
        category.objects.get_or_create(slug=slug, defaults={"name": name, "order": order})


def create_policy_of_the_site(apps, schema_editor):
    """With its first version on record, where versions are looked up."""
    policy, _ = apps.get_model("alerts", "DetectionPolicy").objects.get_or_create(
        scope="site", defaults={"detector": "expected_band"}
    )
    values = {field.attname: getattr(policy, field.attname) for field in policy._meta.concrete_fields}
    apps.get_model("alerts", "HistoricalDetectionPolicy").objects.create(
        history_date=policy.updated_at, history_type="+", history_change_reason="Created with the site", **values
    )


def create_schedule(apps, schema_editor):
    """When beat asks for a sweep. Operators change it in the admin; what they changed is never put back."""
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    # New counts ask for a sweep themselves; this one finds what a lost message left behind.
    hourly, _ = interval_model.objects.get_or_create(every=1, period="hours")
    task_model.objects.get_or_create(name=DETECT, defaults={"task": "alerts.tasks.detect", "interval": hourly})


def remove_schedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=DETECT).delete()


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("alerts", "0001_initial"),
        ("alerts", "0002_categories_and_policy"),
        ("alerts", "0003_label_permission"),
        ("alerts", "0004_detection_state_and_withdrawal"),
        ("alerts", "0005_withdrawal_by_baseline"),
        ("alerts", "0006_schedule"),
        ("alerts", "0007_default_detector"),
        ("alerts", "0008_triage_indexes"),
        ("alerts", "0009_rarity_and_magnitude"),
    ]

    dependencies = [
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("edits", "0001_release_0_1"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=40, unique=True, verbose_name="short name")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
            ],
            options={
                "verbose_name": "category",
                "verbose_name_plural": "categories",
                "db_table": "alert_categories",
                "ordering": ["order", "name"],
            },
        ),
        migrations.CreateModel(
            name="DetectionSweep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "metric",
                    models.CharField(
                        choices=[("edits", "Edits"), ("active_editors", "Active editors")],
                        max_length=32,
                        unique=True,
                        verbose_name="metric",
                    ),
                ),
                ("generation", models.PositiveIntegerField(default=0)),
                ("swept_at", models.DateTimeField(null=True, verbose_name="last sweep")),
            ],
            options={
                "db_table": "detection_sweeps",
            },
        ),
        migrations.CreateModel(
            name="DetectionPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "family",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Such as wikipedia; empty for the whole site.",
                        max_length=32,
                        verbose_name="family",
                    ),
                ),
                ("scope", models.CharField(editable=False, max_length=64, unique=True, verbose_name="scope")),
                ("detector", models.CharField(max_length=40, verbose_name="detector")),
                ("parameters", models.JSONField(blank=True, default=dict, verbose_name="parameters")),
                (
                    "metrics",
                    models.JSONField(blank=True, default=list, help_text="Empty: all metrics.", verbose_name="metrics"),
                ),
                (
                    "directions",
                    models.JSONField(blank=True, default=list, help_text="Empty: peaks and drops.", verbose_name="directions"),
                ),
                (
                    "minimum_volume",
                    models.PositiveIntegerField(
                        default=5,
                        help_text="No alert below this count and this difference from the expected.",
                        verbose_name="minimum volume",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "reopen_step",
                    models.FloatField(
                        default=10.0,
                        help_text="A settled or withdrawn alert comes back when its count has moved on by this much, in per cent.",
                        validators=[
                            django.core.validators.MinValueValidator(0.0),
                            django.core.validators.MaxValueValidator(1000.0),
                        ],
                        verbose_name="step to reopen, %",
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "project",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="edits.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "detection policy",
                "verbose_name_plural": "detection policies",
                "db_table": "detection_policies",
                "ordering": ["scope"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalAlert",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "metric",
                    models.CharField(
                        choices=[("edits", "Edits"), ("active_editors", "Active editors")],
                        max_length=32,
                        verbose_name="metric",
                    ),
                ),
                ("month", database.fields.MonthField(verbose_name="month")),
                (
                    "direction",
                    models.CharField(
                        choices=[("peak", "peak"), ("drop", "drop")], default="peak", max_length=8, verbose_name="direction"
                    ),
                ),
                ("count", models.PositiveBigIntegerField(verbose_name="count")),
                ("rolling_mean", models.FloatField(blank=True, null=True, verbose_name="rolling mean")),
                ("threshold", models.FloatField(blank=True, null=True, verbose_name="threshold")),
                ("percentage_difference", models.FloatField(blank=True, null=True, verbose_name="% difference")),
                ("expected", models.FloatField(blank=True, null=True, verbose_name="expected")),
                ("lower", models.FloatField(blank=True, null=True, verbose_name="normal from")),
                ("upper", models.FloatField(blank=True, null=True, verbose_name="normal up to")),
                ("excess", models.FloatField(blank=True, null=True, verbose_name="excess")),
                (
                    "score",
                    models.FloatField(
                        blank=True, help_text="Comparable between wikis; larger is rarer.", null=True, verbose_name="score"
                    ),
                ),
                ("p_value", models.FloatField(blank=True, null=True, verbose_name="p")),
                (
                    "severity",
                    models.CharField(
                        choices=[("notable", "notable"), ("high", "high"), ("extreme", "extreme")],
                        default="notable",
                        max_length=8,
                        verbose_name="severity",
                    ),
                ),
                ("detector", models.CharField(max_length=40, verbose_name="detector")),
                ("detector_version", models.CharField(max_length=20, verbose_name="detector version")),
                ("policy_version", models.CharField(blank=True, max_length=80, verbose_name="policy")),
                ("data_as_of", models.DateTimeField(verbose_name="data as of")),
                ("episode_end", database.fields.MonthField(blank=True, null=True, verbose_name="lasted until")),
                ("provisional", models.BooleanField(default=False, verbose_name="provisional")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("acknowledged", "in review"),
                            ("explained", "explained"),
                            ("dismissed", "dismissed"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="new",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("raised_count", models.PositiveBigIntegerField(verbose_name="count when raised")),
                ("raised_at", models.DateTimeField(verbose_name="raised")),
                (
                    "settled_count",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="What it was when explained, dismissed or withdrawn.",
                        null=True,
                        verbose_name="count when settled",
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                ("withdrawn_from", models.CharField(blank=True, max_length=16, verbose_name="status before withdrawal")),
                (
                    "withdrawn_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fell", "revised data no longer stand out"),
                            ("baseline", "what is expected of the month changed"),
                            ("rule", "the rule changed"),
                            ("episode", "part of an episode that began earlier"),
                            ("untestable", "the month can no longer be tested"),
                        ],
                        max_length=16,
                        verbose_name="reason for withdrawal",
                    ),
                ),
                ("reopened_at", models.DateTimeField(blank=True, null=True, verbose_name="reopened")),
                (
                    "label",
                    models.CharField(
                        blank=True, max_length=200, validators=[database.validators.validate_text], verbose_name="label"
                    ),
                ),
                (
                    "dismissal_reason",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        validators=[database.validators.validate_text],
                        verbose_name="reason for dismissal",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, help_text="Grows with each change but a revision."),
                ),
                ("history_change_reason", models.CharField(max_length=500, null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assignee",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="alerts.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="edits.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical alert",
                "verbose_name_plural": "historical alerts",
                "db_table": "community_alerts_history",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDetectionPolicy",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "family",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Such as wikipedia; empty for the whole site.",
                        max_length=32,
                        verbose_name="family",
                    ),
                ),
                ("scope", models.CharField(db_index=True, editable=False, max_length=64, verbose_name="scope")),
                ("detector", models.CharField(max_length=40, verbose_name="detector")),
                ("parameters", models.JSONField(blank=True, default=dict, verbose_name="parameters")),
                (
                    "metrics",
                    models.JSONField(blank=True, default=list, help_text="Empty: all metrics.", verbose_name="metrics"),
                ),
                (
                    "directions",
                    models.JSONField(blank=True, default=list, help_text="Empty: peaks and drops.", verbose_name="directions"),
                ),
                (
                    "minimum_volume",
                    models.PositiveIntegerField(
                        default=5,
                        help_text="No alert below this count and this difference from the expected.",
                        verbose_name="minimum volume",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "reopen_step",
                    models.FloatField(
                        default=10.0,
                        help_text="A settled or withdrawn alert comes back when its count has moved on by this much, in per cent.",
                        validators=[
                            django.core.validators.MinValueValidator(0.0),
                            django.core.validators.MaxValueValidator(1000.0),
                        ],
                        verbose_name="step to reopen, %",
                    ),
                ),
                ("updated_at", models.DateTimeField(blank=True, editable=False, verbose_name="updated")),
                ("history_change_reason", models.CharField(max_length=500, null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="edits.project",
                        verbose_name="project",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical detection policy",
                "verbose_name_plural": "historical detection policies",
                "db_table": "detection_policies_history",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "metric",
                    models.CharField(
                        choices=[("edits", "Edits"), ("active_editors", "Active editors")],
                        max_length=32,
                        verbose_name="metric",
                    ),
                ),
                ("month", database.fields.MonthField(verbose_name="month")),
                (
                    "direction",
                    models.CharField(
                        choices=[("peak", "peak"), ("drop", "drop")], default="peak", max_length=8, verbose_name="direction"
                    ),
                ),
                ("count", models.PositiveBigIntegerField(verbose_name="count")),
                ("rolling_mean", models.FloatField(blank=True, null=True, verbose_name="rolling mean")),
                ("threshold", models.FloatField(blank=True, null=True, verbose_name="threshold")),
                ("percentage_difference", models.FloatField(blank=True, null=True, verbose_name="% difference")),
                ("expected", models.FloatField(blank=True, null=True, verbose_name="expected")),
                ("lower", models.FloatField(blank=True, null=True, verbose_name="normal from")),
                ("upper", models.FloatField(blank=True, null=True, verbose_name="normal up to")),
                ("excess", models.FloatField(blank=True, null=True, verbose_name="excess")),
                (
                    "score",
                    models.FloatField(
                        blank=True, help_text="Comparable between wikis; larger is rarer.", null=True, verbose_name="score"
                    ),
                ),
                (
                    "rarity",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.math.Abs("score"),
                        output_field=models.FloatField(null=True),
                    ),
                ),
                (
                    "magnitude",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.math.Abs("excess"),
                        output_field=models.FloatField(null=True),
                    ),
                ),
                ("p_value", models.FloatField(blank=True, null=True, verbose_name="p")),
                ("q_value", models.FloatField(blank=True, null=True, verbose_name="q")),
                (
                    "severity",
                    models.CharField(
                        choices=[("notable", "notable"), ("high", "high"), ("extreme", "extreme")],
                        default="notable",
                        max_length=8,
                        verbose_name="severity",
                    ),
                ),
                ("evidence", models.JSONField(blank=True, default=dict, verbose_name="evidence")),
                ("detector", models.CharField(max_length=40, verbose_name="detector")),
                ("detector_version", models.CharField(max_length=20, verbose_name="detector version")),
                ("policy_version", models.CharField(blank=True, max_length=80, verbose_name="policy")),
                ("data_as_of", models.DateTimeField(verbose_name="data as of")),
                ("episode_end", database.fields.MonthField(blank=True, null=True, verbose_name="lasted until")),
                ("provisional", models.BooleanField(default=False, verbose_name="provisional")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("acknowledged", "in review"),
                            ("explained", "explained"),
                            ("dismissed", "dismissed"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="new",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("raised_count", models.PositiveBigIntegerField(verbose_name="count when raised")),
                ("raised_at", models.DateTimeField(verbose_name="raised")),
                (
                    "settled_count",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="What it was when explained, dismissed or withdrawn.",
                        null=True,
                        verbose_name="count when settled",
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                ("withdrawn_from", models.CharField(blank=True, max_length=16, verbose_name="status before withdrawal")),
                (
                    "withdrawn_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fell", "revised data no longer stand out"),
                            ("baseline", "what is expected of the month changed"),
                            ("rule", "the rule changed"),
                            ("episode", "part of an episode that began earlier"),
                            ("untestable", "the month can no longer be tested"),
                        ],
                        max_length=16,
                        verbose_name="reason for withdrawal",
                    ),
                ),
                ("reopened_at", models.DateTimeField(blank=True, null=True, verbose_name="reopened")),
                (
                    "label",
                    models.CharField(
                        blank=True, max_length=200, validators=[database.validators.validate_text], verbose_name="label"
                    ),
                ),
                (
                    "dismissal_reason",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        validators=[database.validators.validate_text],
                        verbose_name="reason for dismissal",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, help_text="Grows with each change but a revision."),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assignee",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="edits.project",
                        verbose_name="project",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="alerts.category",
                        verbose_name="category",
                    ),
                ),
            ],
            options={
                "verbose_name": "alert",
                "verbose_name_plural": "alerts",
                "db_table": "community_alerts",
                "ordering": ["-month", "-rarity"],
                "permissions": [("label_alert", "Can label alert")],
                "indexes": [
                    models.Index(fields=["-month", "-rarity", "id", "status"], name="community_alerts_worst"),
                    models.Index(fields=["status", "-month", "-rarity", "id"], name="community_alerts_queue"),
                    models.Index(fields=["severity", "-month", "-rarity", "id"], name="community_alerts_severity"),
                    models.Index(fields=["-rarity", "-month", "id", "status"], name="community_alerts_rarest"),
                    models.Index(fields=["-magnitude", "-month", "id", "status"], name="community_alerts_largest"),
                    models.Index(
                        fields=["-percentage_difference", "-month", "-rarity", "id", "status"],
                        name="community_alerts_percentage",
                    ),
                    models.Index(fields=["status", "raised_at"], name="community_alerts_waiting"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "metric", "month", "direction"), name="community_alerts_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("episode_end__isnull", True), ("episode_end__gte", models.F("month")), _connector="OR"
                        ),
                        name="community_alerts_episode",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DetectionState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "metric",
                    models.CharField(choices=[("edits", "Edits"), ("active_editors", "Active editors")], max_length=32),
                ),
                ("first_month", database.fields.MonthField()),
                (
                    "final_until",
                    database.fields.MonthField(
                        help_text="Months after this one were not over when they were judged.", null=True
                    ),
                ),
                ("counts", models.BinaryField(help_text="Counts as judged, 64 bit; -1 where missing.")),
                (
                    "p_values",
                    models.BinaryField(help_text="Chance of a month at least this high, 64 bit float; NaN where untested."),
                ),
                ("p_low_values", models.BinaryField(help_text="Chance of a month at least this low.")),
                ("policies", models.JSONField(help_text="Pairs of a first month and the policy that judged from there on.")),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="edits.project"
                    ),
                ),
            ],
            options={
                "db_table": "detection_states",
                "constraints": [models.UniqueConstraint(fields=("metric", "project"), name="detection_states_key")],
            },
        ),
        migrations.RunPython(create_categories, migrations.RunPython.noop),
        migrations.RunPython(create_policy_of_the_site, migrations.RunPython.noop),
        migrations.RunPython(create_schedule, remove_schedule),
    ]
