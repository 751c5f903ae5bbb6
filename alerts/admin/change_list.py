"""The list of alerts: what each row shows, fetched for the page as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.contrib import admin
from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from alerts.admin.selectors import SPARK_MONTHS, counts_around
from alerts.explain import metric_words
from alerts.models import Alert
from alerts.sparkline import sparkline
from curation.queue import QueueChangeList
from curation.widgets import chip
from edits.figures import DASH, change, month, name_of_month, number, short_month
from edits.figures import month as month_words


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
            self.attach_row_data(list(self.result_list))

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
            names = [(name_of_month(number), self._link(year, number)) for number in range(1, 13)]
            return Calendar(str(year), back, names)
        return Calendar(month_words(dt.date(year, month, 1)), self._link(year), [])

    def _chosen(self, name: str) -> int | None:
        value = self.asked.get(name, "")
        return int(value) if value.isdecimal() and len(value) <= 4 else None

    def _link(self, year: int, month: int | None = None) -> str:
        wanted = {"month__year": year} | ({"month__month": month} if month else {})
        return self.get_query_string(wanted, ["month__"])

    @staticmethod
    def attach_row_data(alerts: Sequence[Any]) -> None:
        """Attach small charts (`chart`) and the numbers of annotations (`notes`) to `alerts`."""
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
            alert.chart = charts.get(alert.pk, [])
            alert.notes = by_alert.get(alert.pk, (0, 0))


class Columns:
    """The columns of the list, for the ModelAdmin to inherit."""

    @admin.display(description=_("month"), ordering="month")
    def month_name(self, alert: Alert) -> str:
        if alert.worst_month is None:
            return short_month(alert.month)
        worst = gettext("worst in %(month)s") % {"month": short_month(alert.worst_month)}
        return format_html('{}<span class="sub">{}</span>', short_month(alert.month), worst)

    @admin.display(description=_("wiki"), ordering="project__domain")
    def project_name(self, alert: Alert) -> str:
        kinds = (metric_words(alert), alert.get_direction_display())
        return format_html(
            '<b class="project">{}</b><span class="sub" dir="ltr">{}</span><span class="sub">{}</span>',
            alert.project.name,
            alert.project.domain,
            " · ".join(str(kind) for kind in kinds),
        )

    @admin.display(description=_("count"), ordering="count")
    def count_expected(self, alert: Alert) -> str:
        expected = alert.expected if alert.expected is not None else alert.rolling_mean
        return format_html(
            '<span class="figure">{}</span><span class="sub">{}</span>',
            number(alert.count),
            gettext("expected %(expected)s") % {"expected": number(expected)} if expected is not None else "",
        )

    @admin.display(description=_("difference"), ordering="percentage_difference")
    def percentage(self, alert: Alert) -> str:
        if alert.percentage_difference is None:
            return DASH
        return format_html('<span class="{}" dir="ltr">{}</span>', alert.direction, change(alert.percentage_difference))

    @admin.display(description=_("severity"), ordering="severity_rank")
    def severity_chip(self, alert: Alert) -> str:
        return chip("severity", alert.severity, alert.get_severity_display())

    @admin.display(description=_("24 months"))
    def chart(self, alert: Alert) -> str:
        counts = getattr(alert, "chart", [])
        text = ngettext(
            "%(months)s month up to %(month)s, highest %(highest)s",
            "%(months)s months up to %(month)s, highest %(highest)s",
            SPARK_MONTHS,
        )
        label = text % {
            "months": number(SPARK_MONTHS),
            "month": month(alert.month),
            "highest": number(max((count for count in counts if count is not None), default=None)),
        }
        picture = sparkline(counts, marked=len(counts) - 1, drop=alert.direction == "drop", label=label)
        return mark_safe(picture)  # noqa: S308 - numbers and an escaped label

    @admin.display(description=_("status"), ordering="status")
    def status_chip(self, alert: Alert) -> str:
        has_it = alert.assignee.get_username() if alert.assignee else ""
        return format_html(
            '{}<span class="sub" title="{}"><bdi translate="no">{}</bdi></span>',
            chip("status", alert.status, alert.get_status_display()),
            gettext("assigned to %(name)s") % {"name": has_it} if has_it else "",
            has_it,
        )

    @admin.display(description=_("notes"))
    def notes(self, alert: Alert) -> str:
        published, pending = getattr(alert, "notes", (0, 0))
        waiting = ngettext("%(count)s waiting", "%(count)s waiting", pending) % {"count": number(pending)} if pending else ""
        return format_html(
            '<span class="named">{}</span> {}<span class="sub attention">{}</span>', _("notes"), published or "–", waiting
        )
