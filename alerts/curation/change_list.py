"""The list of alerts: what each row shows, fetched for the page as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.curation.queue import QueueChangeList
from alerts.curation.selectors import SPARK_MONTHS, counts_around
from alerts.explain import percentage
from alerts.models import Alert
from alerts.sparkline import sparkline


def whole(value: float | None) -> str:
    """A count for people: no decimals, thousands grouped."""
    return "–" if value is None else number_format(round(value), use_l10n=True, force_grouping=True)


def name_of(alert: Alert) -> str:
    """What people call it: Icelandic Wikipedia, November 2022."""
    return f"{alert.project.name}, {date_format(alert.month, 'F Y')}"


def chip(kind: str, value: str, text: Any) -> SafeString:
    """A small label whose colour the stylesheet knows; the words say the same."""
    return format_html('<span class="chip {}-{}">{}</span>', kind, value, text)


class Calendar(NamedTuple):
    """Where the list stands in time: the chosen year or month, the way back, and what can be chosen next."""

    here: str
    back: str
    choices: list[tuple[str, str]]


class AlertChangeList(QueueChangeList):
    """Adds to the rows of one page what would otherwise be asked for row by row."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Alert]:
        """Without the evidence, which no column shows and which is most of a row."""
        alerts: QuerySet[Alert] = super().get_queryset(request, exclude_parameters)
        return alerts.defer("evidence")

    def get_results(self, request: HttpRequest) -> None:
        self.asked = request.GET
        super().get_results(request)
        if hasattr(self, "result_list"):
            self.furnish(list(self.result_list))

    def calendar(self) -> Calendar:
        """Years, or the months of the chosen year, as links.

        Django's own date hierarchy asks which years occur in the filtered list, which means reading all of it; this one
        offers every year between the first alert and the last, which an index knows.
        """
        year, month = self._chosen("month__year"), self._chosen("month__month")
        if year is None:
            months = Alert.objects.order_by().values_list("month", flat=True)
            first, last = months.order_by("month").first(), months.order_by("-month").first()
            years = range(first.year, last.year + 1) if first and last else ()
            return Calendar("", "", [(str(number), self._link(number)) for number in years])
        if not 1 <= year <= 9999:
            return Calendar("", "", [])
        if month is None or not 1 <= month <= 12:
            back = self.get_query_string(remove=["month__"])
            names = [(date_format(dt.date(year, number, 1), "F"), self._link(year, number)) for number in range(1, 13)]
            return Calendar(str(year), back, names)
        return Calendar(date_format(dt.date(year, month, 1), "F Y"), self._link(year), [])

    def _chosen(self, name: str) -> int | None:
        value = self.asked.get(name, "")
        return int(value) if value.isdecimal() and len(value) <= 4 else None

    def _link(self, year: int, month: int | None = None) -> str:
        wanted = {"month__year": year} | ({"month__month": month} if month else {})
        return self.get_query_string(wanted, ["month__"])

    @staticmethod
    def furnish(alerts: Sequence[Alert]) -> None:
        """Attach small charts and the numbers of annotations to `alerts`."""
        prefetch_related_objects(alerts, "project")
        charts = counts_around(alerts)
        ids = [alert.pk for alert in alerts]
        notes = Alert.objects.filter(pk__in=ids, annotations__isnull=False).order_by().values("pk")
        notes = notes.annotate(
            published=Count("annotations", filter=Q(annotations__status="published")),
            pending=Count("annotations", filter=Q(annotations__status="pending")),
        )
        by_alert = {row["pk"]: (row["published"], row["pending"]) for row in notes}
        for alert in alerts:
            alert.chart = charts.get(alert.pk, [])  # type: ignore[attr-defined]
            alert.notes = by_alert.get(alert.pk, (0, 0))  # type: ignore[attr-defined]


class Columns:
    """The columns of the list, for the ModelAdmin to inherit."""

    def month_name(self, alert: Alert) -> str:
        return date_format(alert.month, "M Y")

    month_name.short_description = _("month")  # type: ignore[attr-defined]
    month_name.admin_order_field = "month"  # type: ignore[attr-defined]

    def project_name(self, alert: Alert) -> str:
        kinds = [] if alert.metric == "edits" else [alert.get_metric_display()]
        kinds += [] if alert.direction == "peak" else [alert.get_direction_display()]
        return format_html(
            '<b class="project">{}</b><span class="sub" dir="ltr">{}</span><span class="sub">{}</span>',
            alert.project.name,
            alert.project.domain,
            " · ".join(str(kind) for kind in kinds),
        )

    project_name.short_description = _("project")  # type: ignore[attr-defined]
    project_name.admin_order_field = "project__domain"  # type: ignore[attr-defined]

    def count_expected(self, alert: Alert) -> str:
        expected = alert.expected if alert.expected is not None else alert.rolling_mean
        return format_html(
            '<span class="figure">{}</span><span class="sub">{}</span>',
            whole(alert.count),
            gettext("expected %(expected)s") % {"expected": whole(expected)} if expected is not None else "",
        )

    count_expected.short_description = _("count")  # type: ignore[attr-defined]
    count_expected.admin_order_field = "count"  # type: ignore[attr-defined]

    def percentage(self, alert: Alert) -> str:
        if alert.percentage_difference is None:
            return "–"
        return format_html('<span class="{}" dir="ltr">{}</span>', alert.direction, percentage(alert.percentage_difference))

    percentage.short_description = _("difference")  # type: ignore[attr-defined]
    percentage.admin_order_field = "percentage_difference"  # type: ignore[attr-defined]

    def severity_chip(self, alert: Alert) -> str:
        return chip("severity", alert.severity, alert.get_severity_display())

    severity_chip.short_description = _("severity")  # type: ignore[attr-defined]
    severity_chip.admin_order_field = "rarity"  # type: ignore[attr-defined]

    def chart(self, alert: Alert) -> str:
        counts = getattr(alert, "chart", [])
        label = gettext("%(months)s months up to %(month)s, highest %(highest)s") % {
            "months": SPARK_MONTHS,
            "month": date_format(alert.month, "F Y"),
            "highest": whole(max((count for count in counts if count is not None), default=None)),
        }
        picture = sparkline(counts, marked=len(counts) - 1, drop=alert.direction == "drop", label=label)
        return mark_safe(picture)  # noqa: S308 - numbers and an escaped label

    chart.short_description = _("24 months")  # type: ignore[attr-defined]

    def status_chip(self, alert: Alert) -> str:
        has_it = alert.assignee.get_username() if alert.assignee else ""
        return format_html(
            '{}<span class="sub" title="{}"><bdi translate="no">{}</bdi></span>',
            chip("status", alert.status, alert.get_status_display()),
            gettext("assigned to %(name)s") % {"name": has_it} if has_it else "",
            has_it,
        )

    status_chip.short_description = _("status")  # type: ignore[attr-defined]
    status_chip.admin_order_field = "status"  # type: ignore[attr-defined]

    def notes(self, alert: Alert) -> str:
        published, pending = getattr(alert, "notes", (0, 0))
        waiting = gettext("%(count)s waiting") % {"count": pending} if pending else ""
        return format_html(
            '<span class="named">{}</span> {}<span class="sub attention">{}</span>', _("notes"), published or "–", waiting
        )

    notes.short_description = _("notes")  # type: ignore[attr-defined]
