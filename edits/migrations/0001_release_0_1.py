"""The tables of the first release, and the schedule of fetching.

It stands for the migrations that the development versions had.
"""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import database.fields

SWEEP = "Ask Wikimedia for what is missing or due"
SYNC = "Take over the list of wikis"


def create_schedule(apps, schema_editor):
    """What beat starts, and how often. Operators change it in the admin; what they changed is never put back."""
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    crontab_model = apps.get_model("django_celery_beat", "CrontabSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    # A sweep asks the database what is due, which each project is once a day: looking often costs a query and makes sure
    # that what was interrupted or told to wait goes on soon.
    ten_minutes, _ = interval_model.objects.get_or_create(every=10, period="minutes")
    task_model.objects.get_or_create(name=SWEEP, defaults={"task": "edits.tasks.sweep_missing", "interval": ten_minutes})
    # One request, and a failure is made good the same day.
    six_hours = crontab_model.objects.create(minute="30", hour="*/6", timezone="UTC")
    task_model.objects.get_or_create(name=SYNC, defaults={"task": "edits.tasks.sync_projects", "crontab": six_hours})


def remove_schedule(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=(SWEEP, SYNC)).delete()


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("edits", "0001_initial"),
        ("edits", "0002_fetch_targets"),
        ("edits", "0003_schedule"),
        ("edits", "0004_heartbeat_is_settable"),
        ("edits", "0005_source_list_of_wikis"),
        ("edits", "0006_list_of_wikis_every_six_hours"),
        ("edits", "0007_level_of_the_original_tool"),
        ("edits", "0008_index_who_reported_when"),
        ("edits", "0009_index_outcomes_by_time"),
        ("edits", "0010_outcome_of_an_unexpected_error"),
        ("edits", "0011_run_that_plans_a_target"),
    ]

    dependencies = [
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "domain",
                    database.fields.ExactCharField(
                        help_text="Such as en.wikipedia.org.", max_length=100, unique=True, verbose_name="domain"
                    ),
                ),
                (
                    "dbname",
                    database.fields.ExactCharField(
                        help_text="Such as enwiki.", max_length=64, unique=True, verbose_name="database name"
                    ),
                ),
                ("family", models.CharField(db_index=True, max_length=32, verbose_name="family")),
                ("language_code", models.CharField(blank=True, db_index=True, max_length=32, verbose_name="language code")),
                ("language_name", models.CharField(blank=True, max_length=100, verbose_name="language, in its own words")),
                ("language_name_en", models.CharField(blank=True, max_length=100, verbose_name="language, in English")),
                ("site_name", models.CharField(blank=True, max_length=200, verbose_name="site name")),
                (
                    "direction",
                    models.CharField(
                        choices=[("ltr", "left to right"), ("rtl", "right to left")],
                        default="ltr",
                        max_length=3,
                        verbose_name="text direction",
                    ),
                ),
                ("closed", models.BooleanField(default=False, verbose_name="closed")),
                ("private", models.BooleanField(default=False, verbose_name="private")),
                (
                    "fishbowl",
                    models.BooleanField(default=False, help_text="Everyone reads, few write.", verbose_name="fishbowl"),
                ),
                (
                    "special",
                    models.BooleanField(
                        default=False, help_text="Not of one language, such as Commons.", verbose_name="special"
                    ),
                ),
                ("left_matrix_at", models.DateTimeField(blank=True, null=True, verbose_name="left the list of wikis")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="first seen")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
            ],
            options={
                "verbose_name": "project",
                "verbose_name_plural": "projects",
                "db_table": "projects",
                "ordering": ["domain"],
            },
        ),
        migrations.CreateModel(
            name="FetchRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("wikimedia", "Wikimedia"),
                            ("sitematrix", "Wikimedia's list of wikis"),
                            ("snapshot", "recorded data"),
                            ("sample", "bundled sample"),
                        ],
                        max_length=16,
                        verbose_name="source",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed in part"),
                            ("rate_limited", "told to wait"),
                            ("interrupted", "interrupted"),
                        ],
                        default="running",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "planned",
                    models.PositiveIntegerField(
                        default=0, help_text="Series that this run is to fetch.", verbose_name="planned"
                    ),
                ),
                ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="started")),
                ("heartbeat_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="last sign of life")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "slot",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Held while a sweep is running.",
                        max_length=16,
                        null=True,
                        unique=True,
                    ),
                ),
                (
                    "frontiers",
                    models.JSONField(
                        default=dict,
                        editable=False,
                        help_text="By metric, the newest month that most projects had when it started.",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
            ],
            options={
                "verbose_name": "fetch run",
                "verbose_name_plural": "fetch runs",
                "db_table": "fetch_runs",
                "ordering": ["-started_at", "-pk"],
                "get_latest_by": "started_at",
            },
        ),
        migrations.CreateModel(
            name="CountRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("metric", models.CharField(max_length=32, verbose_name="metric")),
                (
                    "slice",
                    models.CharField(
                        help_text="Page and editor type, or activity level.", max_length=64, verbose_name="slice"
                    ),
                ),
                ("month", database.fields.MonthField(verbose_name="month")),
                ("old_count", models.PositiveBigIntegerField(verbose_name="old count")),
                ("new_count", models.PositiveBigIntegerField(verbose_name="new count")),
                ("seen_at", models.DateTimeField(auto_now_add=True, verbose_name="seen")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="count_revisions", to="edits.project"
                    ),
                ),
            ],
            options={
                "verbose_name": "count revision",
                "verbose_name_plural": "count revisions",
                "db_table": "count_revisions",
                "ordering": ["-seen_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ProjectAlias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", database.fields.ExactCharField(max_length=100, unique=True, verbose_name="former domain")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "project",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="aliases", to="edits.project"),
                ),
            ],
            options={
                "verbose_name": "former domain",
                "verbose_name_plural": "former domains",
                "db_table": "project_aliases",
            },
        ),
        migrations.CreateModel(
            name="FetchTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("metric", models.CharField(max_length=32, verbose_name="metric")),
                ("due_at", models.DateTimeField(db_index=True, verbose_name="due")),
                ("history_asked_at", models.DateTimeField(blank=True, null=True, verbose_name="whole history asked")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="last answer")),
                ("first_month", database.fields.MonthField(blank=True, null=True, verbose_name="first month")),
                (
                    "newest_month",
                    database.fields.MonthField(
                        blank=True, help_text="The newest with a count above zero.", null=True, verbose_name="newest month"
                    ),
                ),
                ("failures", models.PositiveSmallIntegerField(default=0, verbose_name="failures in a row")),
                ("last_error", models.CharField(blank=True, max_length=500, verbose_name="last error")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="unfinished attempts")),
                ("claim", models.CharField(blank=True, editable=False, max_length=32)),
                ("claimed_until", models.DateTimeField(blank=True, null=True, verbose_name="claimed until")),
                ("parked_at", models.DateTimeField(blank=True, null=True, verbose_name="parked")),
                (
                    "claimed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="edits.fetchrun",
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="edits.fetchrun",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="fetch_targets", to="edits.project"
                    ),
                ),
            ],
            options={
                "verbose_name": "fetch target",
                "verbose_name_plural": "fetch targets",
                "db_table": "fetch_targets",
                "ordering": ["project__domain", "metric"],
                "indexes": [models.Index(fields=["claim"], name="fetch_targets_claim")],
                "constraints": [models.UniqueConstraint(fields=("project", "metric"), name="fetch_targets_key")],
            },
        ),
        migrations.CreateModel(
            name="FetchOutcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("metric", models.CharField(max_length=32, verbose_name="metric")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("stored", "stored"),
                            ("unchanged", "unchanged"),
                            ("not_published", "not yet published"),
                            ("missing", "missing"),
                            ("rate_limited", "rate limited"),
                            ("unavailable", "unavailable"),
                            ("bad_payload", "bad payload"),
                            ("timed_out", "timed out"),
                            ("error", "unexpected error"),
                            ("gone", "gone"),
                        ],
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("first_month", database.fields.MonthField(blank=True, null=True, verbose_name="first month")),
                ("last_month", database.fields.MonthField(blank=True, null=True, verbose_name="last month")),
                ("new_count", models.PositiveIntegerField(default=0, verbose_name="new")),
                ("revised_count", models.PositiveIntegerField(default=0, verbose_name="revised")),
                ("unchanged_count", models.PositiveIntegerField(default=0, verbose_name="unchanged")),
                ("seconds", models.FloatField(default=0.0, verbose_name="seconds")),
                ("error", models.CharField(blank=True, max_length=500, verbose_name="error")),
                ("created_at", models.DateTimeField(auto_now=True, verbose_name="when")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="outcomes", to="edits.fetchrun"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="fetch_outcomes", to="edits.project"
                    ),
                ),
            ],
            options={
                "verbose_name": "fetch outcome",
                "verbose_name_plural": "fetch outcomes",
                "db_table": "fetch_outcomes",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(fields=["project", "metric", "-created_at"], name="fetch_outcomes_newest"),
                    models.Index(fields=["created_at"], name="fetch_outcomes_when"),
                ],
                "constraints": [models.UniqueConstraint(fields=("run", "project", "metric"), name="fetch_outcomes_key")],
            },
        ),
        migrations.CreateModel(
            name="EditorCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", database.fields.MonthField(verbose_name="month")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "activity_level",
                    models.CharField(
                        choices=[
                            ("1..4-edits", "1 to 4 edits"),
                            ("5..24-edits", "5 to 24 edits"),
                            ("25..99-edits", "25 to 99 edits"),
                            ("100..-edits", "100 or more edits"),
                            ("5..-edits", "5 or more edits"),
                        ],
                        max_length=20,
                        verbose_name="activity",
                    ),
                ),
                (
                    "editor_count",
                    models.PositiveBigIntegerField(
                        validators=[django.core.validators.MinValueValidator(0)], verbose_name="editors"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="edits.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "editor count",
                "verbose_name_plural": "editor counts",
                "db_table": "editor_counts",
                "indexes": [
                    models.Index(fields=["month"], name="editor_counts_month"),
                    models.Index(fields=["activity_level", "month", "project"], name="editor_counts_slice"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "activity_level", "month"), name="editor_counts_key"),
                    models.CheckConstraint(condition=models.Q(("editor_count__gte", 0)), name="editor_counts_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EditCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", database.fields.MonthField(verbose_name="month")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "page_type",
                    models.CharField(
                        choices=[("content", "content pages"), ("all-page-types", "all pages")],
                        default="content",
                        max_length=20,
                        verbose_name="pages",
                    ),
                ),
                (
                    "editor_type",
                    models.CharField(
                        choices=[
                            ("all-editor-types", "all editors"),
                            ("user", "registered editors"),
                            ("anonymous", "anonymous editors"),
                            ("group-bot", "bots by group"),
                            ("name-bot", "bots by name"),
                        ],
                        default="all-editor-types",
                        max_length=20,
                        verbose_name="editors",
                    ),
                ),
                (
                    "edit_count",
                    models.PositiveBigIntegerField(
                        validators=[django.core.validators.MinValueValidator(0)], verbose_name="edits"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="edits.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "edit count",
                "verbose_name_plural": "edit counts",
                "db_table": "edit_counts",
                "indexes": [
                    models.Index(fields=["month"], name="edit_counts_month"),
                    models.Index(fields=["editor_type", "page_type", "month", "project"], name="edit_counts_slice"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "page_type", "editor_type", "month"), name="edit_counts_key"),
                    models.CheckConstraint(condition=models.Q(("edit_count__gte", 0)), name="edit_counts_not_negative"),
                ],
            },
        ),
        migrations.RunPython(create_schedule, remove_schedule),
    ]
