"""What was known to go on: events, the series they come back in, where they were read, and each import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxLengthValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from database.fields import ExactCharField
from database.validators import validate_text
from events.kinds import Kind, Touch
from events.validators import validate_scope, validate_touches

if TYPE_CHECKING:
    from accounts.models import User

MAX_DAYS = 3 * 366 + 31  # the longest known ran for three years; a longer one is a typing error

validate_day_of_year = RegexValidator(r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", _("Write it as MM-DD, such as 09-01."))
validate_url = URLValidator(schemes=["http", "https"])


class Described(models.Model):
    """What an event and a series have in common."""

    title = models.CharField(_("title"), max_length=200, validators=[validate_text])
    url = models.CharField(_("address"), max_length=500, blank=True, validators=[validate_url])
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    scope = models.TextField(
        _("where"),
        max_length=10_000,
        validators=[MaxLengthValidator(10_000), validate_scope],
        help_text=_("Terms such as: all, family:wikipedia, language:hi, region:india, wiki:commons.wikimedia.org."),
    )
    touches = models.JSONField(
        _("what it touches"), default=list, blank=True, validators=[validate_touches], help_text=_("Empty: not known.")
    )
    tag = models.CharField(_("word in edit summaries"), max_length=200, blank=True, validators=[validate_text])
    summary = models.TextField(_("summary"), max_length=2000, blank=True, validators=[MaxLengthValidator(2000), validate_text])
    no_effect = models.BooleanField(
        _("no effect known"), default=False, help_text=_("Shown in the calendar, and never proposed as an explanation.")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def touched(self) -> list[str]:
        """What it touches, in words."""
        return [str(Touch(name).label) for name in self.touches if name in Touch.values]


class EventSeries(Described):
    """An event that comes back: each edition is an event of its own, with days of its own."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    usual_start = models.CharField(_("usual first day"), max_length=5, blank=True, validators=[validate_day_of_year])
    usual_end = models.CharField(_("usual last day"), max_length=5, blank=True, validators=[validate_day_of_year])
    every_years = models.PositiveSmallIntegerField(
        _("every so many years"), default=1, help_text=_("0: its editions do not follow from the calendar.")
    )
    since = models.PositiveSmallIntegerField(_("first year"), null=True, blank=True)
    until = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)

    class Meta:
        db_table = "event_series"
        ordering = ["title"]
        verbose_name = _("series of events")
        verbose_name_plural = _("series of events")
        constraints = [
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")), name="event_series_years"
            ),
            models.CheckConstraint(
                condition=Q(usual_start="", usual_end="") | (~Q(usual_start="") & ~Q(usual_end="")),
                name="event_series_days",
            ),
        ]


class Grade(models.TextChoices):
    """How well an event is known."""

    RECORDED = "recorded", _("seen in recorded data")
    SOURCE_CODE = "source_code", _("source code")
    OFFICIAL = "official", _("official documentation")
    THIRD_PARTY = "third_party", _("third party")
    USUAL = "usual", _("usual days, not confirmed")
    WRITTEN = "written", _("written by a person")


class Status(models.TextChoices):
    PENDING = "pending", _("waiting for review")
    PUBLISHED = "published", _("published")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn by its source")


class Event(Described):
    """Something that went on from a first to a last day (both included, as the organisers' calendar has them).

    `edited_by` is the person who changed an imported event last: from then on no import writes to it.
    """

    series = models.ForeignKey(
        EventSeries, models.SET_NULL, null=True, blank=True, related_name="editions", verbose_name=_("series")
    )
    first_day = models.DateField(_("first day"), null=True, blank=True, help_text=_("Empty: true at all times."))
    last_day = models.DateField(_("last day"), null=True, blank=True)
    participants = models.PositiveIntegerField(
        _("participants"), null=True, blank=True, help_text=_("How many signed up; nobody's name is kept.")
    )
    grade = models.CharField(_("known from"), max_length=16, choices=Grade, default=Grade.WRITTEN)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    review_reason = models.CharField(_("reason of the review"), max_length=300, blank=True, validators=[validate_text])
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("author"),
        help_text=_("Empty: imported."),
    )  # fmt: skip
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("edited by")
    )
    edited = models.BooleanField(_("edited by a person"), default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    history = HistoricalRecords(
        table_name="events_history", history_change_reason_field=models.CharField(max_length=500, null=True)
    )

    # Read by the history when the row is written.
    _history_user: User | None
    _change_reason: str

    class Meta:
        db_table = "events"
        ordering = ["-first_day", "title", "pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__isnull=True, last_day__isnull=True, kind=Kind.DEFINITION)
                | Q(first_day__isnull=False, last_day__isnull=False, last_day__gte=F("first_day")),
                name="events_days",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-first_day", "id"], name="events_newest"),
            models.Index(fields=["series", "first_day"], name="events_of_series"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("event", args=[self.pk])

    @property
    def is_standing(self) -> bool:
        """True at all times: a definition, not something that began one day."""
        return self.first_day is None


class EventPlace(models.Model):
    """One term of an event's scope, with its days: what the search for events of a project and a span reads.

    Derived from the event, and written with it by the services; nothing else writes here.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="places", db_index=False)
    term = ExactCharField(max_length=120)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)

    class Meta:
        db_table = "event_places"
        constraints = [models.UniqueConstraint(fields=["event", "term"], name="event_places_key")]
        indexes = [models.Index(fields=["term", "first_day", "last_day", "event"], name="event_places_find")]

    def __str__(self) -> str:
        return self.term


class EventSource(models.Model):
    """Where an event was read: one event may have several sources, one source's entry is one event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="sources", verbose_name=_("event"))
    importer = models.CharField(_("source"), max_length=40)
    external_id = ExactCharField(_("its name there"), max_length=255)
    url = models.CharField(_("address"), max_length=500, blank=True)
    leads = models.BooleanField(
        _("leads"), default=True, help_text=_("The event is told as this source has it; others are named beside it.")
    )
    digest = models.CharField(max_length=64, editable=False)
    seen_at = models.DateTimeField(_("last seen"))
    gone_at = models.DateTimeField(_("gone since"), null=True, blank=True)

    class Meta:
        db_table = "event_sources"
        ordering = ["importer", "external_id"]
        verbose_name = _("source of an event")
        verbose_name_plural = _("sources of events")
        constraints = [models.UniqueConstraint(fields=["importer", "external_id"], name="event_sources_key")]

    def __str__(self) -> str:
        return f"{self.importer}: {self.external_id}"


class EventReport(models.Model):
    """Somebody says that an event, or what was written about a span of months, is wrong or harmful."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DISMISSED = "dismissed", _("dismissed")
        UPHELD = "upheld", _("upheld")

    event = models.ForeignKey(Event, models.CASCADE, related_name="reports", db_index=False, verbose_name=_("event"))
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="event_reports", verbose_name=_("reporter")
    )
    reason = models.CharField(_("reason"), max_length=300, validators=[validate_text])
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.OPEN, db_index=True)
    resolution = models.CharField(_("answer"), max_length=300, blank=True, validators=[validate_text])
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("resolved by")
    )
    created_at = models.DateTimeField(_("reported"), auto_now_add=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)

    class Meta:
        db_table = "event_reports"
        ordering = ["-created_at", "-pk"]
        verbose_name = _("report on an event")
        verbose_name_plural = _("reports on events")
        constraints = [models.UniqueConstraint(fields=["event", "reporter"], name="event_reports_one_each")]

    def __str__(self) -> str:
        return self.reason[:60]


class ImportRun(models.Model):
    """One import: what came of it, and what was not understood."""

    class State(models.TextChoices):
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    importer = models.CharField(_("source"), max_length=40)
    place = models.CharField(_("read from"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State)
    counts = models.JSONField(_("counts"), default=dict)
    problems = models.JSONField(_("not understood"), default=list)
    cursor = models.PositiveBigIntegerField(null=True, editable=False, help_text=_("Where the next import goes on."))
    error = models.CharField(_("error"), max_length=500, blank=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), auto_now_add=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("requested by")
    )

    class Meta:
        db_table = "event_imports"
        ordering = ["-started_at", "-pk"]
        verbose_name = _("import of events")
        verbose_name_plural = _("imports of events")
        indexes = [models.Index(fields=["importer", "-started_at"], name="event_imports_newest")]

    def __str__(self) -> str:
        return f"{self.importer} {self.started_at:%Y-%m-%d %H:%M}"
